package ballot

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Withdraw takes a person's ballot back out of the box, with their signature. Without one nothing happens. Faults: closed,
// forbidden, not_found.
func (s *Service) Withdraw(ctx context.Context, of platform.Platform, person account.Person, slug string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		b, err := locked(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		if err := b.may(person, access.Cast); err != nil {
			return err
		}
		return b.takeBack(ctx, tx, of, person)
	})
}

// Cancel takes somebody's ballot out, unseen, for an agent who may (access.CancelBallot), in the transaction that notes why.
// It says whether there was one. Faults: closed, forbidden, not_found.
func Cancel(ctx context.Context, tx db.Tx, of platform.Platform, agent account.Person, slug string, person account.Person) (bool, error) {
	b, err := locked(ctx, tx, of, slug)
	if err != nil {
		return false, err
	}
	if err := b.may(agent, access.CancelBallot); err != nil {
		return false, err
	}
	signed, err := signaturesOf(ctx, tx, of.Key, b.Step().ID, []ids.ID{person.ID})
	if err != nil || len(signed) == 0 {
		return false, err
	}
	return true, b.takeBack(ctx, tx, of, person)
}

// takeBack removes a ballot under the step's lock, and tells its person.
func (b Booth) takeBack(ctx context.Context, tx db.Tx, of platform.Platform, person account.Person) error {
	step := b.Step().ID
	signed, err := signaturesOf(ctx, tx, of.Key, step, []ids.ID{person.ID})
	if err != nil {
		return err
	}
	g := signed[person.ID]
	if g.IsZero() {
		return nil
	}
	texts, err := choicesOf(ctx, tx, of.Key, step, []ids.ID{g.Ballot})
	if err != nil {
		return err
	}
	ch := b.changes(of)
	ch.went(texts[g.Ballot])
	if err := forget(ctx, tx, of.Key, step, []ids.ID{g.Ballot}, []ids.ID{person.ID}); err != nil {
		return err
	}
	if err := ch.write(ctx, tx, of.Key, step); err != nil {
		return err
	}
	turnout := map[string]int{}
	count(turnout, g.District, -1)
	if err := AddTurnout(ctx, tx, of.Key, step, turnout); err != nil {
		return err
	}
	if err := project.AddBallots(ctx, tx, of.Key, step, -1); err != nil {
		return err
	}
	lang := i18n.Lang(person.Language)
	return notify.Queue(ctx, tx, of.Key, notify.Mail{To: person.Email, Name: person.Name, Lang: lang, Kind: "vote_withdrawn", Person: person.ID,
		Path: "/projets/" + b.Slug + "/vote", Args: map[string]any{"Title": b.Title, "Until": until(of, lang, b.Step().EndsAt)}})
}

// freedAtOnce keeps a statement within the number of parameters that an engine takes.
const freedAtOnce = 5_000

// Free takes a proposal that was withdrawn or removed during the vote off every ballot that names it, and tells those who
// chose it that this part of their vote is theirs again. It is called in the transaction that withdraws it; while nobody
// votes it changes nothing.
func Free(ctx context.Context, tx db.Tx, of platform.Platform, slug string, number int) error {
	b, err := locked(ctx, tx, of, slug)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || b.Moment().Phase != access.Open {
		return err
	}
	step := b.Step().ID
	named, err := naming(ctx, tx, of.Key, step, number)
	if err != nil || len(named) == 0 {
		return err
	}
	p, found, err := proposal.Numbered(ctx, tx, of.Key, b.Project.ID, number)
	if err != nil {
		return err
	}
	title := p.Title
	if !found {
		title = strconv.Itoa(number)
	}
	ch := b.changes(of)
	for part := range slices.Chunk(named, freedAtOnce) {
		if err := b.free(ctx, tx, of, part, number, title, ch); err != nil {
			return err
		}
	}
	return ch.write(ctx, tx, of.Key, step)
}

// naming gives the ballots of a step that name a proposal.
func naming(ctx context.Context, tx db.Tx, platform int64, step ids.ID, number int) ([]Ballot, error) {
	n := strconv.Itoa(number)
	rows, err := tx.Query(ctx, `SELECT b.id, b.choices FROM ballot b WHERE b.platform = ? AND b.step = ? AND (',' || b.choices || ',' LIKE ? OR ',' || b.choices LIKE ?)
		ORDER BY b.id`, platform, step, "%,"+n+",%", "%,"+n+"=%")
	return db.Collect(rows, err, func(r *sql.Rows, b *Ballot) error {
		var text string
		if err := r.Scan(&b.ID, &text); err != nil {
			return err
		}
		b.Choices, err = Decode(text)
		return err
	})
}

// free writes ballots anew without a proposal, under their keys, and tells their people.
func (b Booth) free(ctx context.Context, tx db.Tx, of platform.Platform, ballots []Ballot, number int, title string, ch *changes) error {
	step := b.Step().ID
	list := make([]ids.ID, len(ballots))
	for i := range ballots {
		list[i] = ballots[i].ID
		ch.went(b.Paper.Text(ballots[i].Choices))
		ballots[i].Choices = Remove(ballots[i].Choices, number)
		ch.came(b.Paper.Text(ballots[i].Choices))
	}
	people, err := votersOf(ctx, tx, of.Key, step, list)
	if err != nil {
		return err
	}
	marks, args := db.In(list)
	if _, err := tx.Exec(ctx, `DELETE FROM ballot WHERE platform = ? AND step = ? AND id IN (`+marks+`)`, append([]any{of.Key, step}, args...)...); err != nil {
		return err
	}
	if err := Insert(ctx, tx, of.Key, step, ballots, b.Paper.WithPoints()); err != nil {
		return err
	}
	told, err := account.Reachable(ctx, tx, of.Key, people)
	if err != nil {
		return err
	}
	mails := make([]notify.Mail, len(told))
	for i, person := range told {
		lang := i18n.Lang(person.Language)
		mails[i] = notify.Mail{To: person.Email, Name: person.Name, Lang: lang, Kind: "vote_freed", Person: person.ID, Path: "/projets/" + b.Slug + "/vote",
			Args: map[string]any{"Title": b.Title, "Proposal": title, "Until": until(of, lang, b.Step().EndsAt)}}
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// votersOf gives the people of ballots.
func votersOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots []ids.ID) ([]ids.ID, error) {
	marks, args := db.In(ballots)
	rows, err := tx.Query(ctx, `SELECT g.participant FROM signature g WHERE g.platform = ? AND g.step = ? AND g.ballot IN (`+marks+`) ORDER BY g.participant`,
		append([]any{platform, step}, args...)...)
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

// HasProof says whether a proof of deposit is that of a ballot in the box of a project, whoever's. Fault: not_found, for the project.
func HasProof(ctx context.Context, tx db.Tx, of platform.Platform, slug, tracker string) (bool, error) {
	b, err := hall(ctx, tx, of, slug)
	if err != nil {
		return false, err
	}
	var there bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM signature g WHERE g.platform = ? AND g.tracker = ? AND g.step = ?)`, of.Key, tracker, b.Step().ID).Scan(&there)
	return there, err
}

package ballot

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// freedAtOnce is how many ballots are written anew in one transaction, under the lock that casts wait for.
const freedAtOnce = 1_000

// Free does a proposal.LeftJob: a proposal that left its project before the vote was closed is taken off every ballot that
// names it, and those who chose it are told once. Their ballots stay in the box with what is left, also with fewer choices
// than one may cast, as the règlement says. Done again, it changes nothing.
func (s *Service) Free(ctx context.Context, job jobs.Job) error {
	var left proposal.Left
	if err := json.Unmarshal(job.Body, &left); err != nil {
		return fmt.Errorf("job %s: %w", job.ID, err)
	}
	for last, more := (ids.ID{}), true; more; {
		var next ids.ID
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			next, err = freeSome(ctx, tx, job.Platform, left, last)
			return err
		})
		if err != nil {
			return err
		}
		last, more = next, !next.IsZero()
	}
	return nil
}

// freeSome frees some ballots, those after a key, and gives the key of the last one; zero when no more may follow.
func freeSome(ctx context.Context, tx db.Tx, key int64, left proposal.Left, after ids.ID) (last ids.ID, err error) {
	of, err := platform.ByKey(ctx, tx, key)
	if err != nil {
		return last, err
	}
	found, err := project.ByIDs(ctx, tx, key, []ids.ID{left.Project})
	if err != nil || len(found) == 0 {
		return last, err
	}
	b, err := locked(ctx, tx, of, found[0].Slug)
	if fault.Is(err, fault.NotFound) {
		return last, nil // nobody votes here
	}
	if err != nil {
		return last, err
	}
	p, known, err := proposal.Numbered(ctx, tx, key, left.Project, left.Number)
	if err != nil || !known || !b.leftInTime(p) {
		return last, err
	}
	named, err := naming(ctx, tx, key, b.Step().ID, left.Number, after)
	if err != nil || len(named) == 0 {
		return last, err
	}
	if b.Paper.Items, err = proposal.Choosables(ctx, tx, key, b.Step().ID, false, b.Paper.TwoParts()); err != nil {
		return last, err
	}
	if err := b.free(ctx, tx, of, named, p); err != nil {
		return last, err
	}
	if len(named) == freedAtOnce {
		last = named[len(named)-1].ID
	}
	return last, nil
}

// leftInTime says whether a proposal left the vote while people could vote: what happens to it later is for the result to
// say, and changes no ballot.
func (b Booth) leftInTime(p proposal.Proposal) bool {
	end := b.Step().EndsAt
	return p.Trashed != proposal.NotTrashed && b.Moment().Phase != access.Future && (end.IsZero() || p.TrashedAt.Before(end))
}

// naming gives the ballots of a step that name a proposal, after a key, in the order of keys, at most freedAtOnce.
func naming(ctx context.Context, tx db.Tx, platform int64, step ids.ID, number int, after ids.ID) ([]Ballot, error) {
	n := strconv.Itoa(number)
	where, args := ``, []any{platform, step, "%," + n + ",%", "%," + n + "=%"}
	if !after.IsZero() {
		where, args = ` AND b.id > ?`, append(args, after)
	}
	rows, err := tx.Query(ctx, `SELECT b.id, b.choices FROM ballot b WHERE b.platform = ? AND b.step = ? AND (',' || b.choices || ',' LIKE ? OR ',' || b.choices LIKE ?)`+where+`
		ORDER BY b.id LIMIT ?`, append(args, freedAtOnce)...)
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
func (b Booth) free(ctx context.Context, tx db.Tx, of platform.Platform, ballots []Ballot, p proposal.Proposal) error {
	step, ch := b.Step().ID, b.changes(of)
	list, short := make([]ids.ID, len(ballots)), map[ids.ID]bool{}
	for i := range ballots {
		list[i] = ballots[i].ID
		ch.went(b.Paper.Text(ballots[i].Choices))
		ballots[i].Choices = Remove(ballots[i].Choices, p.Number)
		ch.came(b.Paper.Text(ballots[i].Choices))
		short[ballots[i].ID] = b.Paper.Short(ballots[i].Choices)
	}
	voters, err := votersOf(ctx, tx, of.Key, step, list)
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
	if err := ch.write(ctx, tx, of.Key, step); err != nil {
		return err
	}
	if b.Moment().Phase == access.Closed { // it left at the last moment
		if err := ch.release(ctx, tx, of.Key, step); err != nil {
			return err
		}
	}
	return b.tellFreed(ctx, tx, of, p, voters, short)
}

// tellFreed writes to those who had chosen a proposal.
func (b Booth) tellFreed(ctx context.Context, tx db.Tx, of platform.Platform, p proposal.Proposal, voters map[ids.ID]ids.ID, short map[ids.ID]bool) error {
	people := make([]ids.ID, 0, len(voters))
	for person := range voters {
		people = append(people, person)
	}
	told, err := account.Reachable(ctx, tx, of.Key, unique(people))
	if err != nil {
		return err
	}
	mails := make([]notify.Mail, len(told))
	for i, person := range told {
		lang := i18n.Lang(person.Language)
		title := p.Title
		if title == "" || p.Trashed == proposal.Invisible { // what it said is out of sight, here too
			title = i18n.For(lang, of.Zone).T("vote.freed.number", "Number", p.Number)
		}
		kind := "vote_freed"
		switch {
		case b.Moment().Phase == access.Closed:
			kind = "vote_freed_closed"
		case short[voters[person.ID]]:
			kind = "vote_freed_short"
		}
		mails[i] = notify.Mail{To: person.Email, Name: person.Name, Lang: lang, Kind: kind, Person: person.ID, Path: "/projets/" + b.Slug + "/vote",
			Args: map[string]any{"Title": b.Title, "Proposal": title, "Until": until(of, lang, b.Step().EndsAt)}}
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// votersOf gives the ballots of people, by person.
func votersOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots []ids.ID) (map[ids.ID]ids.ID, error) {
	marks, args := db.In(ballots)
	rows, err := tx.Query(ctx, `SELECT g.participant, g.ballot FROM signature g WHERE g.platform = ? AND g.step = ? AND g.ballot IN (`+marks+`) ORDER BY g.participant`,
		append([]any{platform, step}, args...)...)
	by := map[ids.ID]ids.ID{}
	_, err = db.Collect(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var person, ballot ids.ID
		err := r.Scan(&person, &ballot)
		by[person] = ballot
		return err
	})
	return by, err
}

package ballot

import (
	"context"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
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

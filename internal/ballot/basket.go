package ballot

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Basket is what a person has chosen in a step and not cast (« ma sélection »), kept before any account.
type Basket struct {
	Choices  []Choice
	District string // slug of the district whose ballot they fill in; empty: not said
	Seed     int64  // of the order in which they see the proposals
	SavedAt  time.Time
}

// Doing is a kind of Change.
type Doing string

// What one does to a selection.
const (
	Adding       Doing = "add"
	Removing     Doing = "remove"
	MovingUp     Doing = "up"
	MovingDown   Doing = "down"
	Giving       Doing = "give"     // points
	In           Doing = "district" // to vote in
	Emptying     Doing = "empty"
	FromTheVoted Doing = "again" // what was cast, to change it
)

// Change is one thing that a person does to their selection.
type Change struct {
	Do       Doing
	Number   int    // of the proposal
	Points   int64  // Giving
	District string // In: its slug
	Seed     int64  // of the order that the person sees; kept by the first change
}

// Change changes a person's selection and gives it as it is then. It saves nothing that breaks a limit of the rules, and
// says why. Faults: invalid, closed, forbidden, not_found.
func (s *Service) Change(ctx context.Context, of platform.Platform, person account.Person, slug string, c Change) (Basket, error) {
	var basket Basket
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		b, err := Enter(ctx, tx, of, person, slug)
		if err != nil {
			return err
		}
		if err := b.may(person, access.Vote); err != nil {
			return err
		}
		step := b.Step()
		first := b.Basket.SavedAt.IsZero()
		if basket, err = lockBasket(ctx, tx, of.Key, step.ID, person.ID, c.Seed); err != nil {
			return err
		}
		basket.Choices, _ = b.Paper.Kept(basket.Choices)
		if err := b.change(ctx, tx, of.Key, &basket, c); err != nil {
			return err
		}
		if first {
			if err := remindLater(ctx, tx, of, step, person.ID); err != nil {
				return err
			}
		}
		return saveBasket(ctx, tx, of.Key, step.ID, person.ID, b.Paper, basket, of.Now(tx.Now()))
	})
	return basket, err
}

// change is one change of a basket in memory.
func (b Booth) change(ctx context.Context, tx db.Tx, platform int64, basket *Basket, c Change) (err error) {
	switch c.Do {
	case Adding:
		basket.Choices, err = b.Paper.Add(basket.Choices, basket.District, c.Number)
	case Removing:
		basket.Choices = Remove(basket.Choices, c.Number)
	case MovingUp, MovingDown:
		basket.Choices = Move(basket.Choices, c.Number, c.Do == MovingUp)
	case Giving:
		basket.Choices, err = b.Paper.Give(basket.Choices, basket.District, c.Number, c.Points)
	case Emptying:
		basket.Choices = nil
	case In:
		if err := b.district(c.District); err != nil {
			return err
		}
		basket.District, basket.Choices = c.District, b.Paper.within(basket.Choices, c.District)
	case FromTheVoted:
		if b.Signed.Ballot.IsZero() {
			return nil
		}
		cast, err := choicesOf(ctx, tx, platform, b.Step().ID, []ids.ID{b.Signed.Ballot})
		if err != nil {
			return err
		}
		choices, err := Decode(cast[b.Signed.Ballot])
		if err != nil {
			return err
		}
		basket.Choices, _ = b.Paper.Kept(choices)
		if basket.District == "" {
			basket.District = b.Paper.districtOf(basket.Choices)
		}
	default:
		return fault.New(fault.Invalid, "fault.form.unreadable")
	}
	return err
}

// within keeps the choices that somebody who votes in a district may make.
func (p Paper) within(choices []Choice, district string) (kept []Choice) {
	for _, c := range choices {
		if item, ok := p.Item(c.Number); ok && p.Open(item, district) {
			kept = append(kept, c)
		}
	}
	return kept
}

// districtOf gives the district that choices were made in, where there is a ballot for one.
func (p Paper) districtOf(choices []Choice) string {
	if !p.TwoParts() {
		return ""
	}
	common := map[string]int{}
	placed := 0
	for _, c := range choices {
		if item, ok := p.Item(c.Number); ok && len(item.Districts) > 0 {
			placed++
			for _, d := range item.Districts {
				common[d]++
			}
		}
	}
	for d, n := range common {
		if n == placed {
			return d
		}
	}
	return ""
}

package ballot

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// write stores what the table holds. Each table is written once for the whole group, in the order of keys.
func (d *desk) write(ctx context.Context, tx db.Tx) error {
	key, step := d.of.Key, d.booth.Step().ID
	var old, voters []ids.ID // ballots and people whose signature goes
	var people []ids.ID
	var ballots []Ballot
	var signatures [][]any
	var mails []notify.Mail
	changes := d.booth.changes(d.of)
	turnout := map[string]int{}
	fresh := 0
	for id, h := range d.held {
		if !h.moved() {
			continue
		}
		people = append(people, id)
		if h.before.IsZero() {
			fresh++
		} else {
			voters, old = append(voters, id), append(old, h.before.Ballot)
			changes.went(h.old)
			count(turnout, h.before.District, -1)
		}
		changes.came(h.text)
		count(turnout, h.District, 1)
		ballots = append(ballots, Ballot{ID: h.Ballot, Choices: d.booth.Paper.stored(h.choices)})
		signatures = append(signatures, []any{key, step, id, h.Ballot, h.Tracker, h.District, h.Day})
		mails = append(mails, d.mail(h))
	}
	if len(people) == 0 {
		return nil
	}
	// It alone reads; what follows it is sent together with the commit.
	if err := changes.write(ctx, tx, key, step); err != nil {
		return err
	}
	if err := forget(ctx, tx, key, step, old, voters); err != nil {
		return err
	}
	if err := Insert(ctx, tx, key, step, ballots, d.booth.Paper.WithPoints()); err != nil {
		return err
	}
	slices.SortFunc(signatures, func(a, b []any) int { // by person: the order of coming leaves no trace
		x, y := a[2].(ids.ID), b[2].(ids.ID)
		return bytes.Compare(x[:], y[:])
	})
	if err := db.Insert(ctx, tx, "signature", []string{"platform", "step", "participant", "ballot", "tracker", "district", "day"}, signatures); err != nil {
		return err
	}
	if err := AddTurnout(ctx, tx, key, step, turnout); err != nil {
		return err
	}
	if err := project.AddBallots(ctx, tx, key, step, fresh); err != nil {
		return err
	}
	if err := emptyBaskets(ctx, tx, key, step, unique(people)); err != nil {
		return err
	}
	return notify.QueueAll(ctx, tx, key, mails)
}

// count adds to the number of a district's voters; nothing where the rules do not ask for it.
func count(turnout map[string]int, district string, n int) {
	if district == "" {
		return
	}
	if turnout[district] += n; turnout[district] == 0 {
		delete(turnout, district)
	}
}

// mail is the confirmation of a ballot.
func (d *desk) mail(h *held) notify.Mail {
	kind := "vote_cast"
	if !h.before.IsZero() {
		kind = "vote_changed"
	}
	end := d.booth.Step().EndsAt
	return notify.Mail{To: h.mail.Email, Name: h.mail.Name, Lang: h.lang, Kind: kind, Person: h.mail.ID, Path: "/projets/" + d.booth.Slug + "/vote",
		Args: map[string]any{"Title": d.booth.Title, "Tracker": h.Tracker, "Until": until(d.of, h.lang, end)}}
}

// stored gives choices in the order in which they are stored.
func (p Paper) stored(choices []Choice) []Choice {
	list, _ := Decode(p.Text(choices)) // what Text writes is always read
	return list
}

// newTracker gives a proof of deposit: twelve letters and digits that are hard to confuse, in three groups. 60 random bits.
func newTracker() string {
	const signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base 32
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	out := make([]byte, 0, 14)
	for i, v := range b {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, signs[v&31])
	}
	return string(out)
}

// changes is what ballots that come and go change in a step's totals.
type changes struct {
	paper   Paper
	every   int // totals move by so many ballots at once
	totals  map[int]proposal.Total
	waiting [][]any
	step    project.Step
	of      platform.Platform
}

// hiddenEvery is by how many ballots totals move that nobody sees before the end: each move costs as much for one ballot as
// for a thousand.
const hiddenEvery = 1000

func (b Booth) changes(of platform.Platform) *changes {
	c := &changes{paper: b.Paper, every: hiddenEvery, step: b.Step(), of: of}
	if t := b.Rulebook.Vote.Totals; t.During == rulebook.InBatches {
		c.every = t.Every
	}
	return c
}

func (c *changes) came(text string) { c.change(text, 1) }

func (c *changes) went(text string) { c.change(text, -1) }

func (c *changes) change(text string, sign int64) {
	c.waiting = append(c.waiting, []any{ids.Random(), text, sign})
}

func (c *changes) add(choices []Choice, sign int64) {
	for number, t := range c.paper.Totals(choices) {
		was := c.totals[number]
		c.totals[number] = proposal.Total{Votes: was.Votes + sign*t.Votes, Points: was.Points + sign*t.Points}
	}
}

// write lets the changes wait until there are enough of them, or the vote is over.
func (c *changes) write(ctx context.Context, tx db.Tx, platform int64, step ids.ID) error {
	var n int // under the step's lock, so that nobody adds to it
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM total_waiting WHERE platform = ? AND step = ?`, platform, step).Scan(&n); err != nil {
		return err
	}
	n += len(c.waiting)
	rows := make([][]any, len(c.waiting))
	for i, w := range c.waiting {
		rows[i] = append([]any{platform, step}, w...)
	}
	if err := db.Insert(ctx, tx, "total_waiting", []string{"platform", "step", "id", "choices", "sign"}, rows); err != nil {
		return err
	}
	switch {
	case n >= c.every:
		return c.release(ctx, tx, platform, step)
	case n == len(c.waiting) && n > 0: // the first ones to wait
		return settleLater(ctx, tx, c.of, c.step)
	}
	return nil
}

// release moves the totals by all that waits.
func (c *changes) release(ctx context.Context, tx db.Tx, platform int64, step ids.ID) error {
	rows, err := tx.Query(ctx, `SELECT w.choices, w.sign FROM total_waiting w WHERE w.platform = ? AND w.step = ?`, platform, step)
	if err != nil {
		return err
	}
	defer rows.Close()
	c.totals = map[int]proposal.Total{}
	for rows.Next() {
		var text string
		var sign int64
		if err := rows.Scan(&text, &sign); err != nil {
			return err
		}
		choices, err := Decode(text)
		if err != nil {
			return err
		}
		c.add(choices, sign)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM total_waiting WHERE platform = ? AND step = ?`, platform, step); err != nil {
		return err
	}
	return proposal.AddTotals(ctx, tx, platform, step, c.totals)
}

// ours gives an error that is no answer to a person: what the transaction fails with.
func ours(err error) error {
	switch fault.CodeOf(err) {
	case fault.NotFound, fault.Closed, fault.Forbidden, fault.Invalid:
		return nil
	}
	return err
}

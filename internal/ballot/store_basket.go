package ballot

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// basketsOf gives the baskets of participants in a step.
func basketsOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, people []ids.ID) (map[ids.ID]Basket, error) {
	marks, args := db.In(people)
	rows, err := tx.Query(ctx, `SELECT b.participant, b.choices, b.district, b.seed, b.saved_at FROM basket b
		WHERE b.platform = ? AND b.step = ? AND b.participant IN (`+marks+`)`, append([]any{platform, step}, args...)...)
	type row struct {
		person ids.ID
		Basket
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error {
		var text string
		var saved int64
		if err := r.Scan(&v.person, &text, &v.District, &v.Seed, &saved); err != nil {
			return err
		}
		v.SavedAt = db.Time(saved)
		v.Choices, err = Decode(text)
		return err
	})
	baskets := make(map[ids.ID]Basket, len(all))
	for _, v := range all {
		baskets[v.person] = v.Basket
	}
	return baskets, err
}

// lockBasket gives a participant's basket, made when there is none, and holds it until the end of the transaction, so that
// of two changes at once neither is lost.
func lockBasket(ctx context.Context, tx db.Tx, platform int64, step, person ids.ID, seed int64) (Basket, error) {
	// The update changes nothing: it takes the row's lock.
	if _, err := tx.Exec(ctx, `INSERT INTO basket (platform, step, participant, choices, district, seed, saved_at, reminded_at) VALUES (?, ?, ?, '', '', ?, 0, 0)
		ON CONFLICT (platform, step, participant) DO UPDATE SET seed = basket.seed`, platform, step, person, seed); err != nil {
		return Basket{}, err
	}
	baskets, err := basketsOf(ctx, tx, platform, step, []ids.ID{person})
	return baskets[person], err
}

func saveBasket(ctx context.Context, tx db.Tx, platform int64, step, person ids.ID, paper Paper, b Basket, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE basket SET choices = ?, district = ?, saved_at = ? WHERE platform = ? AND step = ? AND participant = ?`,
		Encode(b.Choices, paper.WithPoints()), b.District, db.Micros(now), platform, step, person)
	return err
}

// emptyBaskets empties the baskets of those whose ballots are in. The order in which they see the proposals stays.
func emptyBaskets(ctx context.Context, tx db.Tx, platform int64, step ids.ID, people []ids.ID) error {
	marks, args := db.In(people)
	return tx.Send(ctx, `UPDATE basket SET choices = '' WHERE platform = ? AND step = ? AND choices <> '' AND participant IN (`+marks+`)`,
		append([]any{platform, step}, args...)...)
}

// moveBaskets gives baskets to another participant; of two in a step the one that was saved last stays, unless it is
// empty.
func moveBaskets(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM basket WHERE platform = ? AND participant IN (?, ?) AND choices = ''`, platform, from, to); err != nil {
		return err
	}
	for _, older := range [][2]ids.ID{{to, from}, {from, to}} {
		if _, err := tx.Exec(ctx, `DELETE FROM basket WHERE platform = ? AND participant = ? AND EXISTS (SELECT 1 FROM basket o
			WHERE o.platform = basket.platform AND o.step = basket.step AND o.participant = ? AND o.saved_at >= basket.saved_at)`, platform, older[0], older[1]); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE basket SET participant = ? WHERE platform = ? AND participant = ?`, to, platform, from)
	return err
}

// Signature is that a person has voted in a step.
type Signature struct {
	Ballot   ids.ID // the link; zero once it is destroyed
	Tracker  string // the proof of deposit
	District string // slug of the one that they live in, where the rules ask
	Day      int64  // local, as days since 1970
}

// IsZero says that there is none.
func (s Signature) IsZero() bool { return s.Tracker == "" }

// Date gives the day, at its midnight in UTC.
func (s Signature) Date() time.Time { return time.Unix(s.Day*86400, 0).UTC() }

// signaturesOf gives the signatures of participants in a step.
func signaturesOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, people []ids.ID) (map[ids.ID]Signature, error) {
	marks, args := db.In(people)
	rows, err := tx.Query(ctx, `SELECT g.participant, g.ballot, g.tracker, g.district, g.day FROM signature g
		WHERE g.platform = ? AND g.step = ? AND g.participant IN (`+marks+`)`, append([]any{platform, step}, args...)...)
	type row struct {
		person ids.ID
		Signature
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error {
		return r.Scan(&v.person, &v.Ballot, &v.Tracker, &v.District, &v.Day)
	})
	signed := make(map[ids.ID]Signature, len(all))
	for _, v := range all {
		signed[v.person] = v.Signature
	}
	return signed, err
}

// choicesOf gives the stored choices of ballots.
func choicesOf(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots []ids.ID) (map[ids.ID]string, error) {
	marks, args := db.In(ballots)
	rows, err := tx.Query(ctx, `SELECT b.id, b.choices FROM ballot b WHERE b.platform = ? AND b.step = ? AND b.id IN (`+marks+`)`, append([]any{platform, step}, args...)...)
	type row struct {
		id   ids.ID
		text string
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows, v *row) error { return r.Scan(&v.id, &v.text) })
	choices := make(map[ids.ID]string, len(all))
	for _, v := range all {
		choices[v.id] = v.text
	}
	return choices, err
}

// forget removes ballots and signatures of a step: those of people who voted anew, or took their ballot back.
func forget(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots, people []ids.ID) error {
	if len(people) == 0 {
		return nil
	}
	marks, args := db.In(ballots)
	if err := tx.Send(ctx, `DELETE FROM ballot WHERE platform = ? AND step = ? AND id IN (`+marks+`)`, append([]any{platform, step}, args...)...); err != nil {
		return err
	}
	marks, args = db.In(people)
	return tx.Send(ctx, `DELETE FROM signature WHERE platform = ? AND step = ? AND participant IN (`+marks+`)`, append([]any{platform, step}, args...)...)
}

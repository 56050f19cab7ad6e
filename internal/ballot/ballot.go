// Package ballot stores what people voted: one row per ballot under a random key, so that neither order nor time joins
// a person to a choice.
package ballot

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sort"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/tally"
)

// Ballot is a stored ballot. Age, Sex, Method and Area come with imported files and are secret: nothing public reads them.
type Ballot struct {
	ID      ids.ID
	Choices []Choice // best first when the vote is a ranking
	Age     string
	Sex     string
	Method  string
	Area    string
}

// Choice is one proposal on a ballot, by its number in its project.
type Choice struct {
	Number int
	Points int64 // 0 when the vote gives no points
}

var errChoices = errors.New("not the choices of a ballot")

// Encode gives the stored form: "12,7,31", or "12=3,7=1" with points.
func Encode(choices []Choice, points bool) string {
	var b strings.Builder
	for i, c := range choices {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(c.Number))
		if points {
			b.WriteByte('=')
			b.WriteString(strconv.FormatInt(c.Points, 10))
		}
	}
	return b.String()
}

// Decode reads the stored form. A blank ballot has no choices.
func Decode(s string) ([]Choice, error) {
	if s == "" {
		return nil, nil
	}
	choices := make([]Choice, 0, 1+strings.Count(s, ","))
	for part := range strings.SplitSeq(s, ",") {
		number, points, with := strings.Cut(part, "=")
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, errChoices
		}
		c := Choice{Number: n}
		if with {
			if c.Points, err = strconv.ParseInt(points, 10, 64); err != nil {
				return nil, errChoices
			}
		}
		choices = append(choices, c)
	}
	return choices, nil
}

// Insert stores ballots, in the order of their random keys so that the order of the input leaves no trace.
func Insert(ctx context.Context, tx db.Tx, platform int64, step ids.ID, ballots []Ballot, points bool) error {
	rows := make([][]any, len(ballots))
	for i, b := range ballots {
		rows[i] = []any{platform, step, b.ID, Encode(b.Choices, points), secret(b.Age), secret(b.Sex), secret(b.Method), secret(b.Area)}
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := rows[i][2].(ids.ID), rows[j][2].(ids.ID)
		return string(a[:]) < string(b[:])
	})
	return db.Insert(ctx, tx, "ballot", []string{"platform", "step", "id", "choices", "age", "sex", "method", "area"}, rows)
}

func secret(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Page gives ballots of a step in the order of their random keys, those after a key, at most limit, and the last key: what
// reads them all so holds no snapshot for long. Of what is secret nothing is read.
func Page(ctx context.Context, tx db.Tx, platform int64, step, after ids.ID, limit int) ([]Ballot, error) {
	rows, err := tx.Query(ctx, `SELECT b.id, b.choices FROM ballot b WHERE b.platform = ? AND b.step = ? AND b.id > ? ORDER BY b.id LIMIT ?`, platform, step, after[:], limit)
	return db.Collect(rows, err, func(r *sql.Rows, b *Ballot) error {
		var text string
		err := r.Scan(&b.ID, &text)
		if err == nil {
			b.Choices, err = Decode(text)
		}
		return err
	})
}

// Count counts the ballots of a step.
func Count(ctx context.Context, tx db.Tx, platform int64, step ids.ID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM ballot WHERE platform = ? AND step = ?`, platform, step).Scan(&n)
	return n, err
}

// Roll streams the ballots of a step, in the order of their choices' text, and hashes them as they pass: SHA-256 over
// each text followed by a line feed. The hash is the same for the same ballots whatever their keys.
type Roll struct {
	sum [sha256.Size]byte
	n   int
}

// Each gives every ballot for the count. index gives the place of a proposal's number among the projects counted.
func (r *Roll) Each(ctx context.Context, tx db.Tx, platform int64, step ids.ID, index map[int]int) iter.Seq2[tally.Ballot, error] {
	return func(yield func(tally.Ballot, error) bool) {
		rows, err := tx.Query(ctx, `SELECT choices FROM ballot WHERE platform = ? AND step = ? ORDER BY choices`, platform, step)
		if err != nil {
			yield(tally.Ballot{}, err)
			return
		}
		defer rows.Close()
		h := sha256.New()
		var text sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(&text); err != nil {
				yield(tally.Ballot{}, err)
				return
			}
			h.Write(text)
			h.Write([]byte{'\n'})
			r.n++
			b, err := forCount(string(text), index)
			if !yield(b, err) || err != nil {
				return
			}
		}
		h.Sum(r.sum[:0])
		if err := rows.Err(); err != nil {
			yield(tally.Ballot{}, err)
		}
	}
}

func forCount(text string, index map[int]int) (tally.Ballot, error) {
	choices, err := Decode(text)
	if err != nil {
		return tally.Ballot{}, fmt.Errorf("ballot %q: %w", text, err)
	}
	b := tally.Ballot{Choices: make([]tally.Choice, len(choices))}
	for i, c := range choices {
		at, ok := index[c.Number]
		if !ok {
			return tally.Ballot{}, fmt.Errorf("ballot %q names proposal %d, which is not in the vote", text, c.Number)
		}
		b.Choices[i] = tally.Choice{Project: at, Points: c.Points}
	}
	return b, nil
}

// Sum gives the hash of the ballots that passed, once all have.
func (r *Roll) Sum() []byte { return r.sum[:] }

// Delete removes up to limit ballots of a step and says how many are gone: the end of a dead or replaced import. The
// last key of the run is found first, so that the rows are one range of the primary key whatever the planner knows.
func Delete(ctx context.Context, tx db.Tx, platform int64, step ids.ID, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM ballot WHERE platform = ? AND step = ? AND id <= (SELECT r.id
		FROM (SELECT b.id FROM ballot b WHERE b.platform = ? AND b.step = ? ORDER BY b.id LIMIT ?) r ORDER BY r.id DESC LIMIT 1)`,
		platform, step, platform, step, limit)
}

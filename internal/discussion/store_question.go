package discussion

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

const questionColumns = `q.id, q.proposal, q.project, q.public, q.asked_by, q.waits_for, q.asked_at, q.moved_at`

func scanQuestion(r interface{ Scan(...any) error }, q *Question) error {
	var asked, moved int64
	err := r.Scan(&q.ID, &q.Proposal, &q.Project, &q.Public, &q.AskedBy, &q.WaitsFor, &asked, &moved)
	q.AskedAt, q.MovedAt = db.Time(asked), db.Time(moved)
	return err
}

func unknownQuestion() error { return fault.New(fault.NotFound, "fault.talk.question") }

func oneQuestion(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (q Question, err error) {
	err = scanQuestion(tx.QueryRow(ctx, `SELECT `+questionColumns+` FROM question q WHERE q.platform = ? AND q.id = ?`, platform, id), &q)
	if db.None(err) {
		err = unknownQuestion()
	}
	return q, err
}

// threadsShown is more than any proposal has.
const threadsShown = 100

// questionsOf gives the threads of a proposal with their messages, the last begun first; private ones too when it is said.
func questionsOf(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID, private bool) ([]Question, error) {
	where, args := `q.platform = ? AND q.proposal = ?`, []any{platform, proposal}
	if !private {
		where, args = where+` AND q.public = ?`, append(args, true)
	}
	rows, err := tx.Query(ctx, `SELECT `+questionColumns+` FROM question q WHERE `+where+` ORDER BY q.asked_at DESC, q.id DESC LIMIT ?`, append(args, threadsShown)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows, q *Question) error { return scanQuestion(r, q) })
	if err != nil || len(list) == 0 {
		return nil, err
	}
	keys, at := make([]ids.ID, len(list)), map[ids.ID]int{}
	for i, q := range list {
		keys[i], at[q.ID] = q.ID, i
	}
	marks, in := db.In(keys)
	rows, err = tx.Query(ctx, `SELECT m.id, m.question, m.side, m.author, m.body, m.at FROM question_message m WHERE m.platform = ? AND m.question IN (`+marks+`) ORDER BY m.at, m.id`, append([]any{platform}, in...)...)
	messages, err := db.Collect(rows, err, func(r *sql.Rows, m *Message) error {
		var us int64
		err := r.Scan(&m.ID, &m.Question, &m.Side, &m.Author, &m.Body, &us)
		m.At = db.Time(us)
		return err
	})
	for _, m := range messages {
		q := &list[at[m.Question]]
		q.Messages = append(q.Messages, m)
	}
	return list, err
}

// WaitingQuery says which threads are wanted that wait for the city.
type WaitingQuery struct {
	Project ids.ID   // zero: of all editions
	Of      []ids.ID // those proposals alone; nil: all
	After   Key      // zero: from the one that has waited longest on
	Limit   int
}

// Waiting gives the threads in which the author of a proposal had the last word, without their messages, the one that has
// waited longest first.
func Waiting(ctx context.Context, tx db.Tx, platform int64, w WaitingQuery) ([]Question, error) {
	where, args := `q.platform = ? AND q.waits_for = ?`, []any{platform, string(OfCity)}
	if !w.Project.IsZero() {
		where, args = where+` AND q.project = ?`, append(args, w.Project)
	}
	if w.Of != nil {
		marks, in := db.In(w.Of)
		where, args = where+` AND q.proposal IN (`+marks+`)`, append(args, in...)
	}
	if !w.After.At.IsZero() {
		where, args = where+` AND (q.moved_at, q.id) > (?, ?)`, append(args, db.Micros(w.After.At), w.After.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+questionColumns+` FROM question q WHERE `+where+` ORDER BY q.moved_at, q.id LIMIT ?`, append(args, w.Limit)...)
	return db.Collect(rows, err, func(r *sql.Rows, q *Question) error { return scanQuestion(r, q) })
}

// CountWaiting gives how many threads wait for the city.
func CountWaiting(ctx context.Context, tx db.Tx, platform int64) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM question q WHERE q.platform = ? AND q.waits_for = ?`, platform, string(OfCity)).Scan(&n)
	return n, err
}

func insertQuestion(ctx context.Context, tx db.Tx, platform int64, q Question) error {
	_, err := tx.Exec(ctx, `INSERT INTO question (platform, id, proposal, project, public, asked_by, waits_for, asked_at, moved_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, q.ID, q.Proposal, q.Project, q.Public, string(q.AskedBy), string(q.AskedBy.Other()), db.Micros(q.AskedAt), db.Micros(q.AskedAt))
	return err
}

func move(ctx context.Context, tx db.Tx, platform int64, id ids.ID, waits Side, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE question SET waits_for = ?, moved_at = ? WHERE platform = ? AND id = ?`, string(waits), db.Micros(at), platform, id)
	return err
}

func insertMessage(ctx context.Context, tx db.Tx, platform int64, m Message) error {
	_, err := tx.Exec(ctx, `INSERT INTO question_message (platform, id, question, side, author, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		platform, m.ID, m.Question, string(m.Side), m.Author, m.Body, db.Micros(m.At))
	return err
}

// spoken is what somebody said of late.
type spoken struct {
	Message
	proposal ids.ID
	first    bool // it began its thread
}

// saidBy gives what somebody wrote since a moment, the last first.
func saidBy(ctx context.Context, tx db.Tx, platform int64, author ids.ID, since time.Time) ([]spoken, error) {
	rows, err := tx.Query(ctx, `SELECT m.question, m.body, m.at, q.proposal, CASE WHEN q.asked_at = m.at THEN 1 ELSE 0 END FROM question_message m
		JOIN question q ON q.platform = m.platform AND q.id = m.question WHERE m.platform = ? AND m.author = ? AND m.at > ? ORDER BY m.at DESC, m.id DESC LIMIT ?`,
		platform, author, db.Micros(since), 2*daily)
	return db.Collect(rows, err, func(r *sql.Rows, s *spoken) error {
		var us, first int64
		err := r.Scan(&s.Question, &s.Body, &us, &s.proposal, &first)
		s.At, s.first = db.Time(us), first == 1
		return err
	})
}

// agentsOf gives who has written for the city in a thread.
func agentsOf(ctx context.Context, tx db.Tx, platform int64, question ids.ID) ([]ids.ID, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT m.author FROM question_message m WHERE m.platform = ? AND m.question = ? AND m.side = ? ORDER BY m.author`, platform, question, string(OfCity))
	return db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
}

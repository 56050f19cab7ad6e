package moderation

import (
	"context"
	"errors"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "moderation", Merge: merge, Forget: forget, Export: export}
}

// merge hands over what somebody reported before they proved their address; what both reported counts once.
func merge(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM moderation_report WHERE platform = ? AND reporter = ? AND matter IN (SELECT r.matter FROM moderation_report r WHERE r.platform = ? AND r.reporter = ?)`,
		platform, from, platform, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE moderation_report SET reporter = ?, signed = ? WHERE platform = ? AND reporter = ?`, to, true, platform, from)
	return err
}

// forget takes a person out of what they reported and decided, and what was written to them or by them. The acts stay: they say
// what became of a contribution.
func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	for _, st := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE moderation_report SET reporter = NULL, sentence = '' WHERE platform = ? AND reporter = ?`, []any{platform, person}},
		{`UPDATE moderation_act SET note = '', appeal = '', answer_note = '' WHERE platform = ? AND author = ?`, []any{platform, person}},
		{`UPDATE moderation_act SET done_by = NULL WHERE platform = ? AND done_by = ?`, []any{platform, person}},
		{`UPDATE moderation_act SET second_by = NULL WHERE platform = ? AND second_by = ?`, []any{platform, person}},
		{`UPDATE moderation_act SET answered_by = NULL WHERE platform = ? AND answered_by = ?`, []any{platform, person}},
	} { // a fixed list
		if _, err := tx.Exec(ctx, st.sql, st.args...); err != nil {
			return err
		}
	}
	return nil
}

// Own is what this room has of a person, for the file that they ask for.
type Own struct {
	Reports []OwnReport `json:"reports,omitempty"`
	Acts    []OwnAct    `json:"decisions,omitempty"`
}

// OwnReport is something that they reported.
type OwnReport struct {
	Reason   string `json:"reason"`
	Sentence string `json:"sentence,omitempty"`
	At       string `json:"at"`
}

// OwnAct is a decision about something that they wrote.
type OwnAct struct {
	Act    string `json:"act"`
	Reason string `json:"reason,omitempty"`
	Note   string `json:"note,omitempty"`
	Appeal string `json:"appeal,omitempty"`
	Answer string `json:"answer,omitempty"`
	At     string `json:"at"`
}

// exportMax is more than anybody has; it bounds the file all the same.
const exportMax = 10_000

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	var own Own
	rows, err := tx.Query(ctx, `SELECT r.id, r.matter, r.reporter, r.signed, r.reason, r.sentence, r.at FROM moderation_report r WHERE r.platform = ? AND r.reporter = ? ORDER BY r.at, r.id LIMIT ?`,
		platform, person, exportMax)
	reports, err := collectReports(rows, err)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		own.Reports = append(own.Reports, OwnReport{r.Reason, r.Sentence, r.At.Format(time.RFC3339)})
	}
	acts, err := actsAgainst(ctx, tx, platform, person, exportMax)
	if err != nil {
		return nil, err
	}
	for _, a := range acts {
		own.Acts = append(own.Acts, OwnAct{string(a.Verb), a.Reason, a.Note, a.Appeal, string(a.Answer), a.At.Format(time.RFC3339)})
	}
	if len(own.Reports)+len(own.Acts) == 0 {
		return nil, nil
	}
	return own, nil
}

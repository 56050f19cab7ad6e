package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Happening is something that those who follow an edition, a district or a proposal are told of, in the next of their
// letters. Its words are the translation follow.KIND, which takes Args and Title, that of the proposal as it is read then.
type Happening struct {
	Kind     string         // "comment", "decision", "work", "news", …
	Project  ids.ID         // the edition; zero: none
	Proposal ids.ID         // zero: none. What is told of one that was removed from sight since is not told
	District ids.ID         // that of the proposal; zero: none
	Source   ids.ID         // what it tells of, to take it back with; zero: it stays
	Actor    ids.ID         // who need not be told: who did it, or was told personally; zero: nobody
	Path     string         // of the platform, without a language's prefix
	Args     map[string]any // nothing that is not public then
	At       time.Time      // the platform's time since which it is public; zero: now
}

// DigestJob is the kind of job that writes the letters of a turn.
const DigestJob = "digest"

// Turn is its body: letters to those who are told so often, of what had happened before.
type Turn struct {
	Period Period    `json:"period"`
	At     time.Time `json:"at"`             // the platform's time
	After  ids.ID    `json:"after,omitzero"` // the person with whom the turn goes on; zero: it begins
}

// Period is how often somebody is told.
type Period string

// The periods. Who never chose is told by the week.
const (
	Daily  Period = "day"
	Weekly Period = "week"
)

// tellAt is the hour, where the platform is, at which letters are written.
const tellAt = 7

// Next gives the first turn after a moment; weekly ones are on Mondays.
func (p Period) Next(after time.Time, zone *time.Location) time.Time {
	local := after.In(zone)
	next := time.Date(local.Year(), local.Month(), local.Day(), tellAt, 0, 0, 0, zone)
	for !next.After(after) || p == Weekly && next.Weekday() != time.Monday {
		next = time.Date(next.Year(), next.Month(), next.Day()+1, tellAt, 0, 0, 0, zone)
	}
	return next
}

// Tell notes something for those who follow it, in the transaction of what happened. They are told once it is public, and
// never of what TakeBack takes back before. Nobody is told of what happens in a rehearsal.
func Tell(ctx context.Context, tx db.Tx, of platform.Platform, h Happening) error {
	return TellAll(ctx, tx, of, []Happening{h})
}

// TellAll tells several things, in as many statements for one as for all.
func TellAll(ctx context.Context, tx db.Tx, of platform.Platform, list []Happening) error {
	if of.Kind == platform.Rehearsal || len(list) == 0 {
		return nil
	}
	now := of.Now(tx.Now())
	rows, times := make([][]any, len(list)), map[time.Time]bool{}
	for i, h := range list {
		if h.At.IsZero() {
			h.At = now
		}
		args, err := json.Marshal(h.Args)
		if err != nil {
			return err
		}
		rows[i] = []any{of.Key, ids.Dated(h.At), h.Kind, h.Project, h.Proposal, h.District, h.Source, h.Actor, h.Path, string(args), db.Micros(h.At)}
		if h.At.Before(now) {
			h.At = now
		}
		times[h.At] = true
	}
	if err := db.Insert(ctx, tx, "happening", []string{"platform", "id", "kind", "project", "proposal", "district", "source", "actor", "path", "args", "at"}, rows); err != nil {
		return err
	}
	for at := range times { // one, but for what is planned
		if err := wait(ctx, tx, of, at); err != nil {
			return err
		}
	}
	return nil
}

// wait writes the next turns after a time into the outbox: the first thing that waits for a turn does.
func wait(ctx context.Context, tx db.Tx, of platform.Platform, since time.Time) error {
	for _, p := range []Period{Daily, Weekly} {
		at := p.Next(since, of.Zone)
		n, err := tx.Exec(ctx, `INSERT INTO digest_turn (platform, period, at) VALUES (?, ?, ?) ON CONFLICT (platform, period, at) DO NOTHING`, of.Key, string(p), db.Micros(at))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := jobs.Add(ctx, tx, of.Key, DigestJob, Turn{Period: p, At: at}, of.When(at)); err != nil {
			return err
		}
	}
	return nil
}

// TakeBack lets nobody be told any more of what has a source.
func TakeBack(ctx context.Context, tx db.Tx, platform int64, source ids.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM happening WHERE platform = ? AND source = ?`, platform, source)
	return err
}

package delivery

import (
	"context"
	"errors"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// PastReport is what came of a file of winners.
type PastReport struct {
	Added, Updated int
	Refused        []Refused // by line
}

// ImportPast brings winners of editions from before Parvis in, from a file: good rows are kept, the others come back with their
// reason. A row whose reference is there already takes its place. Faults: forbidden, invalid (file).
func (s *Service) ImportPast(ctx context.Context, of platform.Platform, who account.Person, name string, content []byte) (PastReport, error) {
	if !who.Roles.Can(access.Organise, access.Moment{}) {
		return PastReport{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return ImportPast(ctx, s.db, of, name, content)
}

// ImportPast is that method for who runs the machine.
func ImportPast(ctx context.Context, d *db.DB, of platform.Platform, name string, content []byte) (PastReport, error) {
	lines, unseen, err := ReadPast(name, content) // pictures are prepared before the transaction: that takes long
	if err != nil {
		return PastReport{}, err
	}
	var report PastReport
	err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		report = PastReport{Refused: unseen}
		if err := tx.Lock(ctx, "past winners of "+of.ID.String()); err != nil {
			return err
		}
		return importPast(ctx, tx, of, lines, &report)
	})
	return report, err
}

// incoming is an edition of a file.
type incoming struct {
	PastEdition
	known map[string]Past
	last  int // number
	fresh bool
}

func importPast(ctx context.Context, tx db.Tx, of platform.Platform, lines []PastRow, report *PastReport) error {
	now := of.Now(tx.Now())
	districts, err := project.Districts(ctx, tx, of.Key, "", 0, maxPast)
	if err != nil {
		return err
	}
	byName := map[string]ids.ID{}
	for _, d := range districts {
		byName[i18n.Fold(d.Name)], byName[d.Slug] = d.ID, d.ID
	}
	district := func(name string) (bool, func(*Past)) {
		id, ok := byName[i18n.Fold(name)]
		return ok, func(w *Past) { w.District = id }
	}
	editions, err := incomingOf(ctx, tx, of.Key, lines)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var winners []Past
	var works []Delivery
	var pictured []PastRow
	for _, line := range lines {
		w, d, err := line.read(of.Zone, now, district)
		key := ids.Slug(i18n.Fold(line.cells["edition"]), MaxTitle) + "/" + w.Reference
		if err == nil && seen[key] {
			err = fault.New(fault.Invalid, "fault.past.twice", "Value", w.Reference)
		}
		if err != nil {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				return err
			}
			report.Refused = append(report.Refused, Refused{line.Line, f})
			continue
		}
		seen[key] = true
		e := editions[ids.Slug(i18n.Fold(line.cells["edition"]), MaxTitle)]
		w.Edition = e.ID
		if had, ok := e.known[w.Reference]; ok {
			w.ID, w.Number = had.ID, had.Number
			report.Updated++
		} else {
			e.last++
			w.ID, w.Number = ids.Dated(tx.Now()), e.last
			report.Added++
		}
		d.Proposal, d.Project = w.ID, e.ID
		if e.fresh {
			if err := insertPastEdition(ctx, tx, of.Key, e.PastEdition); err != nil {
				return err
			}
			e.fresh = false
		}
		winners, works, pictured = append(winners, w), append(works, d), append(pictured, line)
	}
	if len(winners) == 0 {
		return nil
	}
	if err := store(ctx, tx, of, winners, works, pictured, now); err != nil {
		return err
	}
	return journal.Append(ctx, tx, of.Key, "past_winners_imported", map[string]any{"added": report.Added, "updated": report.Updated})
}

// incomingOf gives the editions that a file names, by their slugs: those that are there, and those that will be.
func incomingOf(ctx context.Context, tx db.Tx, platform int64, lines []PastRow) (map[string]*incoming, error) {
	there, err := PastEditions(ctx, tx, platform)
	if err != nil {
		return nil, err
	}
	all := map[string]*incoming{}
	for _, line := range lines {
		slug := ids.Slug(i18n.Fold(line.cells["edition"]), MaxTitle)
		if all[slug] == nil {
			all[slug] = &incoming{PastEdition: PastEdition{ID: ids.Dated(tx.Now()), Slug: slug, Title: line.cells["edition"]}, fresh: true}
		}
	}
	for _, e := range there { // an edition in a file is a handful at most
		if in := all[e.Slug]; in != nil {
			in.PastEdition, in.fresh = e, false
			if in.known, in.last, err = pastOf(ctx, tx, platform, e.ID); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// store keeps winners with their follow-ups and pictures, in the place of what a file brought before.
func store(ctx context.Context, tx db.Tx, of platform.Platform, winners []Past, works []Delivery, lines []PastRow, now time.Time) error {
	at, pictured := make([]ids.ID, len(winners)), []ids.ID{}
	for i, w := range winners {
		if at[i] = w.ID; lines[i].Picture != nil {
			pictured = append(pictured, w.ID)
		}
	}
	if err := dropFollowUps(ctx, tx, of.Key, at); err != nil {
		return err
	}
	old, err := dropImported(ctx, tx, of.Key, pictured)
	if err != nil {
		return err
	}
	if err := media.Drop(ctx, tx, of.Key, old); err != nil {
		return err
	}
	if err := keepPast(ctx, tx, of.Key, winners); err != nil {
		return err
	}
	if err := Insert(ctx, tx, of.Key, works); err != nil {
		return err
	}
	for i, line := range lines { // a picture is stored by itself, with its sizes
		if line.Picture == nil {
			continue
		}
		p, err := media.Store(ctx, tx, of.Key, *line.Picture, media.Alt{i18n.FR: line.cells["alt"]})
		if err != nil {
			return err
		}
		phase, day := After, works[i].EndedAt
		if works[i].State != Built {
			phase, day = During, now
		}
		if err := insertNews(ctx, tx, of.Key, works[i].Project, News{ID: ids.Dated(tx.Now()), Proposal: winners[i].ID, Phase: phase, Picture: p.ID, At: day}); err != nil {
			return err
		}
	}
	return nil
}

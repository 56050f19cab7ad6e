// Package transfer brings files in: elections in Pabulib's format, and backups of the whole house.
package transfer

import (
	"context"
	"io"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// Service imports, backs up and restores.
type Service struct{ db *db.DB }

// NewService returns the service on a database.
func NewService(d *db.DB) *Service { return &Service{d} }

// File is a file to import. It is opened twice: a first pass validates, the second writes.
type File struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Options of an import.
type Options struct {
	Platform string // slug of an existing platform; empty: the one of the file's unit, made when it is missing
	Replace  bool   // an edition of the same unit, subunit and instance gives way
	Progress func(done, total int)
}

// Report says what came in.
type Report struct {
	Platform    string // slug
	Project     string // slug
	Title       string
	Proposals   int
	Districts   int
	Ballots     int
	Refused     []Refused
	Dropped     int                  // choices left out of ballots, since the line of their project was refused
	Differences []pabulib.Difference // totals that are not those of the file's own columns
	Unchanged   bool                 // the same file was imported before: nothing was done
	Replaced    bool                 // another file's edition gave way
}

// Refused is a line that was not taken, and why.
type Refused struct {
	Line int
	Code string // names a sentence ("refused.CODE")
	Args map[string]any
}

// Source says where an imported project comes from, as its pages tell it.
type Source struct {
	ID         ids.ID
	Project    ids.ID
	Unit       string
	Subunit    string
	Instance   string
	File       string
	SHA256     []byte
	Comment    string // of the file's makers
	Proposals  int
	Districts  int
	Ballots    int
	Refused    int
	Dropped    int // choices of ballots that name a project whose line was refused, and are left out
	Differing  int // totals that are not those of the file's own columns
	FinishedAt time.Time
}

// SourceOf gives the source of an imported project, if it is one.
func SourceOf(ctx context.Context, tx db.Tx, platform int64, project ids.ID) (Source, bool, error) {
	all, err := sources(ctx, tx, ` AND i.project = ?`, platform, project)
	if err != nil || len(all) == 0 {
		return Source{}, false, err
	}
	return all[0].Source, true, nil
}

// RefusedLines gives the refused lines of an import, at most limit, in the order of the file.
func RefusedLines(ctx context.Context, tx db.Tx, platform int64, source ids.ID, limit int) ([]Refused, error) {
	return refusals(ctx, tx, platform, source, limit)
}

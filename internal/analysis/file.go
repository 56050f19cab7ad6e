package analysis

import (
	"context"
	"database/sql"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// File is a document beside an opinion. It is never public.
type File struct {
	ID      ids.ID
	Service ids.ID // of who brought it; zero: none
	Author  ids.ID
	Name    string
	MIME    string
	Size    int64
	At      time.Time
}

// MaxFiles is how many a proposal has at most.
const MaxFiles = 20

// Attach puts a document beside what is said of a proposal. f comes from deposit.ReadFile, which tells what it is. Faults: forbidden,
// not_found, invalid (file).
func (s *Service) Attach(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, f deposit.File) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := doorTo(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "analysis of proposal "+d.found.ID.String()); err != nil {
			return err
		}
		there, err := filesOf(ctx, tx, of.Key, d.found.ID)
		if err != nil {
			return err
		}
		if len(there) >= MaxFiles {
			return invalid("file", "files", "Max", MaxFiles)
		}
		_, err = tx.Exec(ctx, `INSERT INTO analysis_file (platform, id, proposal, service, author, name, mime, size, content, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			of.Key, ids.Dated(tx.Now()), d.found.ID, d.service(), who.ID, f.Name, f.MIME, len(f.Content), f.Content, db.Micros(d.edition.Now))
		return err
	})
}

// Detach takes one's own document away. Faults: forbidden, not_found.
func (s *Service) Detach(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, file ids.ID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := doorTo(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM analysis_file WHERE platform = ? AND proposal = ? AND id = ? AND author = ?`, of.Key, d.found.ID, file, who.ID)
		if err == nil && n == 0 {
			err = notFound()
		}
		return err
	})
}

// FileContent hands a document out to who may read it. Fault: not_found.
func (s *Service) FileContent(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, file ids.ID) (f deposit.File, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := doorTo(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		var service ids.ID
		err = tx.QueryRow(ctx, `SELECT f.service, f.name, f.mime, f.content FROM analysis_file f WHERE f.platform = ? AND f.proposal = ? AND f.id = ?`, of.Key, d.found.ID, file).
			Scan(&service, &f.Name, &f.MIME, &f.Content)
		if db.None(err) || err == nil && !d.shows(service) {
			f, err = deposit.File{}, notFound()
		}
		return err
	})
	return f, err
}

// AnswerFile hands out a file that the author deposited, to a service that studies the proposal. Fault: not_found.
func (s *Service) AnswerFile(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, question string) (f deposit.File, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := doorTo(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		made, ok, err := deposit.DepositOf(ctx, tx, of.Key, d.found.ID)
		if err != nil {
			return err
		}
		if !ok || !d.seesAnswers(made) {
			return notFound()
		}
		f, err = deposit.FileOf(ctx, tx, of.Key, made.ID, question)
		return err
	})
	return f, err
}

func filesOf(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) ([]File, error) {
	rows, err := tx.Query(ctx, `SELECT f.id, f.service, f.author, f.name, f.mime, f.size, f.at FROM analysis_file f WHERE f.platform = ? AND f.proposal = ? ORDER BY f.at, f.id`, platform, proposal)
	return db.Collect(rows, err, func(r *sql.Rows, f *File) error {
		var at int64
		err := r.Scan(&f.ID, &f.Service, &f.Author, &f.Name, &f.MIME, &f.Size, &at)
		f.At = db.Time(at)
		return err
	})
}

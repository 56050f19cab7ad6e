package news

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// File is a document that stands beside an article, for who reads the article to take along.
type File struct {
	ID         ids.ID
	Title      string
	Name, MIME string
	Size       int64 // bytes
}

// MaxFiles is how many documents an article has at most.
const MaxFiles = 20

// Attach puts a document beside an article. Faults: forbidden, not_found, invalid (title, file).
func (s *Service) Attach(ctx context.Context, of platform.Platform, who account.Person, article ids.ID, title string, d Document) error {
	title = strings.Join(strings.Fields(title), " ")
	var found []*fault.Error
	if title == "" {
		found = append(found, fault.New(fault.Invalid, "fault.news.file_title").In("file_title"))
	}
	if n := utf8.RuneCountInString(title); n > MaxTitle {
		found = append(found, fault.New(fault.Invalid, "fault.news.long", "Max", MaxTitle, "Over", n-MaxTitle).In("file_title"))
	}
	if err := fault.All(found); err != nil {
		return err
	}
	return s.change(ctx, of, who, article, func(ctx context.Context, tx db.Tx, a *Article, now time.Time) error {
		there, err := FilesOf(ctx, tx, of.Key, a.ID)
		if err != nil {
			return err
		}
		if len(there) >= MaxFiles {
			return fault.New(fault.Invalid, "fault.news.files", "Max", MaxFiles).In("file")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO article_file (platform, id, article, title, name, mime, size, content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			of.Key, ids.Dated(tx.Now()), a.ID, title, d.Name, d.MIME, len(d.Content), d.Content, db.Micros(now)); err != nil {
			return err
		}
		return a.touched(ctx, tx, of, now)
	})
}

// Detach takes a document away. Faults: forbidden, not_found.
func (s *Service) Detach(ctx context.Context, of platform.Platform, who account.Person, article, file ids.ID) error {
	return s.change(ctx, of, who, article, func(ctx context.Context, tx db.Tx, a *Article, now time.Time) error {
		n, err := tx.Exec(ctx, `DELETE FROM article_file WHERE platform = ? AND article = ? AND id = ?`, of.Key, a.ID, file)
		if err == nil && n == 0 {
			err = notFound()
		}
		if err != nil {
			return err
		}
		return a.touched(ctx, tx, of, now)
	})
}

// touched says of an article that is online that it has changed.
func (a *Article) touched(ctx context.Context, tx db.Tx, of platform.Platform, now time.Time) error {
	if a.State(now) != Online {
		return nil
	}
	a.ChangedAt = now
	if err := update(ctx, tx, of.Key, *a); err != nil {
		return err
	}
	return a.tell(ctx, tx, of, "article_changed", nil)
}

// Files is FilesOf for who writes. Fault: forbidden.
func (s *Service) Files(ctx context.Context, of platform.Platform, who account.Person, article ids.ID) (list []File, err error) {
	if err := mayWrite(who); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		list, err = FilesOf(ctx, tx, of.Key, article)
		return err
	})
	return list, err
}

// FilesOf gives the documents of an article, the first one first, without their content.
func FilesOf(ctx context.Context, tx db.Tx, platform int64, article ids.ID) ([]File, error) {
	rows, err := tx.Query(ctx, `SELECT f.id, f.title, f.name, f.mime, f.size FROM article_file f WHERE f.platform = ? AND f.article = ? ORDER BY f.created_at, f.id`, platform, article)
	return db.Collect(rows, err, func(r *sql.Rows, f *File) error { return r.Scan(&f.ID, &f.Title, &f.Name, &f.MIME, &f.Size) })
}

// DocumentOf gives a document to who has those roles and may read its article. Fault: not_found.
func DocumentOf(ctx context.Context, tx db.Tx, platform int64, roles access.Roles, file ids.ID, now time.Time) (d Document, err error) {
	var article ids.ID
	err = tx.QueryRow(ctx, `SELECT f.article, f.name, f.mime, f.content FROM article_file f WHERE f.platform = ? AND f.id = ?`, platform, file).Scan(&article, &d.Name, &d.MIME, &d.Content)
	if db.None(err) {
		return Document{}, notFound()
	}
	if err != nil {
		return Document{}, err
	}
	a, err := byID(ctx, tx, platform, article)
	if err != nil || !roles.Can(access.SeeArticle, a.Moment(now)) {
		return Document{}, notFound()
	}
	return d, nil
}

package deposit

import (
	"bytes"
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// File is a file that answers a question. Only who sent it and the services read it.
type File struct {
	Name    string
	MIME    string // as its first bytes say
	Content []byte
}

// FileMax is the largest file, in bytes.
const FileMax = 10 << 20

// signatures are the first bytes of the formats that are taken.
var signatures = []struct{ mime, begins string }{
	{"application/pdf", "%PDF-"},
	{"image/jpeg", "\xff\xd8\xff"},
	{"image/png", "\x89PNG\r\n\x1a\n"},
}

// ReadFile tells a file's format from its first bytes, whatever its name says. Fault: invalid, for another format or too
// large a file.
func ReadFile(name string, content []byte) (File, error) {
	if len(content) > FileMax {
		return File{}, fault.New(fault.Invalid, "fault.deposit.file_large", "Limit", FileMax>>20)
	}
	for _, s := range signatures {
		if bytes.HasPrefix(content, []byte(s.begins)) {
			return File{Name: name, MIME: s.mime, Content: content}, nil
		}
	}
	return File{}, fault.New(fault.Invalid, "fault.deposit.file_format")
}

func keepFile(ctx context.Context, tx db.Tx, platform int64, deposit ids.ID, question string, f File) error {
	_, err := tx.Exec(ctx, `INSERT INTO deposit_file (platform, deposit, question, name, mime, content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, deposit, question) DO UPDATE SET name = excluded.name, mime = excluded.mime, content = excluded.content, created_at = excluded.created_at`,
		platform, deposit, question, f.Name, f.MIME, f.Content, db.Micros(tx.Now()))
	return err
}

// FileOf gives the file that answers a question of a deposit. Fault: not_found.
func FileOf(ctx context.Context, tx db.Tx, platform int64, deposit ids.ID, question string) (f File, err error) {
	err = tx.QueryRow(ctx, `SELECT f.name, f.mime, f.content FROM deposit_file f WHERE f.platform = ? AND f.deposit = ? AND f.question = ?`, platform, deposit, question).
		Scan(&f.Name, &f.MIME, &f.Content)
	if db.None(err) {
		err = fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	return f, err
}

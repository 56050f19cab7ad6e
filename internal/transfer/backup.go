package transfer

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/parvis-civic/parvis/internal/db"
)

// A backup is a tar of JSON, compressed with zstd, that says nothing of the engine it comes from:
//
//	manifest.json              what it is, of which schema, with which tables and columns
//	rows/TABLE/000001.jsonl …  the rows of each table in the order of its key, a JSON array a line, about a megabyte a file
//	end.json                   how many rows each table has, and the SHA-256 of their lines; missing when the file is cut
//
// See appendRow for the values.
const (
	backupFormat  = "parvis-backup"
	backupVersion = 1
	manifestName  = "manifest.json"
	endName       = "end.json"
	backupChunk   = 1 << 20
)

// manifest says what a backup is.
type manifest struct {
	Format  string          `json:"format"`
	Version int             `json:"version"` // of the format
	Schema  int64           `json:"schema"`  // number of the last migration
	Created time.Time       `json:"created"` // the moment of the copy
	Tables  []manifestTable `json:"tables"`  // in the order of their rows
}

type manifestTable struct {
	Name    string           `json:"name"`
	Columns []manifestColumn `json:"columns"`
}

type manifestColumn struct {
	Name string  `json:"name"`
	Kind db.Kind `json:"kind"`
}

// backupEnd says what a backup must have held.
type backupEnd struct {
	Tables []tableSum `json:"tables"`
}

type tableSum struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // hex
}

// Backup writes a copy of all platforms, of one moment, in memory that does not grow. The database goes on working. What
// was written before an error is useless.
func (s *Service) Backup(ctx context.Context, w io.Writer) error {
	compressed, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer compressed.Close()
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		b := &backing{out: tar.NewWriter(compressed), at: tx.Now()}
		if err := b.database(ctx, tx); err != nil {
			return err
		}
		return b.out.Close()
	})
	if err == nil {
		err = compressed.Close()
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// backing is a backup at work.
type backing struct {
	out *tar.Writer
	at  time.Time
}

func (b *backing) database(ctx context.Context, tx db.Tx) error {
	tables, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	m := manifest{Format: backupFormat, Version: backupVersion, Created: b.at, Tables: manifestTables(tables)}
	if m.Schema, err = schemaVersion(ctx, tx); err != nil {
		return err
	}
	if err := b.json(manifestName, m); err != nil {
		return err
	}
	var end backupEnd
	for _, t := range tables {
		sum, err := b.table(ctx, tx, t)
		if err != nil {
			return err
		}
		end.Tables = append(end.Tables, sum)
	}
	return b.json(endName, end)
}

func manifestTables(tables []db.Table) []manifestTable {
	list := make([]manifestTable, len(tables))
	for i, t := range tables {
		list[i].Name = t.Name
		for _, c := range t.Columns {
			list[i].Columns = append(list[i].Columns, manifestColumn{c.Name, c.Kind})
		}
	}
	return list
}

func schemaVersion(ctx context.Context, tx db.Tx) (version int64, err error) {
	err = tx.QueryRow(ctx, `SELECT MAX(version_id) FROM goose_db_version`).Scan(&version)
	return version, err
}

// table writes the rows of a table in files of about backupChunk bytes.
func (b *backing) table(ctx context.Context, tx db.Tx, t db.Table) (tableSum, error) {
	w := rowWriter{b: b, table: t.Name, hash: sha256.New()}
	for row, err := range t.Rows(ctx, tx, nil) {
		if err != nil {
			return tableSum{}, err
		}
		if err := w.add(row); err != nil {
			return tableSum{}, err
		}
	}
	err := w.flush()
	return tableSum{t.Name, w.rows, hex.EncodeToString(w.hash.Sum(nil))}, err
}

type rowWriter struct {
	b     *backing
	table string
	hash  hash.Hash
	rows  int64
	files int
	buf   []byte
}

func (w *rowWriter) add(row []any) (err error) {
	if w.buf, err = appendRow(w.buf, row); err != nil {
		return fmt.Errorf("row %d of %s: %w", w.rows+1, w.table, err)
	}
	w.rows++
	if len(w.buf) < backupChunk {
		return nil
	}
	return w.flush()
}

func (w *rowWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	w.hash.Write(w.buf)
	w.files++
	err := w.b.file(fmt.Sprintf("rows/%s/%06d.jsonl", w.table, w.files), w.buf)
	w.buf = w.buf[:0]
	return err
}

func (b *backing) json(name string, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return b.file(name, text.Bytes())
}

func (b *backing) file(name string, content []byte) error {
	err := b.out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: b.at.Truncate(time.Second)})
	if err != nil {
		return err
	}
	_, err = b.out.Write(content)
	return err
}

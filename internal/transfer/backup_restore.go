package transfer

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
)

// maxBackupFile bounds a file of the archive: a chunk, and a row that holds the largest picture.
const maxBackupFile = 64 << 20

// Restore fills an empty database from a backup of either engine, whole or not at all: the file is checked to its end
// before anything is written, then written in one transaction. Faults: invalid (it is no backup, is cut or damaged, or of
// another schema), conflict (the database has a platform).
func (s *Service) Restore(ctx context.Context, f File) error {
	if err := s.restored(ctx, f, nil); err != nil {
		return fmt.Errorf("check %s: %w", f.Name, err)
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "restore"); err != nil {
			return err
		}
		return s.restored(ctx, f, tx)
	})
	if err != nil {
		return fmt.Errorf("restore %s: %w", f.Name, err)
	}
	return nil
}

// restored reads a backup from start to end and writes it when tx is not nil.
func (s *Service) restored(ctx context.Context, f File, tx db.Tx) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	plain, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return err
	}
	defer plain.Close()
	r := &restoring{name: f.Name, in: tar.NewReader(plain)}
	if err := r.open(); err != nil {
		return err
	}
	if tx == nil {
		err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error { return r.fits(ctx, tx) })
	} else {
		err = r.fits(ctx, tx)
	}
	if err != nil {
		return err
	}
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done, err = r.next(ctx, tx); err != nil {
			return err
		}
	}
	// Nothing may follow. The end of the archive and that of the compressed file are read for it: their checksum stands there.
	if _, err := r.in.Next(); err != io.EOF {
		return r.cut(errors.Join(errors.New("something follows the last file"), err))
	}
	if n, err := io.ReadFull(plain, make([]byte, 1)); n > 0 || err != io.EOF {
		return r.cut(errors.Join(errors.New("something follows the archive"), err))
	}
	return nil
}

// restoring is the reading of a backup.
type restoring struct {
	name     string
	in       *tar.Reader
	manifest manifest
	tables   []db.Table // of the database, in the order of the manifest
	at       int        // table that is being read
	files    int        // of it
	sum      hash.Hash
	rows     int64
	sums     []tableSum
}

func (r *restoring) bad(key string, err error, pairs ...any) error {
	return fault.New(fault.Invalid, key, append(pairs, "File", r.name)...).Because(err)
}

func (r *restoring) cut(err error) error { return r.bad("fault.backup.cut", err) }

// open reads the manifest.
func (r *restoring) open() error {
	name, content, err := r.file()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return r.cut(err)
	}
	if err != nil || name != manifestName || json.Unmarshal(content, &r.manifest) != nil || r.manifest.Format != backupFormat {
		return r.bad("fault.backup.format", err)
	}
	if r.manifest.Version > backupVersion {
		return r.bad("fault.backup.newer", nil)
	}
	r.sum = sha256.New()
	return nil
}

// fits asks whether the database is empty and has the tables of the backup.
func (r *restoring) fits(ctx context.Context, tx db.Tx) error {
	schema, err := schemaVersion(ctx, tx)
	switch {
	case err != nil:
		return err
	case schema < r.manifest.Schema:
		return r.bad("fault.backup.newer", nil)
	case schema > r.manifest.Schema:
		return r.bad("fault.backup.older", nil, "Schema", r.manifest.Schema, "Known", schema)
	}
	if r.tables, err = db.Tables(ctx, tx); err != nil {
		return err
	}
	if !slices.EqualFunc(manifestTables(r.tables), r.manifest.Tables, func(a, b manifestTable) bool {
		return a.Name == b.Name && slices.Equal(a.Columns, b.Columns)
	}) {
		return r.bad("fault.backup.format", errors.New("its tables are not those of its schema"))
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM platform)`).Scan(&used); err != nil {
		return err
	}
	if used {
		return fault.New(fault.Conflict, "fault.backup.not_empty")
	}
	return nil
}

// file reads the next file of the archive.
func (r *restoring) file() (name string, content []byte, err error) {
	h, err := r.in.Next()
	if err != nil {
		return "", nil, err
	}
	if h.Typeflag != tar.TypeReg || h.Size > maxBackupFile {
		return "", nil, fmt.Errorf("%s is not a file of a backup", h.Name)
	}
	content = make([]byte, h.Size)
	_, err = io.ReadFull(r.in, content)
	return h.Name, content, err
}

// next reads a file of rows, and writes them when tx is not nil; done at the end.
func (r *restoring) next(ctx context.Context, tx db.Tx) (done bool, err error) {
	name, content, err := r.file()
	if err != nil {
		return false, r.cut(err)
	}
	if name == endName {
		return true, r.end(content)
	}
	for !strings.HasPrefix(name, "rows/"+r.table()+"/") {
		if r.at >= len(r.tables) {
			return false, r.cut(fmt.Errorf("%s is out of order", name))
		}
		r.close()
	}
	if r.files++; name != fmt.Sprintf("rows/%s/%06d.jsonl", r.table(), r.files) {
		return false, r.cut(fmt.Errorf("%s is out of order", name))
	}
	r.sum.Write(content)
	var rows [][]any
	for line := range bytes.Lines(content) {
		row, err := parseRow(line, r.manifest.Tables[r.at].Columns)
		if err != nil {
			return false, r.cut(fmt.Errorf("%s: %w", name, err))
		}
		rows = append(rows, row)
	}
	r.rows += int64(len(rows))
	if tx == nil {
		return false, nil
	}
	return false, r.tables[r.at].Insert(ctx, tx, rows)
}

// table names the table that is being read, "" after the last one.
func (r *restoring) table() string {
	if r.at >= len(r.tables) {
		return ""
	}
	return r.tables[r.at].Name
}

// close ends a table.
func (r *restoring) close() {
	r.sums = append(r.sums, tableSum{r.table(), r.rows, hex.EncodeToString(r.sum.Sum(nil))})
	r.at, r.files, r.rows = r.at+1, 0, 0
	r.sum.Reset()
}

// end compares what was read with what was written.
func (r *restoring) end(content []byte) error {
	for r.at < len(r.tables) {
		r.close()
	}
	var end backupEnd
	if err := json.Unmarshal(content, &end); err != nil {
		return r.cut(err)
	}
	if !slices.Equal(end.Tables, r.sums) {
		return r.cut(errors.New("its rows are not those that were saved"))
	}
	return nil
}

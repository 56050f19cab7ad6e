package transfer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// everything reads all rows of a database, by table.
func everything(t *testing.T, d *db.DB) map[string][][]any {
	t.Helper()
	all := map[string][][]any{}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		for _, table := range tables {
			all[table.Name] = nil
			for row, err := range table.Rows(ctx, tx, nil) {
				if err != nil {
					return err
				}
				all[table.Name] = append(all[table.Name], row)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// filled gives a database with an election, a second platform and a picture.
func filled(t *testing.T, engine db.Engine) *db.DB {
	t.Helper()
	d := dbtest.Open(t, engine)
	if _, err := transfer.NewService(d).Import(t.Context(), real("France_Toulouse_2022_6_-_Saint-Cyprien.pb"), transfer.Options{}); err != nil {
		t.Fatal(err)
	}
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		p, err := platform.Create(ctx, tx, platform.New{Slug: "lyon", Name: "Lyon <\u2028> l’été 🌳", Hosts: []string{"lyon.example"}})
		if err != nil {
			return err
		}
		_, err = media.Store(ctx, tx, p.Key, picture(t), media.Alt{i18n.FR: "Un arbre"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// picture gives a small PNG.
func picture(t *testing.T) media.Prepared {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	p, err := media.Prepare(&out)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func saved(t *testing.T, d *db.DB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := transfer.NewService(d).Backup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func inMemory(name string, content []byte) transfer.File {
	return transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func TestBackupOfEitherEngineIsRestoredOnTheOtherRowForRow(t *testing.T) {
	for _, way := range [][]db.Engine{{db.SQLite, db.SQLite}, {db.SQLite, db.Postgres, db.SQLite}, {db.Postgres, db.SQLite, db.Postgres}} {
		name := ""
		for _, e := range way {
			name += string(e) + " "
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := filled(t, way[0])
			want := everything(t, d)
			for _, table := range []string{"platform", "host", "media", "rendition", "ballot", "result_line", "journal_pending"} {
				if len(want[table]) == 0 {
					t.Errorf("the table %s is empty: the test proves nothing of it", table)
				}
			}
			for _, engine := range way[1:] {
				to := dbtest.Open(t, engine)
				if err := transfer.NewService(to).Restore(t.Context(), inMemory("copy", saved(t, d))); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, everything(t, to)); diff != "" {
					t.Fatalf("restored on %s (-saved +restored):\n%s", engine, diff)
				}
				d = to
			}
		})
	}
}

// keyOf gives the key of the fault in an error.
func keyOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key
	}
	return ""
}

func TestRestoredSearchFindsWhatWasSaved(t *testing.T) {
	content := saved(t, filled(t, db.SQLite))
	d := dbtest.Open(t, db.SQLite)
	if err := transfer.NewService(d).Restore(t.Context(), inMemory("copy", content)); err != nil {
		t.Fatal(err)
	}
	var found int
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return tx.QueryRow(db.Everywhere(ctx, "a test"), `SELECT COUNT(*) FROM search_word WHERE word = 'roguet'`).Scan(&found)
	})
	if err != nil || found != 1 {
		t.Errorf("%d proposals found, error %v; want 1", found, err)
	}
}

func TestCutOrDamagedBackupChangesNothing(t *testing.T) {
	source := filled(t, db.SQLite)
	whole, rows := saved(t, source), everything(t, source)
	files := map[string][]byte{}
	for i := range 40 {
		n := len(whole) * i / 40
		files["cut at "+strings.Repeat("▪", i)] = whole[:n]
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x40
		files["a bit flipped at "+strings.Repeat("▪", i)] = flipped
	}
	files["cut by one byte"] = whole[:len(whole)-1]
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		empty := everything(t, d)
		for name, content := range files {
			err := transfer.NewService(d).Restore(t.Context(), inMemory("copy", content))
			if err == nil && strings.HasPrefix(name, "a bit") {
				// Some bits of a compressed file say nothing: what is restored is then what was saved.
				if diff := cmp.Diff(rows, everything(t, d)); diff != "" {
					t.Errorf("%s: something else was restored:\n%s", name, diff)
				}
				d = dbtest.Open(t, d.Engine())
				continue
			}
			if key := keyOf(err); key != "fault.backup.cut" && key != "fault.backup.format" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(empty, everything(t, d)); diff != "" {
			t.Errorf("something was written:\n%s", diff)
		}
	})
}

// archive packs files as a backup is packed.
func archive(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: pairs[i], Mode: 0o600, Size: int64(len(pairs[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpacked gives the files of a backup, as archive takes them.
func unpacked(t *testing.T, content []byte) (pairs []string) {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if err == io.EOF {
			return pairs
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, h.Name, string(b))
	}
}

func TestNothingMayFollowABackup(t *testing.T) {
	good := saved(t, filled(t, db.SQLite))
	files := unpacked(t, good)
	more := archive(t, "more.txt", "more")
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"as it was saved":    {archive(t, files...), ""},
		"another file":       {archive(t, append(slices.Clone(files), "more.txt", "more")...), "fault.backup.cut"},
		"another archive":    {append(slices.Clone(good), more...), "fault.backup.cut"},
		"bytes of something": {append(slices.Clone(good), "something"...), "fault.backup.cut"},
	} {
		d := dbtest.Open(t, db.SQLite)
		if got := keyOf(transfer.NewService(d).Restore(t.Context(), inMemory(name, c.content))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestFileThatIsNoBackupOfThisVersionIsNamed(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "fault.backup.format"},
		{"text", []byte("META\nkey;value\n"), "fault.backup.format"},
		{"another archive", archive(t, "holiday.txt", "sun"), "fault.backup.format"},
		{"another manifest", archive(t, "manifest.json", `{"format":"npm"}`), "fault.backup.format"},
		{"newer format", archive(t, "manifest.json", `{"format":"parvis-backup","version":2}`), "fault.backup.newer"},
		{"newer schema", archive(t, "manifest.json", `{"format":"parvis-backup","version":1,"schema":9999}`), "fault.backup.newer"},
		{"older schema", archive(t, "manifest.json", `{"format":"parvis-backup","version":1,"schema":0}`), "fault.backup.older"},
	} {
		err := transfer.NewService(d).Restore(t.Context(), inMemory(c.name, c.content))
		if got := keyOf(err); got != c.want || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestRestoreIntoADatabaseInUseIsRefused(t *testing.T) {
	content := saved(t, filled(t, db.SQLite))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "paris"}); err != nil {
			t.Fatal(err)
		}
		before := everything(t, d)
		err := transfer.NewService(d).Restore(t.Context(), inMemory("copy", content))
		if keyOf(err) != "fault.backup.not_empty" || !fault.Is(err, fault.Conflict) {
			t.Errorf("restore: %v", err)
		}
		if diff := cmp.Diff(before, everything(t, d)); diff != "" {
			t.Errorf("something changed:\n%s", diff)
		}
	})
}

// A file that is whole when it is checked and another one when it is read again must leave nothing.
func TestBackupThatChangesWhileItIsRestoredLeavesNothing(t *testing.T) {
	whole := saved(t, filled(t, db.SQLite))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		empty := everything(t, d)
		opened := 0
		f := transfer.File{Name: "copy", Open: func() (io.ReadCloser, error) {
			if opened++; opened == 1 {
				return io.NopCloser(bytes.NewReader(whole)), nil
			}
			return io.NopCloser(bytes.NewReader(whole[:len(whole)*3/4])), nil
		}}
		if err := transfer.NewService(d).Restore(t.Context(), f); keyOf(err) != "fault.backup.cut" {
			t.Errorf("restore: %v", err)
		}
		if opened < 2 {
			t.Error("the file was not read a second time")
		}
		if diff := cmp.Diff(empty, everything(t, d)); diff != "" {
			t.Errorf("something was written:\n%s", diff)
		}
	})
}

type brokenDisk struct{ left int }

var errFull = errors.New("no space left")

func (b *brokenDisk) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestBackupToAFullDiskFails(t *testing.T) {
	d := filled(t, db.SQLite)
	size := len(saved(t, d))
	// The moment in the manifest makes a copy some bytes longer or shorter, so not the last byte.
	for _, left := range []int{0, size / 2, size - 100} {
		if err := transfer.NewService(d).Backup(t.Context(), &brokenDisk{left}); !errors.Is(err, errFull) {
			t.Errorf("with %d of %d bytes left: %v", left, size, err)
		}
	}
}

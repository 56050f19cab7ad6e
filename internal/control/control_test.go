package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// scripted is a Work that does what a test says.
type scripted struct {
	Work
	importing func(ctx context.Context, f transfer.File, o transfer.Options) (transfer.Report, error)
	backup    func(w io.Writer) error
}

func (s scripted) Import(ctx context.Context, f transfer.File, o transfer.Options) (transfer.Report, error) {
	return s.importing(ctx, f, o)
}
func (s scripted) Backup(_ context.Context, w io.Writer) error { return s.backup(w) }

// through serves a work in a folder, and gives the way to it that a command finds. The returned function ends the
// requests as a serve that stops does.
func through(t *testing.T, dir string, work Work) (Work, func()) {
	t.Helper()
	h, err := Handler(slog.New(slog.DiscardHandler), work, Spool(dir))
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	server := &http.Server{Handler: h, BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	there, err := Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.Close() })
	return there, func() { cancel(ErrStopping) }
}

func text(name, content string) transfer.File {
	return transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func TestImportCrossesTheSocketWhole(t *testing.T) {
	dir := t.TempDir()
	want := transfer.Report{Platform: "toulouse", Project: "bp", Title: "Budget", Proposals: 3, Districts: 2, Ballots: 1_000_000,
		Refused:     []transfer.Refused{{Line: 4, Code: "fields", Args: map[string]any{"Have": int64(1_234_567), "Want": int64(9), "Text": "x", "List": []string{"a", "b"}}}},
		Differences: []pabulib.Difference{{ID: "a", Column: "votes", File: 3, Counted: 2}}, Replaced: true}
	var got struct {
		name, content string
		options       transfer.Options
		spooled       int
	}
	there, _ := through(t, dir, scripted{importing: func(_ context.Context, f transfer.File, o transfer.Options) (transfer.Report, error) {
		for range 2 { // an import reads the file twice
			in, err := f.Open()
			if err != nil {
				return transfer.Report{}, err
			}
			b, err := io.ReadAll(in)
			in.Close()
			if err != nil {
				return transfer.Report{}, err
			}
			got.content = string(b)
		}
		spooled, err := os.ReadDir(Spool(dir))
		got.name, got.options, got.spooled = f.Name, o, len(spooled)
		o.Progress(5, 10)
		o.Progress(10, 10)
		return want, err
	}})
	var told [][2]int
	report, err := there.Import(t.Context(), text("é & x.pb", "META…"), transfer.Options{Platform: "toulouse", Replace: true,
		Progress: func(done, total int) { told = append(told, [2]int{done, total}) }})
	if err != nil {
		t.Fatal(err)
	}
	if got.name != "é & x.pb" || got.content != "META…" || got.options.Platform != "toulouse" || !got.options.Replace || got.spooled != 1 {
		t.Errorf("the serve got %+v", got)
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("the report changed on its way:\n%s", diff)
	}
	if diff := cmp.Diff([][2]int{{5, 10}, {10, 10}}, told); diff != "" {
		t.Errorf("progress:\n%s", diff)
	}
	if left, err := os.ReadDir(Spool(dir)); err != nil || len(left) != 0 {
		t.Errorf("left in the spool: %v, %v", left, err)
	}
}

func TestErrorsKeepTheirKind(t *testing.T) {
	format := &pabulib.FormatError{Line: 102, Code: pabulib.FormatVotes, Args: map[string]any{"Have": int64(3), "Want": int64(90_494)}}
	several := &fault.Error{Code: fault.Invalid, Key: "fault.several", Sub: []*fault.Error{
		fault.New(fault.Invalid, "fault.platform.slug", "Value", "No").In("slug"),
		fault.New(fault.Invalid, "fault.media.large", "Limit", int64(10)),
	}}
	var next error
	there, _ := through(t, t.TempDir(), scripted{
		importing: func(context.Context, transfer.File, transfer.Options) (transfer.Report, error) {
			return transfer.Report{}, next
		},
		backup: func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Repeat("half ", 100_000))
			return errors.Join(err, next)
		},
	})
	var out bytes.Buffer
	for _, ask := range []func() error{
		func() error {
			_, err := there.Import(t.Context(), text("x", ""), transfer.Options{})
			return err
		},
		func() error { return there.Backup(t.Context(), &out) },
	} {
		next = format
		if got, ok := errors.AsType[*pabulib.FormatError](ask()); !ok || !cmp.Equal(got, format) {
			t.Errorf("%v came back as %v", format, got)
		}
		next = several
		got, ok := errors.AsType[*fault.Error](ask())
		if !ok {
			t.Fatal("the faults are lost")
		}
		if diff := cmp.Diff(several.Sub, got.Sub); got.Key != several.Key || diff != "" {
			t.Errorf("faults changed on their way:\n%s", diff)
		}
		next = errors.New("disk I/O error")
		if err := ask(); err == nil || err.Error() != "disk I/O error" {
			t.Errorf("came back as %v", err)
		}
	}
}

func TestCommandIsToldThatServeStops(t *testing.T) {
	begun := make(chan struct{})
	there, stop := through(t, t.TempDir(), scripted{importing: func(ctx context.Context, _ transfer.File, _ transfer.Options) (transfer.Report, error) {
		close(begun)
		<-ctx.Done()
		return transfer.Report{}, ctx.Err()
	}})
	go func() {
		<-begun
		stop()
	}()
	_, err := there.Import(t.Context(), text("x", ""), transfer.Options{})
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != "fault.control.stopping" || f.Code != fault.Unavailable {
		t.Errorf("import: %v", err)
	}
}

// A backup holds a snapshot: a command that stops reading, and does not leave, must not hold it for ever.
func TestBackupDoesNotWaitForACommandThatReadsNothing(t *testing.T) {
	broke := make(chan error, 1)
	s := &server{slog.New(slog.DiscardHandler), scripted{backup: func(w io.Writer) error {
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				broke <- err
				return err
			}
		}
	}}, t.TempDir(), time.Millisecond}
	web := httptest.NewServer(s.handler())
	defer web.Close()
	res, err := http.Get(web.URL + pathBackup)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := <-broke; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
}

func TestFolderWithALongPathHasASocketToo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path, err := socketPath(dir)
	if err != nil || len(path) > maxSocketPath || strings.HasPrefix(path, dir) {
		t.Fatalf("%s, %v", path, err)
	}
	through(t, dir, scripted{})
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSocketIsForThisUserAndADeadOneGivesWay(t *testing.T) {
	dir := t.TempDir()
	dead, err := net.Listen("unix", filepath.Join(dir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()
	// A command that finds it opens the database itself.
	here, err := Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := here.Close(); err != nil {
		t.Fatal(err)
	}
	through(t, dir, scripted{})
	if info, err := os.Lstat(filepath.Join(dir, socketName)); err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestServeOfAnotherVersionIsSaid(t *testing.T) {
	dir := t.TempDir()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler()}
	go server.Serve(l)
	defer server.Close()
	there, err := Open(t.Context(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Platforms(t.Context()); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("platforms: %v", err)
	}
}

func TestArgumentsKeepTheirTypes(t *testing.T) {
	in := json.NewDecoder(strings.NewReader(`{"N":1234567,"F":0.5,"S":"1","L":["a"],"M":[1]}`))
	in.UseNumber()
	var args map[string]any
	if err := in.Decode(&args); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"N": int64(1_234_567), "F": 0.5, "S": "1", "L": []string{"a"}, "M": []any{json.Number("1")}}
	if diff := cmp.Diff(want, restored(args)); diff != "" {
		t.Error(diff)
	}
}

package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

func goexit() { runtime.Goexit() }

func openShop(t testing.TB, dir string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: dir, Migrations: shop})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// gathered starts n writes while the writer is held, so that they all wait, lets them go, and gives their errors.
func gathered(t *testing.T, d *db.DB, n int, write func(i int) error) []error {
	t.Helper()
	held, free := make(chan bool), make(chan bool)
	var group sync.WaitGroup
	group.Go(func() {
		err := d.Write(t.Context(), func(context.Context, db.Tx) error {
			close(held)
			<-free
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	errs := make([]error, n)
	for i := range n {
		group.Go(func() { errs[i] = write(i) })
	}
	close(free)
	group.Wait()
	return errs
}

func TestWritesThatWaitShareACommit(t *testing.T) {
	t.Parallel()
	d := openShop(t, t.TempDir())
	const n = 500
	before := d.Stats()
	for i, err := range gathered(t, d, n, func(i int) error { return d.Write(t.Context(), put(fmt.Sprint(i), 1)) }) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	after := d.Stats()
	if writes := after.Writes - before.Writes; writes != n+1 {
		t.Errorf("%d writes", writes)
	}
	if commits := after.Commits - before.Commits; commits > n/5 {
		t.Errorf("%d commits for %d writes", commits, n)
	}
	if got := count(t, d); got != n {
		t.Errorf("%d rows of %d", got, n)
	}
}

func TestOneWriteDoesNotSpoilItsGroup(t *testing.T) {
	t.Parallel()
	d := openShop(t, t.TempDir())
	mine := errors.New("mine")
	errs := gathered(t, d, 40, func(i int) error {
		return d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := put(fmt.Sprint(i), 1)(ctx, tx); err != nil {
				return err
			}
			switch i % 4 {
			case 1:
				return mine
			case 2:
				panic("mine")
			case 3: // breaks the foreign key, which is only looked at when the group commits
				_, err := tx.Exec(ctx, "INSERT INTO book (platform, shelf, number) VALUES (1, ?, ?)", ids.Random(), i)
				return err
			}
			return nil
		})
	})
	for i, err := range errs {
		if (err == nil) != (i%4 == 0) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if n := count(t, d); n != 10 {
		t.Errorf("%d rows, want those of the 10 good writes", n)
	}
}

func TestLogStaysBoundedUnderConstantReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openShop(t, dir)
	// Reads that overlap: each ends once the next has begun, so that there is always one under way.
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop()
	readers.Go(func() {
		release := make(chan bool)
		for ctx.Err() == nil {
			last := release
			begun := make(chan bool)
			release = make(chan bool)
			readers.Go(func() { overlap(t, d, begun, release) })
			<-begun
			close(last)
		}
		close(release)
	})
	body := make([]byte, 1<<20)
	var largest, written int64
	for i := range 120 {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO page (name, body) VALUES (?, ?)", fmt.Sprint(i), body)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		written += int64(len(body))
		info, err := os.Stat(filepath.Join(dir, db.FileName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	if largest > 40<<20 {
		t.Errorf("the log grew to %d MB while %d MB were written", largest>>20, written>>20)
	}
	if d.Stats().Checkpoints == 0 {
		t.Error("no checkpoint was made")
	}
}

// overlap reads, says so, and goes on reading until it is released.
func overlap(t *testing.T, d *db.DB, begun, release chan bool) {
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		var n int
		err := tx.QueryRow(ctx, "SELECT count(*) FROM page").Scan(&n)
		close(begun)
		<-release
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestMain is also the child of TestKilledProcessLosesNothingAcknowledged.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PARVIS_TEST_CRASH"); dir != "" {
		crash(dir)
	}
	os.Exit(m.Run())
}

// crash writes without end, from several goroutines, and says each name once its write is acknowledged.
func crash(dir string) {
	d, err := db.Open(context.Background(), db.Config{Dir: dir, Migrations: shop})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				name := ids.Random().String()
				if err := d.Write(context.Background(), put(name, 1)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				os.Stdout.WriteString(name + "\n") // one system call
			}
		})
	}
	group.Wait()
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var said []string
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env, cmd.Stderr = append(os.Environ(), "PARVIS_TEST_CRASH="+dir), os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if len(lines.Text()) == 36 {
				said = append(said, lines.Text())
			}
			if n == 1000 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // it was killed
	}
	if len(said) < 3000 {
		t.Fatalf("only %d writes were acknowledged", len(said))
	}
	d := openShop(t, dir)
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, name := range said {
			var n int
			if err := tx.QueryRow(ctx, "SELECT n FROM counter WHERE name = ?", name).Scan(&n); err != nil {
				return fmt.Errorf("%s was acknowledged: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

package transfer

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

func election2022(name string) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open("../../../shared/data/elections/" + name) }}
}

// visible counts the editions that anyone sees, over all platforms.
func visible(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		counts, err := project.CountByPlatform(ctx, tx)
		for _, c := range counts {
			n += c
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The last transaction took place, and its answer was lost on the way.
func TestAnImportThatIsInAfterAllStaysAndIsReported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := NewService(d)
		e, err := validate(election2022("Poland_Gdynia_2020_Kamienna_Gora__large.pb"))
		if err != nil {
			t.Fatal(err)
		}
		im := &importing{db: d, file: election2022("Poland_Gdynia_2020_Kamienna_Gora__large.pb"), election: e, pace: pace{size: firstChunk}}
		if _, _, err := im.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := im.write(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := im.finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := im.failed(t.Context(), s, report, errors.New("the connection broke"))
		if err != nil || got.Ballots != 477 || got.Project != report.Project {
			t.Errorf("reported as %+v, %v", got, err)
		}
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := visible(t, d); n != 1 {
			t.Errorf("%d editions are left, want 1", n)
		}
	})
}

func TestAnImportThatDiesBeforeItsEndLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, err := validate(election2022("Poland_Gdynia_2020_Kamienna_Gora__large.pb"))
		if err != nil {
			t.Fatal(err)
		}
		im := &importing{db: d, file: election2022("Poland_Gdynia_2020_Kamienna_Gora__large.pb"), election: e, pace: pace{size: firstChunk}}
		if _, _, err := im.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := im.failed(t.Context(), NewService(d), Report{}, errors.New("the disk is full")); err == nil {
			t.Error("it is reported as in")
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			left, err := platform.All(ctx, tx)
			if len(left) != 0 {
				t.Errorf("the platform that it made is left: %v", left)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Four cities at once, and one of them three times: each edition once, nobody's error is the database's own.
func TestImportsAtOnceDoNotGetInEachOthersWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := NewService(d)
		files := []string{"Poland_Gdynia_2020_Kamienna_Gora__large.pb", "Netherlands_Assen_2024.pb", "France_Toulouse_2019.pb", "Poland_Lodz_2023_Im._Jozefa_Montwilla-Mireckiego.pb",
			"Netherlands_Assen_2024.pb", "Netherlands_Assen_2024.pb"}
		errs := make([]error, len(files))
		var wait sync.WaitGroup
		for i, name := range files {
			wait.Go(func() { _, errs[i] = s.Import(t.Context(), election2022(name), Options{}) })
		}
		wait.Wait()
		for i, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", files[i], err)
			}
		}
		if n := visible(t, d); n != 4 {
			t.Errorf("%d editions, want 4", n)
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			all, err := platform.All(ctx, tx)
			for _, p := range all {
				entries, err := journal.Pending(ctx, tx, p.Key, 10)
				if err != nil {
					return err
				}
				var kinds []string
				for _, e := range entries {
					kinds = append(kinds, e.Kind)
				}
				if len(kinds) != 3 || kinds[0] != "platform_created" || kinds[1] != "import" || kinds[2] != "result_proclaimed" {
					t.Errorf("the journal of %s, in order: %v", p.Slug, kinds)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

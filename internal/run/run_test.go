package run_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parvis-civic/parvis/internal/run"
)

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// diary is a group whose tasks write down what happens to them.
type diary struct {
	*run.Group
	lines []string
}

func newDiary() *diary { return &diary{Group: run.New(silent())} }

func (d *diary) add(name string, start, stop error) {
	d.Add(run.Task{Name: name,
		Start: func(context.Context, func(error)) error { d.lines = append(d.lines, "start "+name); return start },
		Stop:  func(context.Context) error { d.lines = append(d.lines, "stop "+name); return stop },
	})
}

func TestTasksStartInOrderAndStopInReverse(t *testing.T) {
	d := newDiary()
	d.add("database", nil, nil)
	d.add("sweep", nil, errors.New("dust"))
	ctx, cancel := context.WithCancel(t.Context())
	d.Add(run.Task{Name: "door", Start: func(context.Context, func(error)) error { cancel(); return nil }})
	d.add("never", nil, nil)
	err := d.Run(ctx)
	if want := []string{"start database", "start sweep", "stop sweep", "stop database"}; !slices.Equal(d.lines, want) {
		t.Errorf("%q, want %q", d.lines, want)
	}
	if err == nil || err.Error() != "stop sweep: dust" {
		t.Errorf("Run: %v", err)
	}
}

func TestTaskThatCannotStartStopsThoseBeforeIt(t *testing.T) {
	d := newDiary()
	d.add("database", nil, nil)
	d.add("door", errors.New("address in use"), nil)
	err := d.Run(t.Context())
	if want := []string{"start database", "start door", "stop database"}; !slices.Equal(d.lines, want) {
		t.Errorf("%q, want %q", d.lines, want)
	}
	if err == nil || err.Error() != "start door: address in use" {
		t.Errorf("Run: %v", err)
	}
}

func TestTaskThatFailsEndsTheGroup(t *testing.T) {
	d := newDiary()
	d.add("database", nil, nil)
	d.Add(run.Task{Name: "door", Start: func(_ context.Context, failed func(error)) error {
		go failed(errors.New("hinge broke"))
		return nil
	}})
	err := d.Run(t.Context())
	if err == nil || err.Error() != "door: hinge broke" {
		t.Errorf("Run: %v", err)
	}
	if want := []string{"start database", "stop database"}; !slices.Equal(d.lines, want) {
		t.Errorf("%q, want %q", d.lines, want)
	}
}

func TestTaskThatNeverEndsDoesNotKeepTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		d.add("database", nil, nil)
		release := make(chan struct{})
		defer close(release)
		d.Add(run.Task{Name: "stream", Deadline: 3 * time.Second, Stop: func(context.Context) error { <-release; return nil }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := d.Run(ctx)
		if err == nil || !strings.Contains(err.Error(), "stop stream: did not end within 3s") {
			t.Errorf("Run: %v", err)
		}
		if want := []string{"start database", "stop database"}; !slices.Equal(d.lines, want) {
			t.Errorf("%q, want %q", d.lines, want)
		}
	})
}

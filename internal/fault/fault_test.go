package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/fault"
)

func TestTheCodeIsThatOfTheOutermostFault(t *testing.T) {
	inner := fault.New(fault.NotFound, "fault.inner")
	outer := fault.New(fault.Unavailable, "fault.outer").Because(fmt.Errorf("reading: %w", inner))
	for _, c := range []struct {
		err  error
		want fault.Code
	}{
		{nil, ""},
		{io.EOF, fault.Internal},
		{inner, fault.NotFound},
		{fmt.Errorf("while counting: %w", inner), fault.NotFound},
		{outer, fault.Unavailable},
		{errors.Join(io.EOF, inner), fault.NotFound},
	} {
		if got := fault.CodeOf(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
		if c.want != "" && !fault.Is(c.err, c.want) || fault.Is(c.err, fault.Limited) {
			t.Errorf("%v is of a code that it is not", c.err)
		}
	}
	if !errors.Is(fault.New(fault.Invalid, "fault.x").Because(io.EOF), io.EOF) {
		t.Error("the cause is not found")
	}
}

func TestFaultsFoundTogetherKeepEveryReason(t *testing.T) {
	if err := fault.All(nil); err != nil {
		t.Errorf("no fault at all is %v", err)
	}
	one := fault.New(fault.Conflict, "fault.one", "Value", 3).In("slug")
	if err := fault.All([]*fault.Error{one}); err != error(one) {
		t.Errorf("one alone became %v", err)
	}
	two := fault.New(fault.Invalid, "fault.two").In("host")
	err, ok := errors.AsType[*fault.Error](fault.All([]*fault.Error{one, two}))
	if !ok || err.Code != fault.Conflict || err.Key != "fault.several" || err.Args["Count"] != 2 || len(err.Sub) != 2 {
		t.Fatalf("two became %+v", err)
	}
	for _, want := range []string{"fault.one (slug)", "fault.two (host)"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the log text lacks %q: %s", want, err)
		}
	}
	if diff := cmp.Diff(map[string]any{"Value": 3}, err.Sub[0].Args); diff != "" {
		t.Error(diff)
	}
}

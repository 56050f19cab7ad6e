package main

import (
	"strings"
	"testing"
)

const stream = `{"config":{"protocol_version":"v1.0.0"}}
{"finding":{"osv":"GO-1","fixed_version":"v1.2.0","trace":[{"module":"example.com/m","version":"v1.1.0"}]}}
{"finding":{"osv":"GO-2","fixed_version":"v1.2.0","trace":[{"module":"example.com/m","version":"v1.1.0","package":"example.com/m/p"}]}}
{"finding":{"osv":"GO-2","fixed_version":"v1.2.0","trace":[{"module":"example.com/m","version":"v1.1.0","package":"example.com/m/p","function":"Do","receiver":"T"},{"module":"us"}]}}
{"finding":{"osv":"GO-3","trace":[{"module":"stdlib","version":"v1.26.0","package":"net/http"}]}}`

func TestFindingsAreTheCalledAndTheImported(t *testing.T) {
	found, err := parseFindings(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found["GO-2"].symbol != "example.com/m/p.T.Do" || found["GO-3"].symbol != "" {
		t.Errorf("found %+v", found)
	}
	if got := found["GO-3"].String(); !strings.Contains(got, "imports it") || !strings.Contains(got, "no version") {
		t.Errorf("GO-3 reads %q", got)
	}
}

func TestNewAndGoneFindingsFail(t *testing.T) {
	found, err := parseFindings(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := parseAccepted(strings.NewReader("# why\n\nGO-3 we serve no such request\nGO-9 was there once\n"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := compare(found, accepted)
	if len(wrong) != 2 || !strings.HasPrefix(wrong[0], "new: GO-2 ") || !strings.HasPrefix(wrong[1], "gone: GO-9 ") {
		t.Errorf("wrong: %q", wrong)
	}
}

func TestAcceptedFindingNeedsItsReason(t *testing.T) {
	if _, err := parseAccepted(strings.NewReader("GO-1\n")); err == nil || !strings.Contains(err.Error(), "GO-1 has no reason") {
		t.Errorf("error %v", err)
	}
}

package notify_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/parvis-civic/parvis/internal/notify"
)

// zone answers for names; others do not exist, and "broken" ones get no answer.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if list, ok := z[name]; ok {
		return list, nil
	}
	if name == "_dmarc.broken.example" {
		return nil, errors.New("nobody answers")
	}
	return nil, &net.DNSError{IsNotFound: true}
}

func TestTheDomainOfOurMailsIsChecked(t *testing.T) {
	z := zone{"ville.example": {"google-site-verification=1", "v=spf1 mx -all"}, "_dmarc.ville.example": {"v=DMARC1; p=none"}, "s1._domainkey.ville.example": {"k=rsa; p=abc"}}
	for _, c := range []struct {
		from, selector string
		want           []notify.RecordState
	}{
		{"participer@ville.example", "s1", []notify.RecordState{notify.RecordThere, notify.RecordThere, notify.RecordThere}},
		{"participer@ville.example", "s2", []notify.RecordState{notify.RecordThere, notify.RecordThere, notify.RecordMissing}},
		{"participer@village.example", "", []notify.RecordState{notify.RecordMissing, notify.RecordMissing}},
		{"participer@broken.example", "", []notify.RecordState{notify.RecordMissing, notify.RecordUnknown}},
	} {
		got := notify.CheckDomain(t.Context(), z, c.from, c.selector)
		if len(got) != len(c.want) {
			t.Fatalf("%s: %+v", c.from, got)
		}
		for i, r := range got {
			if r.State != c.want[i] {
				t.Errorf("%s: %s is %s, want %s", c.from, r.Name, r.State, c.want[i])
			}
		}
	}
}

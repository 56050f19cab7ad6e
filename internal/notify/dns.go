package notify

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"
)

// Resolver asks for the TXT records of a name, as net.Resolver does.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Record is what the domain that e-mails come from says in one of the three ways by which others know them for ours.
type Record struct {
	Name  string      // SPF, DKIM, DMARC
	At    string      // where it stands in the domain's records
	State RecordState // what was found
	Text  string      // the record
}

// RecordState is what was found.
type RecordState string

// The states.
const (
	RecordThere   RecordState = "there"
	RecordMissing RecordState = "missing"
	RecordUnknown RecordState = "unknown" // nobody answered
)

const lookup = 3 * time.Second

// CheckDomain looks for SPF (RFC 7208), DKIM (RFC 6376; under the selector, and only when there is one) and DMARC (RFC 7489)
// of the domain of an address.
func CheckDomain(ctx context.Context, r Resolver, from, selector string) []Record {
	_, domain, _ := strings.Cut(from, "@")
	records := []Record{{Name: "SPF", At: domain}, {Name: "DMARC", At: "_dmarc." + domain}}
	begins := []string{"v=spf1", "v=DMARC1"}
	if selector != "" {
		records, begins = append(records, Record{Name: "DKIM", At: selector + "._domainkey." + domain}), append(begins, "")
	}
	for i := range records {
		records[i].look(ctx, r, begins[i])
	}
	return records
}

func (rec *Record) look(ctx context.Context, r Resolver, begins string) {
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	list, err := r.LookupTXT(ctx, rec.At)
	rec.State = RecordMissing
	if missing, ok := errors.AsType[*net.DNSError](err); err != nil && (!ok || !missing.IsNotFound) {
		rec.State = RecordUnknown
	}
	for _, text := range list {
		if strings.HasPrefix(text, begins) {
			rec.State, rec.Text = RecordThere, text
		}
	}
}

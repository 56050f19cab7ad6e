package account

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	settings "github.com/parvis-civic/parvis/internal/platform"
)

//go:embed disposable.txt
var disposableText string

// Domains are what a platform changed in the list of mail domains whose addresses are thrown away after use.
type Domains struct {
	Refused []string `json:"refused,omitempty"` // beside the list
	Taken   []string `json:"taken,omitempty"`   // although the list has them
}

// domainsSetting keeps them, as JSON.
const domainsSetting = "mail_domains"

// domainsMost bounds what a platform keeps.
const domainsMost = 500

// known is the list that the binary has.
var known = sync.OnceValue(func() map[string]bool {
	list := map[string]bool{}
	for line := range strings.Lines(disposableText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list[line] = true
		}
	}
	return list
})

// KnownDisposable says how many domains the list has that the binary carries.
func KnownDisposable() int { return len(known()) }

// DomainsOf gives what a platform changed.
func DomainsOf(ctx context.Context, tx db.Tx, platform int64) (d Domains, err error) {
	value, err := settings.Setting(ctx, tx, platform, domainsSetting)
	if err != nil || value == "" {
		return d, err
	}
	if err := json.Unmarshal([]byte(value), &d); err != nil {
		return d, fmt.Errorf("mail domains of a platform: %w", err)
	}
	return d, nil
}

var domainForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// SetDomains changes them. Faults: invalid (refused, taken), with the line that is no domain.
func SetDomains(ctx context.Context, tx db.Tx, platform int64, d Domains) error {
	var faults []*fault.Error
	tidy := func(field string, list []string) []string {
		var kept []string
		for _, name := range list {
			name = strings.ToLower(strings.Trim(strings.TrimSpace(name), "@."))
			switch {
			case name == "":
			case !domainForm.MatchString(name) || len(name) > 253:
				faults = append(faults, fault.New(fault.Invalid, "fault.account.domain", "Value", name).In(field))
			default:
				kept = append(kept, name)
			}
		}
		slices.Sort(kept)
		if kept = slices.Compact(kept); len(kept) > domainsMost {
			faults = append(faults, fault.New(fault.Invalid, "fault.account.domains", "Count", domainsMost).In(field))
		}
		return kept
	}
	d.Refused, d.Taken = tidy("refused", d.Refused), tidy("taken", d.Taken)
	if err := fault.All(faults); err != nil {
		return err
	}
	value, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return settings.Set(ctx, tx, platform, domainsSetting, string(value))
}

// Disposable says whether an address is of a domain that is thrown away, or below one.
func (d Domains) Disposable(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	for domain = strings.ToLower(domain); strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		if slices.Contains(d.Taken, domain) {
			return false
		}
		if known()[domain] || slices.Contains(d.Refused, domain) {
			return true
		}
	}
	return false
}

// refuseDisposable refuses to send a code to an address that ends with its page: whoever has it tomorrow would be the same
// person. The same for everybody, so that it says of no address whether it has an account. Fault: invalid (email).
func refuseDisposable(ctx context.Context, tx db.Tx, platform int64, key string) error {
	d, err := DomainsOf(ctx, tx, platform)
	if err == nil && d.Disposable(key) {
		err = fault.New(fault.Invalid, "fault.account.disposable").In("email")
	}
	return err
}

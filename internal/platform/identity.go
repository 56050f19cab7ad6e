package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/journal"
)

// Identity is who answers for a platform, as its legal notice, its privacy and its contact pages say it. All of it is
// public; each may be empty. Texts of several lines keep them.
type Identity struct {
	Publisher string `json:"publisher,omitempty"` // the body that publishes: name, postal address, telephone, registration
	Director  string `json:"director,omitempty"`  // who directs the publication: name and office
	Host      string `json:"host,omitempty"`      // who hosts: name, postal address, telephone
	Email     string `json:"email,omitempty"`     // of the team
	Phone     string `json:"phone,omitempty"`     // of the team
	Address   string `json:"address,omitempty"`   // where the team receives, and when
	Officer   string `json:"officer,omitempty"`   // how to reach the data protection officer
}

// identity is the setting that keeps it, as JSON.
const identity = "identity"

const maxIdentity = 500 // letters of each part

// IdentityOf gives what was written of a platform.
func IdentityOf(ctx context.Context, tx db.Tx, platform int64) (i Identity, err error) {
	value, err := Setting(ctx, tx, platform, identity)
	if err != nil || value == "" {
		return i, err
	}
	if err := json.Unmarshal([]byte(value), &i); err != nil {
		return i, fmt.Errorf("identity of a platform: %w", err)
	}
	return i, nil
}

// SetIdentity writes it, and says in the journal that it changed. Fault: invalid, field by field.
func SetIdentity(ctx context.Context, tx db.Tx, platform int64, i Identity) error {
	i = i.tidy()
	if err := i.check(); err != nil {
		return err
	}
	before, err := IdentityOf(ctx, tx, platform)
	if err != nil || before == i {
		return err
	}
	value, err := json.Marshal(i)
	if err != nil {
		return err
	}
	if err := Set(ctx, tx, platform, identity, string(value)); err != nil {
		return err
	}
	return journal.Append(ctx, tx, platform, "platform_identified", map[string]any{})
}

// parts are its texts with the names of their fields.
func (i *Identity) parts() map[string]*string {
	return map[string]*string{"publisher": &i.Publisher, "director": &i.Director, "host": &i.Host, "email": &i.Email, "phone": &i.Phone, "address": &i.Address, "officer": &i.Officer}
}

func (i Identity) tidy() Identity {
	for _, text := range i.parts() {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	return i
}

func (i Identity) check() error {
	var faults []*fault.Error
	for field, text := range i.parts() {
		if utf8.RuneCountInString(*text) > maxIdentity {
			faults = append(faults, fault.New(fault.Invalid, "fault.platform.long", "Max", maxIdentity).In(field))
		}
	}
	if i.Email != "" {
		if a, err := mail.ParseAddress(i.Email); err != nil || a.Address != i.Email {
			faults = append(faults, fault.New(fault.Invalid, "fault.platform.email", "Value", i.Email).In("email"))
		}
	}
	return fault.All(faults)
}

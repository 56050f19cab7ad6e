package analysis

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
)

// The bounds of what is said of a service, in characters.
const (
	MaxName    = 80
	MaxContact = 200
)

// Team is the services of a platform, with the people in them.
type Team struct {
	Services   []project.CityService
	People     map[ids.ID]account.Holder // those who have a role
	Sent       map[ids.ID]int            // by service, how many proposals were ever sent to it
	Categories []string                  // names in the editions of the platform
	Districts  []string
}

// Team gives the services. Fault: forbidden.
func (s *Service) Team(ctx context.Context, of platform.Platform, who account.Person) (t Team, err error) {
	if !who.Roles.Can(access.SetServices, access.Moment{}) {
		return t, forbidden()
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if t.Services, err = project.CityServices(ctx, tx, of.Key); err != nil {
			return err
		}
		holders, err := account.Holders(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		t.People = map[ids.ID]account.Holder{}
		for _, h := range holders {
			t.People[h.ID] = h
		}
		if t.Sent, err = sentTo(ctx, tx, of.Key); err != nil {
			return err
		}
		if t.Categories, err = namesOf(ctx, tx, of.Key, `SELECT c.name FROM category c WHERE c.platform = ? AND c.kind = 'category' ORDER BY c.sort`); err != nil {
			return err
		}
		t.Districts, err = namesOf(ctx, tx, of.Key, `SELECT d.name FROM district d WHERE d.platform = ? ORDER BY d.sort`)
		return err
	})
	return t, err
}

// About is what an organiser says of a service.
type About struct {
	Name       string
	Body       string // the other body that it belongs to; empty: the city
	Contact    string
	Categories []string
	Districts  []string
}

func (a About) check() error {
	var found []*fault.Error
	for _, f := range []struct {
		field, text string
		most        int
	}{{"name", a.Name, MaxName}, {"body", a.Body, MaxName}, {"contact", a.Contact, MaxContact}} {
		if n := utf8.RuneCountInString(f.text); n > f.most {
			found = append(found, invalid(f.field, "long", "Max", f.most, "Over", n-f.most))
		}
	}
	if a.Name == "" || ids.Slug(i18n.Fold(a.Name), MaxName) == "" {
		found = append(found, invalid("name", "name"))
	}
	return fault.All(found)
}

// SaveService keeps what is said of a service, a new one when id is zero. Its members then have the role that they need.
// Faults: forbidden, not_found, invalid (name, body, contact).
func (s *Service) SaveService(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, a About) (saved ids.ID, err error) {
	a.Name, a.Body, a.Contact = strings.Join(strings.Fields(a.Name), " "), strings.Join(strings.Fields(a.Body), " "), strings.Join(strings.Fields(a.Contact), " ")
	if err := a.check(); err != nil {
		return saved, err
	}
	err = s.staffing(ctx, of, who, func(ctx context.Context, tx db.Tx, all []project.CityService) ([]ids.ID, error) {
		saved = id
		slug := ids.Slug(i18n.Fold(a.Name), MaxName)
		var members []ids.ID
		known := id.IsZero()
		for _, v := range all {
			if v.ID == id {
				known, members = true, v.Members
			} else if v.Slug == slug {
				return nil, invalid("name", "taken")
			}
		}
		if !known {
			return nil, notFound()
		}
		if id.IsZero() {
			saved = ids.Dated(tx.Now())
		}
		return members, storeService(ctx, tx, of.Key, saved, slug, a)
	})
	return saved, err
}

// AddMember puts somebody into a service, and invites them by e-mail when they had no role there. Faults: forbidden, not_found,
// invalid (email).
func (s *Service) AddMember(ctx context.Context, of platform.Platform, who account.Person, service ids.ID, email string, lang i18n.Lang) error {
	return s.staffing(ctx, of, who, func(ctx context.Context, tx db.Tx, all []project.CityService) ([]ids.ID, error) {
		i := slices.IndexFunc(all, func(v project.CityService) bool { return v.ID == service })
		if i < 0 {
			return nil, notFound()
		}
		role := access.Analyst
		if all[i].Guest() {
			role = access.Partner
		}
		p, err := account.Give(ctx, tx, of.Key, email, lang, []access.Role{role}, who.ID)
		if err != nil {
			return nil, err
		}
		if slices.Contains(all[i].Members, p.ID) {
			return nil, nil
		}
		if _, err := tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES (?, ?, ?)`, of.Key, service, p.ID); err != nil {
			return nil, err
		}
		return []ids.ID{p.ID}, notify.Queue(ctx, tx, of.Key, notify.Mail{To: p.Email, Name: p.Name, Lang: i18n.Lang(p.Language), Kind: "service_joined", Person: p.ID, Path: "/analyse",
			Args: map[string]any{"Service": all[i].Name}})
	})
}

// RemoveMember takes somebody out of a service; what they were in charge of is the whole service's then. Faults: forbidden, not_found.
func (s *Service) RemoveMember(ctx context.Context, of platform.Platform, who account.Person, service, person ids.ID) error {
	return s.staffing(ctx, of, who, func(ctx context.Context, tx db.Tx, _ []project.CityService) ([]ids.ID, error) {
		n, err := tx.Exec(ctx, `DELETE FROM service_member WHERE platform = ? AND service = ? AND participant = ?`, of.Key, service, person)
		if err == nil && n == 0 {
			err = notFound()
		}
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, `UPDATE assignment SET charge = NULL WHERE platform = ? AND service = ? AND charge = ?`, of.Key, service, person)
		return []ids.ID{person}, err
	})
}

// DropService deletes a service to which nothing was ever sent. Faults: forbidden, not_found, conflict.
func (s *Service) DropService(ctx context.Context, of platform.Platform, who account.Person, service ids.ID) error {
	return s.staffing(ctx, of, who, func(ctx context.Context, tx db.Tx, all []project.CityService) ([]ids.ID, error) {
		i := slices.IndexFunc(all, func(v project.CityService) bool { return v.ID == service })
		if i < 0 {
			return nil, notFound()
		}
		sent, err := sentTo(ctx, tx, of.Key)
		if err != nil {
			return nil, err
		}
		if sent[service] > 0 {
			return nil, fault.New(fault.Conflict, "fault.analysis.service_used")
		}
		return all[i].Members, dropService(ctx, tx, of.Key, service)
	})
}

// staffing changes services, and then gives those of them whom fn names the role that their services ask for: who studies for
// another body alone is no analyst of the city.
func (s *Service) staffing(ctx context.Context, of platform.Platform, who account.Person, fn func(ctx context.Context, tx db.Tx, all []project.CityService) ([]ids.ID, error)) error {
	if !who.Roles.Can(access.SetServices, access.Moment{}) {
		return forbidden()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := tx.Lock(ctx, "services of "+of.ID.String()); err != nil {
			return err
		}
		all, err := project.CityServices(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		people, err := fn(ctx, tx, all)
		if err != nil {
			return err
		}
		if err := audit.Note(ctx, tx, of.Key, who, audit.Act{Name: "services_set"}); err != nil || len(people) == 0 {
			return err
		}
		return settleRoles(ctx, tx, of.Key, people, who.ID)
	})
}

func settleRoles(ctx context.Context, tx db.Tx, platform int64, people []ids.ID, by ids.ID) error {
	all, err := project.CityServices(ctx, tx, platform)
	if err != nil {
		return err
	}
	var analysts, partners, neither []ids.ID
	for _, person := range people {
		var city, other bool
		for _, v := range all {
			if slices.Contains(v.Members, person) {
				city, other = city || !v.Guest(), other || v.Guest()
			}
		}
		switch {
		case city:
			analysts = append(analysts, person)
		case other:
			partners = append(partners, person)
		default:
			neither = append(neither, person)
		}
	}
	return errors.Join(
		account.Grant(ctx, tx, platform, analysts, access.Analyst, by), account.Withdraw(ctx, tx, platform, slices.Concat(partners, neither), access.Analyst),
		account.Grant(ctx, tx, platform, partners, access.Partner, by), account.Withdraw(ctx, tx, platform, slices.Concat(analysts, neither), access.Partner))
}

// names gives a list of names as it is stored.
func names(list []string) (string, error) {
	raw, err := json.Marshal(append([]string{}, list...))
	return string(raw), err
}

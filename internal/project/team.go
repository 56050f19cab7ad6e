package project

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// CityService is a service of the city, or of another body, which studies the proposals of some categories and districts.
type CityService struct {
	ID         ids.ID
	Slug       string
	Name       string
	Categories []string // names
	Districts  []string // names
	Body       string   // the other body that it belongs to (a metropolis, a landlord); empty: the city
	Contact    string   // whom people may ask, in public
	Members    []ids.ID // participants
}

// Guest says whether the service is another body's, which sees only what was sent to it.
func (v CityService) Guest() bool { return v.Body != "" }

// Team gives everybody who has a role on the platform, and the services of the city. Fault: forbidden.
func (s *Service) Team(ctx context.Context, of platform.Platform, who account.Person) (holders []account.Holder, services []CityService, err error) {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return nil, nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if holders, err = account.Holders(ctx, tx, of.Key); err != nil {
			return err
		}
		services, err = CityServices(ctx, tx, of.Key)
		return err
	})
	return holders, services, err
}

// AddTeam gives people of a file their roles and services, and invites by e-mail those who get a role that they did not
// have: it counts once they prove the address. Nobody loses a role. Faults: forbidden, invalid (team).
func (s *Service) AddTeam(ctx context.Context, of platform.Platform, who account.Person, lang i18n.Lang, content []byte) (invited int, err error) {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return 0, err
	}
	members, err := ReadTeam(content)
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		for _, role := range m.Roles {
			if !mayGive(who.Roles, role) {
				return 0, fault.New(fault.Forbidden, "fault.team.not_yours", "Email", m.Email).In("team")
			}
		}
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		invited = 0
		had, err := rolesByKey(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		guests, err := guestServices(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		people := map[string]ids.ID{}
		for _, m := range members {
			if guests[serviceSlug(m.Service)] { // who studies for another body is no analyst of the city
				m.Roles = replaced(m.Roles, access.Analyst, access.Partner)
			}
			key, err := account.EmailKey(m.Email)
			if err != nil {
				return err
			}
			p, err := account.Give(ctx, tx, of.Key, m.Email, lang, m.Roles, who.ID)
			if err != nil {
				return err
			}
			people[key] = p.ID
			if !slices.ContainsFunc(m.Roles, func(r access.Role) bool { return !had[key].Has(r) }) {
				continue
			}
			had[key] = had[key].With(m.Roles...)
			invited++
			mail := notify.Mail{To: m.Email, Lang: lang, Kind: "invited", Path: "/connexion", Person: p.ID}
			if err := notify.Queue(ctx, tx, of.Key, mail); err != nil {
				return err
			}
		}
		return keepServices(ctx, tx, of.Key, members, people)
	})
	return invited, err
}

// guestServices are the slugs of those of other bodies.
func guestServices(ctx context.Context, tx db.Tx, platform int64) (map[string]bool, error) {
	all, err := CityServices(ctx, tx, platform)
	found := map[string]bool{}
	for _, v := range all {
		found[v.Slug] = v.Guest()
	}
	return found, err
}

func replaced(roles []access.Role, old, fresh access.Role) []access.Role {
	roles = slices.Clone(roles)
	for i := range roles {
		if roles[i] == old {
			roles[i] = fresh
		}
	}
	return roles
}

func rolesByKey(ctx context.Context, tx db.Tx, platform int64) (map[string]access.Roles, error) {
	holders, err := account.Holders(ctx, tx, platform)
	had := map[string]access.Roles{}
	for _, h := range holders {
		if key, err := account.EmailKey(h.Email); err == nil {
			had[key] = h.Roles
		}
	}
	return had, err
}

// SetList makes the addresses of a file those to which a limited edition is open, in the place of those before. Faults:
// forbidden, not_found, invalid (list).
func (s *Service) SetList(ctx context.Context, of platform.Platform, who account.Person, slug string, content []byte) error {
	if err := mayOrganise(who, access.Moment{}); err != nil {
		return err
	}
	keys, err := ReadAddresses(content)
	if err != nil {
		return err
	}
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error {
		return admit(ctx, tx, of.Key, e.Project.ID, keys)
	})
}

// TeamRead notes that the screen of the team was gone through. Faults: forbidden, not_found.
func (s *Service) TeamRead(ctx context.Context, of platform.Platform, who account.Person, slug string) error {
	return s.change(ctx, of, who, slug, func(ctx context.Context, tx db.Tx, e *Edition) error { return e.keep(ctx, tx, of, ScreenTeam) })
}

// CityServices gives the services of a platform, by name. They are few.
func CityServices(ctx context.Context, tx db.Tx, platform int64) ([]CityService, error) {
	rows, err := tx.Query(ctx, `SELECT v.id, v.slug, v.name, v.categories, v.districts, v.body, v.contact FROM service v WHERE v.platform = ? ORDER BY v.slug`, platform)
	services, err := db.Collect(rows, err, func(r *sql.Rows, v *CityService) error {
		var categories, districts string
		if err := r.Scan(&v.ID, &v.Slug, &v.Name, &categories, &districts, &v.Body, &v.Contact); err != nil {
			return err
		}
		return errors.Join(json.Unmarshal([]byte(categories), &v.Categories), json.Unmarshal([]byte(districts), &v.Districts))
	})
	if err != nil {
		return nil, err
	}
	type member struct{ service, person ids.ID }
	rows, err = tx.Query(ctx, `SELECT m.service, m.participant FROM service_member m WHERE m.platform = ? ORDER BY m.service, m.participant`, platform)
	members, err := db.Collect(rows, err, func(r *sql.Rows, m *member) error { return r.Scan(&m.service, &m.person) })
	for _, m := range members {
		for i := range services {
			if services[i].ID == m.service {
				services[i].Members = append(services[i].Members, m.person)
			}
		}
	}
	return services, err
}

// keepServices adds what a file says of services to those that are known: members, and the categories that they study.
func keepServices(ctx context.Context, tx db.Tx, platform int64, members []Member, people map[string]ids.ID) error {
	all, err := CityServices(ctx, tx, platform)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, v := range all {
		at[v.Slug] = i
	}
	for _, m := range members {
		if m.Service == "" {
			continue
		}
		slug := serviceSlug(m.Service)
		i, known := at[slug]
		if !known {
			i = len(all)
			at[slug], all = i, append(all, CityService{ID: ids.Dated(tx.Now()), Slug: slug, Name: m.Service})
		}
		key, err := account.EmailKey(m.Email)
		if err != nil {
			return err
		}
		v := &all[i]
		if !slices.Contains(v.Members, people[key]) {
			v.Members = append(v.Members, people[key])
		}
		for _, c := range m.Categories {
			if !slices.Contains(v.Categories, c) {
				v.Categories = append(v.Categories, c)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	var args, memberArgs []any
	for _, v := range all {
		raw, err := json.Marshal(append([]string{}, v.Categories...))
		if err != nil {
			return err
		}
		args = append(args, platform, v.ID, v.Slug, v.Name, string(raw))
		for _, m := range v.Members {
			memberArgs = append(memberArgs, platform, v.ID, m)
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO service (platform, id, slug, name, categories) VALUES `+values(len(args), 5)+`
		ON CONFLICT (platform, id) DO UPDATE SET categories = excluded.categories`, args...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO service_member (platform, service, participant) VALUES `+values(len(memberArgs), 3)+`
		ON CONFLICT (platform, service, participant) DO NOTHING`, memberArgs...)
	return err
}

// values gives the rows of an INSERT for so many arguments.
func values(args, columns int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(row+", ", args/columns), ", ")
}

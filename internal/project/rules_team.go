package project

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Member is somebody of the team, as a line of a file says.
type Member struct {
	Email      string
	Roles      []access.Role
	Service    string   // of the city; empty: none
	Categories []string // that the service studies
}

// The bounds of a file: of the team of a large city, of the list of a large university.
const (
	maxMembers  = 500
	maxAdmitted = 200_000
	maxWrong    = 10 // lines that are named; the others are like them
)

// roleWords are what people call the roles by in a file, folded; the names of access stand beside them.
var roleWords = map[string]access.Role{
	"analyste": access.Analyst, "analyse": access.Analyst, "partenaire": access.Partner, "supervision": access.Supervisor, "superviseur": access.Supervisor, "superviseuse": access.Supervisor,
	"decision": access.DecisionMaker, "decideur": access.DecisionMaker, "decideuse": access.DecisionMaker, "moderation": access.Moderator, "moderateur": access.Moderator,
	"moderatrice": access.Moderator, "suivi": access.DeliveryAgent, "travaux": access.DeliveryAgent, "accueil": access.PollingAgent, "guichet": access.PollingAgent,
	"elu": access.Elected, "elue": access.Elected, "organisation": access.Organiser, "organisateur": access.Organiser, "organisatrice": access.Organiser,
	"administration": access.Administrator, "administrateur": access.Administrator, "administratrice": access.Administrator,
}

// columns of a file of the team, by the words that its first line may name them with.
var teamColumns = map[string][]string{
	"email": {"email", "e-mail", "adresse", "adresse e-mail", "courriel", "mail"}, "roles": {"roles", "role"},
	"service": {"service", "direction"}, "categories": {"categories", "categorie", "categories etudiees"},
}

// ReadTeam reads a file of people (CSV with commas, semicolons or tabs, UTF-8), whose first line names its columns: e-mail
// and roles, and perhaps service and categories. Several roles or categories in a cell are apart by "+" or "|". Fault: invalid
// (team), with the lines that are wrong.
func ReadTeam(content []byte) ([]Member, error) {
	lines, err := table(content, maxMembers, "team")
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for name, words := range teamColumns {
		at[name] = slices.IndexFunc(lines[0], func(cell string) bool { return slices.Contains(words, i18n.Fold(strings.TrimSpace(cell))) })
	}
	if at["email"] < 0 || at["roles"] < 0 {
		return nil, fault.New(fault.Invalid, "fault.team.columns").In("team")
	}
	var members []Member
	var found []*fault.Error
	for i, line := range lines[1:] {
		cell := func(name string) string {
			if n := at[name]; n >= 0 && n < len(line) {
				return strings.TrimSpace(line[n])
			}
			return ""
		}
		wrong := func(key string, value string) {
			if len(found) < maxWrong {
				found = append(found, fault.New(fault.Invalid, "fault.team."+key, "Line", i+2, "Value", value).In("team"))
			}
		}
		m := Member{Email: cell("email"), Service: cell("service"), Categories: several(cell("categories"))}
		if _, err := account.EmailKey(m.Email); err != nil {
			wrong("email", m.Email)
		}
		if utf8.RuneCountInString(m.Service) > maxTitle {
			wrong("service", m.Service)
		}
		for _, word := range several(cell("roles")) {
			role, ok := roleWords[i18n.Fold(word)]
			if !ok {
				role, ok = access.ParseRole(i18n.Fold(word))
			}
			if !ok {
				wrong("role", word)
				continue
			}
			m.Roles = append(m.Roles, role)
		}
		if len(m.Roles) == 0 {
			wrong("no_role", m.Email)
		}
		members = append(members, m)
	}
	return members, fault.All(found)
}

func several(cell string) (list []string) {
	for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return r == '+' || r == '|' }) {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// ReadAddresses reads a list of e-mail addresses, one on each line, in the first column of a CSV file or alone, and gives
// their compared forms, each once. A first line that is no address is a heading. Fault: invalid (list).
func ReadAddresses(content []byte) ([]string, error) {
	lines, err := table(content, maxAdmitted, "list")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var keys []string
	var found []*fault.Error
	for i, line := range lines {
		key, err := account.EmailKey(strings.TrimSpace(line[0]))
		switch {
		case err != nil && i == 0:
		case err != nil && len(found) < maxWrong:
			found = append(found, fault.New(fault.Invalid, "fault.team.email", "Line", i+1, "Value", line[0]).In("list"))
		case err == nil && !seen[key]:
			seen[key] = true
			keys = append(keys, key)
		}
	}
	if len(found) == 0 && len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "fault.team.empty", "Max", maxAdmitted).In("list")
	}
	return keys, fault.All(found)
}

// table reads a CSV file, whatever it is separated by.
func table(content []byte, most int, field string) ([][]string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "fault.team.format").In(field)
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	for _, separator := range ";\t" {
		if !bytes.ContainsRune(first, ',') && bytes.ContainsRune(content, separator) {
			r.Comma = separator
			break
		}
	}
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.team.format").In(field).Because(err)
	}
	lines = slices.DeleteFunc(lines, func(line []string) bool { return strings.TrimSpace(strings.Join(line, "")) == "" })
	if len(lines) == 0 || len(lines) > most+1 {
		return nil, fault.New(fault.Invalid, "fault.team.empty", "Max", most).In(field)
	}
	return lines, nil
}

// mayGive says whether somebody may give a role: who organises names the team, but only who may give roles makes others
// organise or administer.
func mayGive(by access.Roles, role access.Role) bool {
	if role == access.Organiser || role == access.Administrator {
		return by.Can(access.GiveRoles, access.Moment{})
	}
	return by.Can(access.Organise, access.Moment{})
}

// serviceSlug is the form of a service's name by which it is found again.
func serviceSlug(name string) string { return ids.Slug(i18n.Fold(name), maxSlug) }

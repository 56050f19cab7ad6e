package graph

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
)

// request is what every resolver of one query shares: one snapshot of one platform, at one time.
type request struct {
	tx       db.Tx
	platform platform.Platform
	base     string // scheme and host of links
	now      time.Time
	projects map[ids.ID]*Project
	lines    map[ids.ID][]result.LineOf // of the proposals looked up so far
	spent    int64                      // values asked for so far
}

type requestKey struct{}

func with(ctx context.Context, r *request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

func of(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// load fetches projects with their steps, once each, and those of the steps given; what is not visible stays out of
// r.projects.
func (r *request) load(ctx context.Context, projects, steps []ids.ID) error {
	missing := missing(projects, r.projects)
	if len(missing)+len(steps) == 0 {
		return nil
	}
	found, calendars, err := project.WithSteps(ctx, r.tx, r.platform.Key, missing, steps)
	for i, p := range found {
		if r.projects[p.ID] == nil {
			r.keep(p, calendars[i])
		}
	}
	return err
}

func (r *request) keep(p project.Project, calendar []project.Step) {
	kept := &Project{r: r, Project: p, calendar: calendar}
	for i, s := range calendar {
		kept.steps = append(kept.steps, &Step{r: r, project: kept, index: i, Step: s})
	}
	r.projects[p.ID] = kept
}

// missing gives the identifiers of a list that a map does not have, once each, zero ones left out.
func missing[V any](list []ids.ID, have map[ids.ID]V) []ids.ID {
	var out []ids.ID
	seen := map[ids.ID]bool{}
	for _, id := range list {
		if _, ok := have[id]; !ok && !seen[id] && !id.IsZero() {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// proclaimed fetches the result lines of proposals, once each.
func (r *request) proclaimed(ctx context.Context, list []ids.ID) error {
	missing := missing(list, r.lines)
	if len(missing) == 0 {
		return nil
	}
	found, err := result.LinesOf(ctx, r.tx, r.platform.Key, missing)
	for _, id := range missing {
		r.lines[id] = nil
	}
	for _, l := range found {
		r.lines[l.Proposal] = append(r.lines[l.Proposal], l)
	}
	return err
}

// may asks access for anyone, about a step of a project.
func (s *Step) may(action access.Action) bool {
	return access.Can(access.Anyone, action, access.Moment{
		Published: s.project.State == project.Published, PublicData: s.project.Origin == project.Imported,
		Phase: project.PhaseOf(s.project.calendar, s.index, s.r.now), Proclaimed: project.Announced(s.project.calendar, s.index, s.r.now),
	})
}

// locale gives the translations of an argument "locale", the platform's own language without one.
func (r *request) locale(locale string) *i18n.Locale {
	lang := i18n.Lang(r.platform.Languages[0])
	switch locale {
	case "EN_GB":
		lang = i18n.EN
	case "FR_FR":
		lang = i18n.FR
	}
	return i18n.For(lang, r.platform.Zone)
}

// named gives a name, or its other one when an argument "locale" asks for the language that the name is not in.
func (r *request) named(args exec.Args, language, name, other string) string {
	locale, asked := args.String("locale")
	if !asked || other == "" || strings.EqualFold(string(r.locale(locale).Lang), language) {
		return name
	}
	return other
}

// dateTime is a time as this dialect prints it: local and without zone.
type dateTime struct {
	time.Time
	zone *time.Location
}

func (r *request) time(t time.Time) dateTime { return dateTime{t, r.platform.Zone} }

// maybe is time, null for the zero time.
func (r *request) maybe(t time.Time) *dateTime {
	if t.IsZero() {
		return nil
	}
	return &dateTime{t, r.platform.Zone}
}

func appendDateTime(b []byte, t dateTime) ([]byte, error) {
	return t.In(t.zone).AppendFormat(b, `"2006-01-02 15:04:05"`), nil
}

// proposalPath is the address of a proposal: the number decides, the title is for people.
func proposalPath(slug string, number int, title string) string {
	path := "/projets/" + slug + "/propositions/" + strconv.Itoa(number)
	if title != "" {
		path += "-" + title
	}
	return path
}

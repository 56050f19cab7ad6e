package moderate

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// mineMost is more than anybody is told.
const mineMost = 100

func (s *Pages) mine(r *web.Request, p ui.Page) (web.View, error) {
	list, err := s.moderation.MyActs(r.Context(), r.Platform, r.Person, mineMost)
	return web.View{Page: MinePage(p, list)}, err
}

// actPage is a decision as the person whom it is about reads it, with the form that contests it.
type actPage struct {
	moderation.Mine
	Appeal   string
	Problems ui.Problems
	Done     string
}

func (a actPage) appeal(p ui.Page) ui.Input {
	return ui.Input{Name: "appeal", Label: p.T("moderation.contest.words"), Help: p.T("moderation.contest.words.help"), Value: a.Appeal, Rows: 5, Required: true, Max: 2000}
}

func minePathOf(m moderation.Mine) string { return minePath + "/" + m.Act.ID.String() }

func (s *Pages) mineShow(r *web.Request, p ui.Page) (web.View, error) {
	a, err := s.ownAct(r)
	a.Done = done(r, p)
	return web.View{Page: ActPage(p, a)}, err
}

func (s *Pages) ownAct(r *web.Request) (a actPage, err error) {
	id, err := idOf(r, "act")
	if err != nil {
		return a, err
	}
	a.Mine, err = s.moderation.MyAct(r.Context(), r.Platform, r.Person, id)
	return a, err
}

func (s *Pages) contest(r *web.Request, p ui.Page) (web.View, error) {
	a, err := s.ownAct(r)
	if err != nil {
		return web.View{}, err
	}
	a.Appeal = r.Posted("appeal")
	err = s.moderation.Contest(r.Context(), r.Platform, r.Person, a.Act.ID, a.Appeal)
	if a.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(a.Problems) > 0 {
		return web.Form(ActPage(p, a), a.Problems), nil
	}
	return web.Done(p, minePathOf(a.Mine), "conteste"), nil
}

// registerSize is how many removals a page of the register has.
const registerSize = 50

// register is the public page of what was removed.
func (s *Pages) register(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.URL.Query().Get("edition")
	before, _ := strconv.Atoi(r.URL.Query().Get("avant")) // anything else is the beginning
	list, err := s.moderation.Register(r.Context(), r.Platform, slug, before, registerSize)
	return web.View{Page: RegisterPage(p, registerPage{list})}, err
}

// registerPage is the register of an edition, or of the platform.
type registerPage struct{ moderation.Register }

func (r registerPage) title(p ui.Page) string { return p.T("moderation.register") }

// all counts what was removed, and what came back.
func (r registerPage) all() (removed, back int) {
	for _, t := range r.Totals {
		removed, back = removed+t.All, back+t.Undone
	}
	return removed, back
}

// byReason sums the months up.
func (r registerPage) byReason() (list []moderation.Total) {
	for _, reason := range moderation.Reasons() {
		sum := moderation.Total{Reason: reason.Key}
		for _, t := range r.Totals {
			if t.Reason == reason.Key {
				sum.All, sum.Undone, sum.Appealed = sum.All+t.All, sum.Undone+t.Undone, sum.Appealed+t.Appealed
			}
		}
		if sum.All > 0 {
			list = append(list, sum)
		}
	}
	return list
}

// links are the editions in which something was removed.
func (r registerPage) links(p ui.Page) []ui.Link {
	links := []ui.Link{{Text: p.T("moderation.register.all"), Href: p.Href(RegisterPath)}}
	for _, e := range r.Editions {
		links = append(links, ui.Link{Text: e.Title, Href: p.HrefWith(RegisterPath, "edition", e.Slug)})
	}
	return links
}

// here is the address of the edition that the page is of.
func (r registerPage) here(p ui.Page) templ.SafeURL {
	return p.HrefWith(RegisterPath, "edition", r.Edition.Slug)
}

// older is where the register goes on.
func (r registerPage) older(p ui.Page) templ.SafeURL {
	if r.Next == 0 {
		return ""
	}
	return p.HrefWith(RegisterPath, "edition", r.Edition.Slug, "avant", strconv.Itoa(r.Next))
}

// sentence says how many were removed, and how many came back.
func (r registerPage) sentence(p ui.Page) string {
	removed, back := r.all()
	text := p.T("moderation.register.count", "Count", removed)
	if back > 0 {
		text += " " + p.T("moderation.register.back", "Count", back)
	}
	return text
}

// upper begins a sentence.
func upper(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}

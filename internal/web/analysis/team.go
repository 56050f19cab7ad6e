package analysis

import (
	"errors"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// newService is the last part of the address of a service that is not there yet.
const newService = "nouveau"

// teamPage is the services.
type teamPage struct {
	analysis.Team
	Said string
}

func (s *Pages) team(r *web.Request, p ui.Page) (web.View, error) {
	t, err := s.studies.Team(r.Context(), r.Platform, r.Person)
	return web.View{Page: Team(p, teamPage{t, done(r, p)})}, err
}

// servicePage is one service as an organiser says what it is.
type servicePage struct {
	analysis.Team
	Service  project.CityService // zero: a new one
	About    analysis.About
	Email    string
	Problems ui.Problems
	Said     string
}

func (v servicePage) path() string {
	if v.Service.ID.IsZero() {
		return teamPath + "/" + newService
	}
	return teamPath + "/" + v.Service.ID.String()
}

func (v servicePage) title(p ui.Page) string {
	if v.Service.ID.IsZero() {
		return p.T("analysis.team.new")
	}
	return v.Service.Name
}

func (v servicePage) nameField(p ui.Page) ui.Input {
	return ui.Input{Name: "name", Label: p.T("analysis.team.name"), Value: v.About.Name, Required: true, Max: analysis.MaxName}
}

func (v servicePage) bodyField(p ui.Page) ui.Input {
	return ui.Input{Name: "body", Label: p.T("analysis.team.body"), Help: p.T("analysis.team.body.help"), Value: v.About.Body, Max: analysis.MaxName}
}

func (v servicePage) contactField(p ui.Page) ui.Input {
	return ui.Input{Name: "contact", Label: p.T("analysis.team.contact"), Help: p.T("analysis.team.contact.help"), Value: v.About.Contact, Max: analysis.MaxContact}
}

func (v servicePage) emailField(p ui.Page) ui.Input {
	return ui.Input{Name: "email", Label: p.T("analysis.team.email"), Help: p.T("analysis.team.email.help"), Type: "email", Value: v.Email, Required: true, Autocomplete: "off", Max: 254}
}

func several(p ui.Page, name, label string, all, chosen []string) ui.Input {
	in := ui.Input{Name: name, Label: label, Several: true}
	for _, one := range all {
		in.Options = append(in.Options, ui.Option{Value: one, Label: one, Chosen: slices.Contains(chosen, one)})
	}
	for _, one := range chosen { // of editions that are gone
		if !slices.Contains(all, one) {
			in.Options = append(in.Options, ui.Option{Value: one, Label: one, Chosen: true})
		}
	}
	return in
}

func (v servicePage) categoriesField(p ui.Page) ui.Input {
	return several(p, "categories", p.T("analysis.team.categories"), v.Categories, v.About.Categories)
}

func (v servicePage) districtsField(p ui.Page) ui.Input {
	return several(p, "districts", p.T("analysis.team.districts"), v.Districts, v.About.Districts)
}

// personOf names a member.
func personOf(h account.Holder) string {
	if h.Name == "" {
		return h.Email
	}
	return h.Name + " · " + h.Email
}

// serviceOf reads the service of the address. Fault: not_found.
func (s *Pages) serviceOf(r *web.Request) (v servicePage, err error) {
	if v.Team, err = s.studies.Team(r.Context(), r.Platform, r.Person); err != nil || r.PathValue("service") == newService {
		return v, err
	}
	id, err := ids.Parse(r.PathValue("service"))
	at := slices.IndexFunc(v.Services, func(one project.CityService) bool { return one.ID == id })
	if err != nil || at < 0 {
		return v, unknown()
	}
	v.Service = v.Services[at]
	one := v.Service
	v.About = analysis.About{Name: one.Name, Body: one.Body, Contact: one.Contact, Categories: one.Categories, Districts: one.Districts}
	return v, nil
}

func (s *Pages) member(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.serviceOf(r)
	v.Said = done(r, p)
	return web.View{Page: Service(p, v)}, err
}

func (s *Pages) saveService(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.serviceOf(r)
	if err != nil {
		return web.View{}, err
	}
	known := func(list, there []string) (kept []string) {
		for _, one := range list {
			if slices.Contains(there, one) {
				kept = append(kept, one)
			}
		}
		return kept
	}
	v.About = analysis.About{Name: r.Posted("name"), Body: r.Posted("body"), Contact: r.Posted("contact"), Categories: known(r.PostForm["categories"], slices.Concat(v.Categories, v.Service.Categories)),
		Districts: known(r.PostForm["districts"], slices.Concat(v.Districts, v.Service.Districts))}
	id, err := s.studies.SaveService(r.Context(), r.Platform, r.Person, v.Service.ID, v.About)
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		return web.Form(Service(p, v), v.Problems), err
	}
	return web.Done(p, teamPath+"/"+id.String(), "service"), nil
}

// changeService does something to the service of the address.
func (s *Pages) changeService(r *web.Request, p ui.Page, word string, do func(v servicePage) error) (web.View, error) {
	v, err := s.serviceOf(r)
	if err != nil {
		return web.View{}, err
	}
	if v.Service.ID.IsZero() {
		return web.View{}, unknown()
	}
	if v.Problems, err = p.ProblemsOf(do(v)); err != nil || len(v.Problems) > 0 {
		v.Email = r.Posted("email")
		return web.Form(Service(p, v), v.Problems), err
	}
	path := v.path()
	if word == "supprime" {
		path = teamPath
	}
	return web.Done(p, path, word), nil
}

func (s *Pages) addMember(r *web.Request, p ui.Page) (web.View, error) {
	return s.changeService(r, p, "membre", func(v servicePage) error {
		return s.studies.AddMember(r.Context(), r.Platform, r.Person, v.Service.ID, strings.TrimSpace(r.Posted("email")), p.Lang)
	})
}

func (s *Pages) removeMember(r *web.Request, p ui.Page) (web.View, error) {
	return s.changeService(r, p, "membre-retire", func(v servicePage) error {
		person, err := ids.Parse(r.Posted("person"))
		if err != nil {
			return unknown()
		}
		return s.studies.RemoveMember(r.Context(), r.Platform, r.Person, v.Service.ID, person)
	})
}

func (s *Pages) dropService(r *web.Request, p ui.Page) (web.View, error) {
	return s.changeService(r, p, "supprime", func(v servicePage) error {
		return s.studies.DropService(r.Context(), r.Platform, r.Person, v.Service.ID)
	})
}

// sharePage is who studies what in an edition.
type sharePage struct {
	analysis.Distribution
	Rounds   []roundForm
	Open     analysis.Round // the round that is distributed
	Sending  sendingForm
	Problems ui.Problems
	Said     string
	MayForm  bool
}

// roundForm is a round as it is typed.
type roundForm struct {
	ID, Kind, Title, Starts, Due string
}

// sendingForm is what is sent to whom, as it is typed.
type sendingForm struct {
	Round, Category, District, Lead, Note string
	Others, Proposals                     []string
}

func sharePath(slug string) string { return "/organisation/editions/" + slug + "/analyse" }

func (s *Pages) shareOf(r *web.Request, p ui.Page) (v sharePage, err error) {
	if v.Distribution, err = s.studies.Distribution(r.Context(), r.Platform, r.Person, r.PathValue("edition")); err != nil {
		return v, err
	}
	list := v.Distribution.Rounds
	if len(list) == 0 {
		list = analysis.UsualRounds(v.Edition, r.Platform.Zone)
	}
	for _, one := range list {
		f := roundForm{Kind: string(one.Kind), Title: one.Title, Starts: one.StartsAt.In(r.Platform.Zone).Format("2006-01-02"), Due: one.DueAt.In(r.Platform.Zone).Format("2006-01-02")}
		if !one.ID.IsZero() {
			f.ID = one.ID.String()
		}
		v.Rounds = append(v.Rounds, f)
	}
	v.Open, _ = analysis.Current(v.Distribution.Rounds, v.Edition.Now)
	for _, one := range v.Distribution.Rounds {
		if one.ID.String() == r.URL.Query().Get("tour") || one.ID.String() == r.Posted("round") {
			v.Open = one
		}
	}
	v.Sending.Round = v.Open.ID.String()
	v.MayForm = r.May(access.SetServices, access.Moment{})
	v.Said = done(r, p)
	return v, nil
}

func (s *Pages) share(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.shareOf(r, p)
	return web.View{Page: Share(p, v)}, err
}

// parsed reads identifiers; those that are none are left out.
func parsed(list []string) (found []ids.ID) {
	for _, text := range list {
		if id, err := ids.Parse(text); err == nil {
			found = append(found, id)
		}
	}
	return found
}

func (s *Pages) send(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.shareOf(r, p)
	if err != nil {
		return web.View{}, err
	}
	v.Sending = sendingForm{Round: r.Posted("round"), Category: r.Posted("category"), District: r.Posted("district"), Lead: r.Posted("lead"), Note: r.Posted("note"),
		Others: r.PostForm["others"], Proposals: r.PostForm["proposal"]}
	what := analysis.Sending{Category: v.Sending.Category, District: v.Sending.District, Others: parsed(v.Sending.Others), Note: v.Sending.Note, ByRule: r.Posted("act") == "rule"}
	if r.Posted("act") == "these" {
		if what.Proposals = parsed(v.Sending.Proposals); len(what.Proposals) == 0 {
			err = fault.New(fault.Invalid, "fault.analysis.none_chosen", "Max", analysis.MaxRows).In("proposal")
		}
		what.Category, what.District = "", ""
	}
	what.Round, _ = ids.Parse(v.Sending.Round) // none: the service says so
	service, person, _ := strings.Cut(v.Sending.Lead, ".")
	what.Lead, _ = ids.Parse(service)
	what.Charge, _ = ids.Parse(person)
	n := 0
	if err == nil {
		n, err = s.studies.Send(r.Context(), r.Platform, r.Person, v.Edition.Slug, what)
	}
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		return web.Form(Share(p, v), v.Problems), err
	}
	return web.View{Next: p.HrefWith(sharePath(v.Edition.Slug), "fait", "envoyes", "n", itoa(n), "tour", v.Sending.Round)}, nil
}

func (s *Pages) setRounds(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.shareOf(r, p)
	if err != nil {
		return web.View{}, err
	}
	v.Rounds = nil
	var list []analysis.Round
	var found []*fault.Error
	for i := range analysis.MaxRounds + 1 {
		field := func(name string) string { return r.Posted(analysis.RoundField(i, name)) }
		f := roundForm{ID: field("id"), Kind: field("kind"), Title: field("title"), Starts: field("starts"), Due: field("due")}
		if f.Starts == "" && f.Due == "" || r.Posted("act") == "drop-"+itoa(i) {
			continue
		}
		at := len(v.Rounds)
		v.Rounds = append(v.Rounds, f)
		one := analysis.Round{Kind: analysis.RoundKind(f.Kind), Title: f.Title}
		one.ID, _ = ids.Parse(f.ID) // none: a new one
		var wrong [2]error
		one.StartsAt, wrong[0] = dayOf(f.Starts, r, false)
		one.DueAt, wrong[1] = dayOf(f.Due, r, true)
		if errors.Join(wrong[:]...) != nil {
			found = append(found, fault.New(fault.Invalid, "fault.form.day").In(analysis.RoundField(at, "due")))
		}
		list = append(list, one)
	}
	if err = fault.All(found); err == nil {
		err = s.studies.SetRounds(r.Context(), r.Platform, r.Person, v.Edition.Slug, list)
	}
	if v.Problems, err = p.ProblemsOf(err); err != nil || len(v.Problems) > 0 {
		return web.Form(Share(p, v), v.Problems), err
	}
	return web.Done(p, sharePath(v.Edition.Slug), "tours"), nil
}

package office

import (
	"io"
	"net/http"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/tally"
)

// moneyForm is the envelope, the districts, and how the one is shared among the others.
type moneyForm struct {
	frame
	Budget, Citywide string
	Sharing          project.Sharing
	People, Amounts  map[string]string // by district, as typed
	Reason           reason
	Overlaps         []project.Overlap
	Elsewhere        []project.Districted // editions whose districts one can take
	Problems         ui.Problems
}

func (f moneyForm) budget(p ui.Page) ui.Input {
	return ui.Input{Name: "budget", Label: p.T("organise.budget"), Help: p.T("organise.budget.whole"), Value: f.Budget, InputMode: "decimal", Required: true}
}

func (f moneyForm) sharing(p ui.Page) ui.Input {
	in := ui.Input{Name: "sharing", Label: p.T("organise.sharing"), Required: true}
	for _, v := range project.Sharings() {
		in.Options = append(in.Options, ui.Option{Value: string(v), Label: p.T("organise.sharing." + string(v)), Chosen: v == f.Sharing})
	}
	return in
}

func (f moneyForm) citywide(p ui.Page) ui.Input {
	return ui.Input{Name: "citywide", Label: p.T("organise.citywide"), Help: p.T("organise.citywide.help"), Value: f.Citywide, InputMode: "decimal"}
}

func (f moneyForm) people(p ui.Page, d project.District) ui.Input {
	return ui.Input{Name: "people." + d.Slug, Label: p.T("organise.people", "Name", d.Name), Value: f.People[d.Slug], InputMode: "numeric"}
}

func (f moneyForm) amount(p ui.Page, d project.District) ui.Input {
	return ui.Input{Name: "amount." + d.Slug, Label: p.T("organise.amount", "Name", d.Name), Value: f.Amounts[d.Slug], InputMode: "decimal"}
}

func (f moneyForm) file(p ui.Page) ui.Input {
	return ui.Input{Name: "file", Label: p.T("organise.districts.file"), Help: p.T("organise.districts.help"), Type: "file"}
}

func (f moneyForm) fields(p ui.Page) []ui.Input {
	list := []ui.Input{f.budget(p), f.sharing(p), f.citywide(p)}
	for _, d := range f.Edition.Districts {
		list = append(list, f.people(p, d), f.amount(p, d))
	}
	return append(list, f.file(p), f.Reason.words(p))
}

// share gives what a district has now, in hundredths.
func (f moneyForm) share(d project.District) int64 {
	a, _ := f.Edition.Rulebook.Envelope(d.Slug)
	return int64(a)
}

// stored fills the form with what is decided.
func (f moneyForm) stored(p ui.Page) moneyForm {
	plan := f.Edition.Plan.Envelope
	book := f.Edition.Rulebook
	f.Budget, f.Sharing, f.Citywide = typed(book.Count.Budget, string(p.Lang)), plan.Sharing, typed(plan.Citywide, string(p.Lang))
	f.People, f.Amounts = map[string]string{}, map[string]string{}
	for _, d := range f.Edition.Districts {
		f.People[d.Slug] = count(plan.People[d.Slug])
		if share, ok := book.Envelope(d.Slug); ok {
			f.Amounts[d.Slug] = typed(share, string(p.Lang))
		}
	}
	return f
}

func (s *Pages) money(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenMoney)
	if err != nil {
		return web.View{}, err
	}
	f := moneyForm{frame: frame, Reason: reason{kind: "money"}}.stored(p)
	err = s.elsewhere(r, &f)
	return web.View{Page: Money(p, f)}, err
}

// elsewhere offers the districts of other editions to one that has none.
func (s *Pages) elsewhere(r *web.Request, f *moneyForm) (err error) {
	if !f.Edition.Public() && len(f.Edition.Districts) == 0 {
		f.Elsewhere, err = s.editions.Districted(r.Context(), r.Platform, r.Person, f.Edition.Project.ID)
	}
	return err
}

func (s *Pages) setMoney(r *web.Request, p ui.Page) (web.View, error) {
	frame, err := s.load(r, project.ScreenMoney)
	if err != nil {
		return web.View{}, err
	}
	f := moneyForm{frame: frame, Budget: r.Posted("budget"), Citywide: r.Posted("citywide"), Sharing: project.Sharing(r.Posted("sharing")), Reason: reasonOf(r, "money"),
		People: map[string]string{}, Amounts: map[string]string{}}
	in := &reader{r: r}
	m := project.Envelope{Budget: in.amount("budget"), Sharing: f.Sharing, Citywide: in.amount("citywide"), People: map[string]int64{}, Amounts: map[string]tally.Amount{}}
	if m.Sharing == project.Whole {
		m.Citywide = 0
	}
	for _, d := range frame.Edition.Districts {
		f.People[d.Slug], f.Amounts[d.Slug] = r.Posted("people."+d.Slug), r.Posted("amount."+d.Slug)
		m.People[d.Slug], m.Amounts[d.Slug] = int64(in.number("people."+d.Slug)), in.amount("amount."+d.Slug)
	}
	err = in.err()
	if err == nil {
		err = s.editions.SetMoney(r.Context(), r.Platform, r.Person, frame.Edition.Slug, m, f.Reason.said(p))
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Money(p, f), f.Problems), err
	}
	return frame.saved(p, "budget"), nil
}

func (s *Pages) setDistricts(r *web.Request, p ui.Page) (web.View, error) {
	slug, from := r.PathValue("edition"), r.Posted("from")
	content, err := uploaded(r, "file")
	var over []project.Overlap
	if err == nil && len(content) == 0 && r.Posted("do") != "none" && from == "" {
		err = fault.New(fault.Invalid, "fault.districts.format").In("file")
	}
	if err == nil && from != "" {
		err = s.editions.TakeDistricts(r.Context(), r.Platform, r.Person, slug, from)
	} else if err == nil {
		over, err = s.editions.SetDistricts(r.Context(), r.Platform, r.Person, slug, content)
	}
	problems, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	if len(problems) == 0 && len(over) == 0 {
		return web.View{Next: p.HrefWith(of(slug, string(project.ScreenMoney)), "fait", "quartiers")}, nil
	}
	frame, err := s.load(r, project.ScreenMoney)
	f := moneyForm{frame: frame, Reason: reason{kind: "money"}, Overlaps: over, Problems: problems}.stored(p)
	if len(over) > 0 {
		f.Done = "quartiers"
	}
	if err == nil {
		err = s.elsewhere(r, &f)
	}
	return web.Form(Money(p, f), problems), err
}

// uploaded gives the content of a file of a form; nothing when none was chosen.
func uploaded(r *web.Request, field string) ([]byte, error) {
	f, _, err := r.FormFile(field)
	if err != nil {
		return nil, nil // there is none in the form, or it has no files at all
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(http.MaxBytesReader(nil, f, largestFile))
	return content, err
}

package decide

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// signing is what waits to be signed, and the waves.
type signing struct {
	decision.Board
	Ready    []decision.Line
	Coming   []decision.Wave // of which nobody is told yet
	Out      []decision.Wave
	Ticked   map[int]bool
	Wave     string
	May      bool
	Wanted   wanted
	Problems ui.Problems
	Done     string
}

// wanted is a wave as it is typed: a new one, or one that is moved.
type wanted struct{ ID, Title, Day, Hour, Days string }

func (s *Pages) signature(r *web.Request, p ui.Page) (web.View, error) {
	return s.showSigning(r, p, wanted{Hour: "10:00", Days: strconv.Itoa(decision.AppealDays), ID: r.URL.Query().Get("vague")}, nil)
}

func (s *Pages) showSigning(r *web.Request, p ui.Page, w wanted, failed error) (web.View, error) {
	b, err := s.decision.Board(r.Context(), r.Platform, r.Person, r.PathValue("project"))
	if err != nil {
		return web.View{}, err
	}
	v := signing{Board: b, Wanted: w, May: r.May(access.Decide, access.Moment{}), Ticked: map[int]bool{}, Wave: r.Posted("wave"), Done: done(r, p)}
	for _, n := range numbers(r.PostForm["number"]) {
		v.Ticked[n] = true
	}
	for _, l := range b.Lines {
		if l.Stage == decision.ToSign {
			v.Ready = append(v.Ready, l)
		}
	}
	for _, one := range b.Waves {
		if b.Edition.Now.Before(one.TellAt) {
			v.Coming = append(v.Coming, one)
			if one.ID.String() == w.ID && w.Day == "" {
				at := one.PublishAt.In(r.Platform.Zone)
				v.Wanted = wanted{w.ID, one.Title, at.Format(time.DateOnly), at.Format("15:04"), strconv.Itoa(one.AppealDays)}
			}
		} else {
			v.Out = append(v.Out, one)
		}
	}
	slices.Reverse(v.Out)
	if v.Problems, err = p.ProblemsOf(failed); err != nil {
		return web.View{}, err
	}
	return web.Form(Sign(p, v), v.Problems), nil
}

func (s *Pages) sign(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("project")
	to, err := ids.Parse(r.Posted("wave"))
	if err != nil {
		return s.showSigning(r, p, wanted{Hour: "10:00", Days: strconv.Itoa(decision.AppealDays)}, fault.New(fault.Invalid, "fault.decision.wave.choose").In("wave"))
	}
	if _, err := s.decision.Sign(r.Context(), r.Platform, r.Person, slug, numbers(r.PostForm["number"]), to); err != nil {
		return s.showSigning(r, p, wanted{Hour: "10:00", Days: strconv.Itoa(decision.AppealDays)}, err)
	}
	return web.Done(p, of(slug, "/signature"), "signe"), nil
}

func (s *Pages) wave(r *web.Request, p ui.Page) (web.View, error) {
	slug := r.PathValue("project")
	typed := wanted{r.Posted("id"), r.Posted("title"), r.Posted("at"), r.Posted("at_time"), r.Posted("days")}
	w := decision.Wave{Title: typed.Title}
	var found []*fault.Error
	var err error
	if typed.ID != "" {
		if w.ID, err = ids.Parse(typed.ID); err != nil {
			return web.View{}, fault.New(fault.NotFound, "fault.not_found")
		}
	}
	if w.PublishAt, err = time.ParseInLocation("2006-01-02 15:04", typed.Day+" "+typed.Hour, r.Platform.Zone); err != nil {
		found = append(found, fault.New(fault.Invalid, "fault.form.day").In("at"))
	}
	if w.AppealDays, err = strconv.Atoi(typed.Days); err != nil {
		found = append(found, fault.New(fault.Invalid, "fault.decision.wave.days", "Count", decision.MaxAppealDays).In("days"))
	}
	if err = fault.All(found); err == nil {
		_, err = s.decision.SetWave(r.Context(), r.Platform, r.Person, slug, w)
	}
	if err != nil {
		return s.showSigning(r, p, typed, err)
	}
	return web.Done(p, of(slug, "/signature"), "vague"), nil
}

func (v signing) waveField(p ui.Page) ui.Input {
	in := ui.Input{Name: "wave", Label: p.T("decide.field.wave"), Required: true}
	for _, w := range v.Coming {
		in.Options = append(in.Options, ui.Option{Value: w.ID.String(), Label: p.T("decide.field.wave.one", "Title", w.Title, "When", p.DateTimeFull(w.PublishAt)), Chosen: v.Wave == w.ID.String()})
	}
	return in
}

func (w wanted) titleField(p ui.Page) ui.Input {
	return ui.Input{Name: "title", Label: p.T("decide.field.wave.title"), Help: p.T("decide.field.wave.title.help"), Value: w.Title, Required: true, Max: decision.MaxTitle}
}

func (w wanted) dayField(p ui.Page) ui.Input {
	return ui.Input{Name: "at", Label: p.T("decide.field.wave.day"), Type: "date", Value: w.Day, Required: true}
}

func (w wanted) hourField(p ui.Page) ui.Input {
	return ui.Input{Name: "at_time", Label: p.T("decide.field.wave.hour"), Help: p.T("decide.field.wave.hour.help"), Type: "time", Value: w.Hour, Required: true}
}

func (w wanted) daysField(p ui.Page) ui.Input {
	return ui.Input{Name: "days", Label: p.T("decide.field.wave.days"), Help: p.T("decide.field.wave.days.help"), Value: w.Days, InputMode: "numeric", Required: true}
}

func (v signing) fields(p ui.Page) []ui.Input {
	return []ui.Input{{Name: "number", Label: p.T("decide.sign.which")}, v.waveField(p), v.Wanted.titleField(p), v.Wanted.dayField(p), v.Wanted.hourField(p), v.Wanted.daysField(p)}
}

// appealView is an appeal for who answers it.
type appealView struct {
	decision.Board
	decision.Case
	May          bool
	Mine         bool // the reader decided: they do not answer
	Result, Text string
	Problems     ui.Problems
	Done         string
}

func (s *Pages) appeal(r *web.Request, p ui.Page) (web.View, error) {
	return s.showAppeal(r, p, appealView{}, nil)
}

func (s *Pages) showAppeal(r *web.Request, p ui.Page, v appealView, failed error) (web.View, error) {
	id, err := ids.Parse(r.PathValue("appeal"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	if v.Board, err = s.decision.Board(r.Context(), r.Platform, r.Person, r.PathValue("project")); err != nil {
		return web.View{}, err
	}
	if v.Case, err = v.Board.Case(id); err != nil {
		return web.View{}, err
	}
	v.Mine = v.Decision.By(r.Person.ID)
	v.May, v.Done = r.May(access.AnswerAppeal, access.Moment{Published: true, Own: v.Mine}), done(r, p)
	if v.Problems, err = p.ProblemsOf(failed); err != nil {
		return web.View{}, err
	}
	return web.Form(AppealRead(p, v), v.Problems), nil
}

func (s *Pages) answer(r *web.Request, p ui.Page) (web.View, error) {
	id, err := ids.Parse(r.PathValue("appeal"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	v := appealView{Result: r.Posted("result"), Text: r.Posted("text")}
	slug := r.PathValue("project")
	if err := s.decision.AnswerAppeal(r.Context(), r.Platform, r.Person, slug, id, decision.Answer{Result: decision.Result(v.Result), Text: v.Text}); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == fault.Forbidden {
			return web.View{}, err
		}
		return s.showAppeal(r, p, v, err)
	}
	return web.Done(p, of(slug, "/reexamens/"+id.String()), "repondu"), nil
}

func (v appealView) resultField(p ui.Page) ui.Input {
	in := ui.Input{Name: "result", Label: p.T("decide.field.result"), Required: true}
	for _, one := range []decision.Result{decision.Confirmed, decision.Changed} {
		in.Options = append(in.Options, ui.Option{Value: string(one), Label: p.T("decision.result." + string(one)), Help: p.T("decide.field.result." + string(one)), Chosen: v.Result == string(one)})
	}
	return in
}

func (v appealView) textField(p ui.Page) ui.Input {
	return ui.Input{Name: "text", Label: p.T("decide.field.answer"), Help: p.T("decide.field.answer.help"), Value: v.Text, Rows: 6, Required: true, Max: decision.MaxText, Lang: foreign(p, v.Edition.Language)}
}

package moderate

import (
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// reportForm says what goes against the charter.
type reportForm struct {
	Contribution moderation.Contribution
	Reason       string
	Sentence     string
	Sent         bool
	Gone         bool // it is no longer online
	Problems     ui.Problems
}

func (f reportForm) reason(p ui.Page) ui.Input {
	in := reasons(p, f.Reason, true)
	in.Label = p.T("moderation.report.reason")
	return in
}

func (f reportForm) sentence(p ui.Page) ui.Input {
	return ui.Input{Name: "sentence", Label: p.T("moderation.report.sentence"), Help: p.T("moderation.report.sentence.why"), Value: f.Sentence, Rows: 3, Max: 500}
}

func (s *Pages) report(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.reported(r)
	f.Sent = r.URL.Query().Get("fait") == "signale"
	return web.View{Page: ReportPage(p, f)}, err
}

// reported reads what the form is about.
func (s *Pages) reported(r *web.Request) (f reportForm, err error) {
	kind, id, err := named(r)
	if err != nil {
		return f, err
	}
	f.Contribution, err = s.moderation.Reportable(r.Context(), r.Platform, kind, id)
	if fault.Is(err, fault.Conflict) {
		f.Gone, err = true, nil
	}
	return f, err
}

// sendReport takes a report of anybody. Who is not signed in is a participant without an address from then on, so that theirs
// counts once.
func (s *Pages) sendReport(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.reported(r)
	if err != nil {
		return web.View{}, err
	}
	f.Reason, f.Sentence = r.Posted("reason"), r.Posted("sentence")
	if err = r.Human(); err == nil && !f.Gone {
		if err = r.Begin(p.Lang); err != nil {
			return web.View{}, err
		}
		err = s.moderation.Report(r.Context(), r.Platform, r.Person, f.Contribution.Kind, f.Contribution.ID, f.Reason, f.Sentence)
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 || f.Gone {
		return web.Form(ReportPage(p, f), f.Problems), nil
	}
	return web.Done(p, ReportPath(f.Contribution.Kind, f.Contribution.ID), "signale"), nil
}

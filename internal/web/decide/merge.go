package decide

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	rooms "github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// mergeView is the proposals that become one, or may.
type mergeView struct {
	decision.Board
	List      []decision.Merger
	Parts     map[ids.ID][]decision.Part
	Proposals map[ids.ID]rooms.Proposal
	May       bool

	Common, Others, Reason, Day string
	Problems                    ui.Problems
	Done                        string
}

func (s *Pages) mergers(r *web.Request, p ui.Page) (web.View, error) {
	return s.showMergers(r, p, mergeView{Common: r.URL.Query().Get("commun")}, nil)
}

func (s *Pages) showMergers(r *web.Request, p ui.Page, v mergeView, failed error) (web.View, error) {
	var err error
	if v.Board, v.List, v.Parts, v.Proposals, err = s.decision.Mergers(r.Context(), r.Platform, r.Person, r.PathValue("project")); err != nil {
		return web.View{}, err
	}
	v.May, v.Done = r.May(access.Assess, access.Moment{}), done(r, p)
	if v.Problems, err = p.ProblemsOf(failed); err != nil {
		return web.View{}, err
	}
	return web.Form(Mergers(p, v), v.Problems), nil
}

func (s *Pages) askMerge(r *web.Request, p ui.Page) (web.View, error) {
	v := mergeView{Common: r.Posted("common"), Others: r.Posted("number"), Reason: r.Posted("reason"), Day: r.Posted("until")}
	slug := r.PathValue("project")
	until, err := lastDay(v.Day, r.Platform.Zone)
	if err != nil {
		return s.showMergers(r, p, v, fault.New(fault.Invalid, "fault.form.day").In("until"))
	}
	common := numbers([]string{strings.TrimSpace(v.Common)})
	if len(common) == 0 {
		return s.showMergers(r, p, v, fault.New(fault.Invalid, "fault.decision.merge_few", "Count", 12).In("common"))
	}
	others := numbers(strings.FieldsFunc(v.Others, func(c rune) bool { return c < '0' || c > '9' }))
	if err := s.decision.AskMerge(r.Context(), r.Platform, r.Person, slug, common[0], others, v.Reason, until); err != nil {
		return s.showMergers(r, p, v, err)
	}
	return web.Done(p, of(slug, "/regroupements"), "demande"), nil
}

func (v mergeView) commonField(p ui.Page) ui.Input {
	return ui.Input{Name: "common", Label: p.T("decide.field.common"), Help: p.T("decide.field.common.help"), Value: v.Common, InputMode: "numeric", Required: true}
}

func (v mergeView) othersField(p ui.Page) ui.Input {
	return ui.Input{Name: "number", Label: p.T("decide.field.others"), Help: p.T("decide.field.others.help"), Value: v.Others, Required: true}
}

func (v mergeView) reasonField(p ui.Page) ui.Input {
	return ui.Input{Name: "reason", Label: p.T("decide.field.reason"), Help: p.T("decide.field.reason.help"), Value: v.Reason, Rows: 4, Required: true, Max: decision.MaxText, Lang: foreign(p, v.Edition.Language)}
}

func (v mergeView) dayField(p ui.Page) ui.Input {
	return ui.Input{Name: "until", Label: p.T("decide.field.until"), Help: p.T("decide.field.until.help"), Type: "date", Value: v.Day, Required: true}
}

func (v mergeView) fields(p ui.Page) []ui.Input {
	return []ui.Input{v.commonField(p), v.othersField(p), v.reasonField(p), v.dayField(p)}
}

// mergeState is what became of the question, in a word.
func mergeState(p ui.Page, s decision.MergeState) ui.State {
	w := ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("decide.merge.state." + string(s))}
	switch s {
	case decision.MergeDone:
		w.Tone, w.Icon = ui.Open, "circle-check"
	case decision.MergeRefused, decision.MergeLapsed:
		w.Tone, w.Icon = ui.Closed, "x"
	}
	return w
}

// answerWord says what an author answered.
func answerWord(p ui.Page, answer string) string {
	switch answer {
	case decision.Yes:
		return p.T("decide.merge.yes")
	case decision.No:
		return p.T("decide.merge.no")
	}
	return p.T("decide.merge.silent")
}

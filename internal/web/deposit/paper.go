package deposit

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// How many the desk lists.
const (
	editionsMax = 50
	papersMax   = 60
)

// paperEdition is an edition for which the desk types paper forms.
type paperEdition struct {
	project.View
	Step  project.Step
	Phase project.Phase
}

// editionsList lists the editions that take, or took, deposits here; those that are open first come as they are newest.
func (s *Pages) editionsList(r *web.Request, p ui.Page) (web.View, error) {
	var list []paperEdition
	err := s.read(r, func(ctx context.Context, tx db.Tx) error {
		views, err := project.Views(ctx, tx, r.Platform.Key, editionsMax, r.Platform.Now(tx.Now()))
		for _, v := range views {
			if i := project.StepNow(v.Steps, project.Collect, v.Now); i >= 0 && v.Origin == project.OfCity {
				list = append(list, paperEdition{v, v.Steps[i], project.PhaseOf(v.Steps, i, v.Now)})
			}
		}
		return err
	})
	return web.View{Page: PaperEditions(p, list)}, err
}

// state is whether the deposit is open, in a word.
func (e paperEdition) state(p ui.Page) ui.State {
	switch e.Phase {
	case project.Open:
		return ui.State{Tone: ui.Open, Icon: "circle-dot", Text: p.T("paper.open")}
	case project.Future:
		return ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("paper.future")}
	}
	return ui.State{Tone: ui.Closed, Icon: "circle", Text: p.T("paper.closed")}
}

// paperList is what was typed from paper in an edition.
type paperList struct {
	formPage
	List   []deposit.PaperListed
	Number string // looked for
}

func (s *Pages) paperList(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	f.Open = f.Call.Open(f.Who, f.Deposit)
	l := paperList{formPage: f, Number: asked(r, "numero")}
	number, err := strconv.Atoi(strings.TrimSpace(l.Number))
	if err != nil && l.Number != "" {
		number = -1 // nothing has it
	}
	err = s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		l.List, err = deposit.PaperDeposits(ctx, tx, r.Platform.Key, r.Person, f.ID, number, papersMax)
		return err
	})
	return web.View{Page: PaperList(p, l)}, err
}

// line names where a paper deposit of the list is gone on with.
func (l paperList) line(p ui.Page, one deposit.PaperListed) templ.SafeURL {
	if one.Number == 0 {
		return l.of(p, one.Deposit, "")
	}
	return l.of(p, one.Deposit, "/en-ligne")
}

func (l paperList) numberField(p ui.Page) ui.Input {
	return ui.Input{Name: "numero", Label: p.T("paper.number"), Help: p.T("paper.number.help"), Value: l.Number, InputMode: "numeric", Max: 12, Autocomplete: "off", Required: true}
}

// paperPage follows a publication at the desk.
type paperPage struct {
	donePage
	Log []account.Assistance
}

func (s *Pages) paperDone(r *web.Request, p ui.Page, k donePage) (web.View, error) {
	page := paperPage{donePage: k}
	err := s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		page.Log, err = account.AssistanceOf(ctx, tx, r.Platform.Key, k.Who.ID)
		return err
	})
	return web.View{Page: PaperDone(p, page)}, err
}

// receipt is what somebody takes home.
type receipt struct {
	paperPage
	Address string // of the proposal's page, whole
	Code    ui.QR
}

// receiptShow shows the receipt of a paper deposit.
func (s *Pages) receiptShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	if f.Deposit.Draft() {
		return web.View{Next: f.at(p, "")}, nil
	}
	f.Open = f.Call.Open(f.Who, f.Deposit)
	k := receipt{paperPage: paperPage{donePage: donePage{formPage: f, Leaves: f.CanLeave(f.Who, f.Deposit)}}}
	err = s.read(r, func(ctx context.Context, tx db.Tx) error {
		found, err := proposal.ByIDs(ctx, tx, r.Platform.Key, []ids.ID{f.Deposit.Proposal})
		if err == nil && len(found) == 0 {
			err = unknown()
		}
		if err == nil {
			k.Proposal = found[0]
		}
		return err
	})
	if err != nil {
		return web.View{}, err
	}
	k.Address = p.Platform.BaseURL + string(p.Href("/projets/"+url.PathEscape(f.Slug)+"/propositions/"+strconv.Itoa(k.Proposal.Number)))
	k.Code, err = ui.NewQR(k.Address)
	return web.View{Page: ReceiptShow(p, k)}, err
}

// after are the steps that follow the deposit.
func (f formPage) after(p ui.Page) []ui.Step {
	var list []ui.Step
	passed := false
	for _, step := range f.Steps {
		if passed {
			title, lang := step.Title, f.lang(p)
			if title == "" {
				title, lang = p.T("step."+string(step.Kind)), ""
			}
			list = append(list, ui.Step{Title: title, Lang: lang, From: step.StartsAt, To: step.EndsAt, Place: ui.StepFuture})
		}
		passed = passed || step.ID == f.Step.ID
	}
	return list
}

// inOther is the same page in the platform's other languages.
func inOther(p ui.Page) []ui.Link {
	var list []ui.Link
	for _, lang := range p.Platform.Languages {
		if lang != p.Lang {
			l := p
			l.Locale = i18n.For(lang, p.Zone)
			list = append(list, ui.Link{Text: p.T("web.lang." + string(lang)), Href: l.Href(p.Path), Lang: string(lang)})
		}
	}
	return list
}

// sheetShow shows the paper form of a deposit of an edition, which may be a draft.
func (s *Pages) sheetShow(r *web.Request, p ui.Page) (web.View, error) {
	step, err := ids.Parse(r.URL.Query().Get("etape"))
	if err != nil {
		step = ids.ID{} // the one that is open, or comes next
	}
	c, err := s.proposals.Plan(r.Context(), r.Platform, r.Person, r.PathValue("project"), step)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Page: SheetShow(p, formPage{Call: c, Paper: &deposit.PaperDeposit{}})}, nil
}

// claimPage asks whoever proved the address on a sheet whether the project is theirs.
type claimPage struct {
	Slug  string
	Claim deposit.PaperListed
}

func (s *Pages) claimed(r *web.Request) (k claimPage, err error) {
	id, err := ids.Parse(r.PathValue("draft"))
	if err != nil {
		return k, unknown()
	}
	k.Slug = r.PathValue("project")
	err = s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		k.Claim, err = deposit.ClaimOf(ctx, tx, r.Platform.Key, r.Person, id)
		return err
	})
	return k, err
}

func (s *Pages) claimShow(r *web.Request, p ui.Page) (web.View, error) {
	k, err := s.claimed(r)
	if err == nil {
		return web.View{Page: ClaimShow(p, k)}, nil
	}
	// Who has taken it over already, and follows the link of the e-mail again, comes to what is theirs.
	if f, own := s.call(r); own == nil && !f.Deposit.Draft() {
		return web.View{Next: f.at(p, "/en-ligne")}, nil
	}
	return web.View{}, err
}

func (s *Pages) claim(r *web.Request, p ui.Page) (web.View, error) {
	k, err := s.claimed(r)
	if err != nil {
		return web.View{}, err
	}
	own := r.Posted("do") != "disown"
	if err := s.proposals.TakeOver(r.Context(), r.Platform, r.Person, k.Claim.Deposit, own); err != nil {
		return web.View{}, err
	}
	if !own {
		return web.View{Next: p.Href("/projets/" + url.PathEscape(k.Slug))}, nil
	}
	return web.View{Next: p.Href("/projets/" + url.PathEscape(k.Slug) + "/deposer/" + k.Claim.Deposit.String() + "/en-ligne")}, nil
}

// supported is the project whose proposals one may support instead; none at the desk, where it would be the agent who does.
func (f formPage) supported() ids.ID {
	if f.Paper != nil {
		return ids.ID{}
	}
	return f.Step.Project
}

func (f formPage) paperEmail(p ui.Page) ui.Input {
	return ui.Input{Name: "paper_email", Label: p.T("paper.email"), Help: p.T("paper.email.help"), Value: f.Paper.Email, InputMode: "email", Max: 254, Autocomplete: "off"}
}

func (f formPage) paperReference(p ui.Page) ui.Input {
	return ui.Input{Name: "paper_reference", Label: p.T("paper.reference"), Help: p.T("paper.reference.help"), Value: f.Paper.Reference, Max: 60, Autocomplete: "off"}
}

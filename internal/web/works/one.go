package works

import (
	"io"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// OnePage is the form of one winner: all its stages, its parts, its service.
type OnePage struct {
	form
	Problems ui.Problems
	Said     string
	EndOpen  bool // the form that gives it up was sent
}

func deskOf(id ids.ID) string { return deskPath + "/" + id.String() }

func (s *Pages) read(r *web.Request, p ui.Page) (page OnePage, now time.Time, err error) {
	id, err := ids.Parse(r.PathValue("winner"))
	if err != nil {
		return page, now, edition.NotFound()
	}
	row, offices, now, err := s.works.One(r.Context(), r.Platform, r.Person, id)
	if err != nil {
		return page, now, err
	}
	page.form = formOf(r, p, row, offices, now, "")
	return page, now, nil
}

func (s *Pages) one(r *web.Request, p ui.Page) (web.View, error) {
	page, _, err := s.read(r, p)
	switch r.URL.Query().Get("fait") {
	case "publie":
		page.Said = p.T("desk.works.saved")
	case "abandonne":
		page.Said = p.T("desk.works.ended.done")
	}
	return web.View{Page: One(p, page)}, err
}

func (s *Pages) change(r *web.Request, p ui.Page) (web.View, error) {
	page, _, err := s.read(r, p)
	if err != nil {
		return web.View{}, err
	}
	c, err := page.typed(r, p)
	if err == nil {
		err = s.works.Save(r.Context(), r.Platform, r.Person, page.Row.ID, c)
	}
	return s.answer(p, page, err, "publie")
}

func (s *Pages) end(r *web.Request, p ui.Page) (web.View, error) {
	page, _, err := s.read(r, p)
	if err != nil {
		return web.View{}, err
	}
	page.EndReason, page.EndMoney, page.EndOpen = r.Posted("end"), r.Posted("money_back"), true
	err = s.works.Save(r.Context(), r.Platform, r.Person, page.Row.ID, delivery.Change{Version: page.Version, End: &delivery.Ending{Reason: page.EndReason, MoneyBack: page.EndMoney}})
	return s.answer(p, page, err, "abandonne")
}

// answer shows the form again with what was wrong, or goes on.
func (s *Pages) answer(p ui.Page, page OnePage, err error, word string) (web.View, error) {
	if page.Changed = fault.CodeOf(err) == fault.Conflict; page.Changed {
		page.Version = page.Row.Version
	}
	found, err := p.ProblemsOf(err)
	if err != nil {
		return web.View{}, err
	}
	page.Problems = ui.Problems{}
	for field, list := range found {
		name, at, _ := strings.Cut(strings.TrimSuffix(field, "]"), "[")
		if name == "moved" {
			name = "date"
		}
		page.Problems[name+at] = append(page.Problems[name+at], list...)
	}
	if len(page.Problems) > 0 {
		return web.Form(One(p, page), page.Problems), nil
	}
	return web.Done(p, deskOf(page.Row.ID), word), nil
}

// BringPage is where who organises brings winners of before in.
type BringPage struct {
	Report   *delivery.PastReport
	Problems ui.Problems
	Columns  string
}

func (s *Pages) bring(_ *web.Request, p ui.Page) (web.View, error) {
	return web.View{Page: Bring(p, BringPage{Columns: strings.Join(delivery.PastTemplate(), " ; ")})}, nil
}

func (s *Pages) brought(r *web.Request, p ui.Page) (web.View, error) {
	page := BringPage{Columns: strings.Join(delivery.PastTemplate(), " ; ")}
	name, content := "", []byte(nil)
	if file, head, err := r.FormFile("file"); err == nil {
		defer func() { _ = file.Close() }()
		if content, err = io.ReadAll(io.LimitReader(file, delivery.MaxPastFile)); err != nil {
			return web.View{}, err
		}
		name = head.Filename
	}
	report, err := s.works.ImportPast(r.Context(), r.Platform, r.Person, name, content)
	if page.Problems, err = p.ProblemsOf(err); err != nil || len(page.Problems) > 0 {
		return web.Form(Bring(p, page), page.Problems), err
	}
	page.Report = &report
	return web.View{Page: Bring(p, page)}, nil
}

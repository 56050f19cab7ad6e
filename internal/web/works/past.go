package works

import (
	"context"
	"strconv"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// PastPage is a winner from before Parvis.
type PastPage struct {
	Title, Text, Edition, Address string
	Lang                          string // of its words, when it is not the page's
	Districts                     []ui.District
	Works                         *Winner
	Placeless                     bool
}

func (s *Pages) past(r *web.Request, p ui.Page) (web.View, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return web.View{}, edition.NotFound()
	}
	var page PastPage
	err = edition.Read(s.db, r, p, func(ctx context.Context, at edition.Visit) error {
		v := visit{at}
		e, w, err := delivery.PastNumbered(ctx, v.Tx, v.Of.Key, r.PathValue("edition"), number)
		if err != nil {
			return err
		}
		page = PastPage{Title: w.Title, Text: w.Body, Edition: e.Title, Address: w.Address, Lang: v.Foreign("fr")}
		town, err := v.town(ctx, scope{})
		if err != nil {
			return err
		}
		page.Placeless = len(town.Districts) == 0
		if q, ok := town.By(w.District); ok {
			page.Districts = []ui.District{q.District}
		}
		page.Works, err = v.winner(ctx, named{lang: page.Lang, currency: "EUR"}, w.ID)
		return err
	})
	return web.View{Page: Past(p, page)}, err
}

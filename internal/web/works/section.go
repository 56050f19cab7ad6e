package works

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Winner is the follow-up of one winner, as its page shows it.
type Winner struct {
	Line
	Lang     string // of what the city wrote, when it is not the page's
	Money    Money
	Promise  string // the last day by the rulebook, in words; empty: it gives none, or it was kept
	Back     string // abandoned: where the money goes
	Service  string
	Contact  string
	Parts    []Part
	News     []Piece // the last first
	Pictures []Piece // those of the news that have one, the first one first
}

// Part is one of the projects that were merged.
type Part struct {
	Title, Note, When string
	State             ui.State
}

// Of is the follow-up of a winner of an edition, nil when there is none.
func Of(ctx context.Context, at edition.Visit, e edition.Edition, proposal ids.ID) (*Winner, error) {
	v := visit{at}
	return v.winner(ctx, named{lang: e.Lang, currency: e.Currency}, proposal)
}

func (v visit) winner(ctx context.Context, e named, id ids.ID) (*Winner, error) {
	all, err := delivery.Of(ctx, v.Tx, v.Of.Key, []ids.ID{id})
	d, ok := all[id]
	if err != nil || !ok {
		return nil, err
	}
	w := Winner{Line: lineOf(v.Page, d, e.lang, v.Now), Lang: e.lang, Money: Money{e.currency, d.Voted, d.Committed, d.Spent}, Back: d.MoneyBack}
	if !d.PromisedAt.IsZero() && d.EndedAt.IsZero() {
		w.Promise = v.T("works.promise", "Day", v.Date(d.PromisedAt))
	}
	for _, part := range d.Parts {
		one := Part{Title: part.Title, Note: part.Note, State: tones[part.State]}
		one.State.Text = v.T("web.works." + string(part.State))
		switch {
		case !part.DoneAt.IsZero():
			one.When = v.T("web.works.done", "Day", v.DateShort(part.DoneAt))
		case !part.DueAt.IsZero():
			one.When = v.T("web.works.due", "Day", v.DateShort(part.DueAt))
		}
		w.Parts = append(w.Parts, one)
	}
	if !d.Service.IsZero() {
		offices, err := delivery.Offices(ctx, v.Tx, v.Of.Key)
		if err != nil {
			return nil, err
		}
		for _, o := range offices {
			if o.ID == d.Service {
				w.Service, w.Contact = o.Name, o.Contact
			}
		}
	}
	news, err := delivery.NewsOf(ctx, v.Tx, v.Of.Key, []ids.ID{id})
	if err != nil {
		return nil, err
	}
	var list []ids.ID
	for _, n := range news[id] {
		if !n.Picture.IsZero() {
			list = append(list, n.Picture)
		}
	}
	pictures, err := media.ByIDs(ctx, v.Tx, v.Of.Key, list)
	if err != nil {
		return nil, err
	}
	for _, one := range pieces(v.Page, news[id], pictures) {
		if one.Body != "" {
			w.News = append(w.News, one)
		}
		if one.Small != "" {
			w.Pictures = append([]Piece{one}, w.Pictures...)
		}
	}
	return &w, nil
}

// ShowsPicture says whether anyone may see a picture as that of news of works: those of a winner whose result anybody may see,
// and whose text stands.
func ShowsPicture(ctx context.Context, tx db.Tx, of platform.Platform, picture ids.ID) (bool, error) {
	winner, about, ok, err := delivery.ShownWith(ctx, tx, of.Key, picture)
	if err != nil || !ok {
		return false, err
	}
	found, err := project.ByIDs(ctx, tx, of.Key, []ids.ID{about})
	if err != nil {
		return false, err
	}
	if len(found) == 0 { // of an edition from before Parvis, which is public, or of one that is not
		past, err := delivery.PastByIDs(ctx, tx, of.Key, []ids.ID{winner})
		return len(past) > 0, err
	}
	v := edition.Visit{Tx: tx, Of: of, Now: of.Now(tx.Now()), Page: ui.Page{Locale: i18n.For(i18n.FR, of.Zone)}}
	e, err := v.Edition(ctx, found[0].Slug)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && e.Followed(), err
}

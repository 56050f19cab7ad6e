package works

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// allPath is the board of all editions.
const allPath = "/realisations"

// BoardPage is where the winners of an edition are, or those of all.
type BoardPage struct {
	Project edition.Project // zero: all editions
	Asked   string          // state of the address; empty: all
	Counts  []Count         // built, under way, late, abandoned: all there are
	All     int64
	Silent  int64
	Map     ui.CityMap
	Drawn   bool
	Rows    []Row
	Cut     bool // there are more than Rows shows
	Year    int  // of the last report; 0: none
}

// Count is how many winners are in a state, or in two that are counted together.
type Count struct {
	Asked string // of the address
	Sign  delivery.State
	Count int64
}

// Row is a winner on the board.
type Row struct {
	ID        ids.ID
	Key       string
	Title     string
	Lang      string // of what people wrote, when it is not the page's
	Href      templ.SafeURL
	Edition   string // empty where the board is of one
	Districts []ui.District
	Placeless bool // the edition has no districts: no place is said
	Money     Money
	Line
}

// shownRows is how many winners a board shows at once; a city builds tens in an edition.
const shownRows = 300

// askedStates are what the address of a board can ask for.
var askedStates = map[string]delivery.Query{"": {}, "built": {State: delivery.Built}, "under_way": {State: delivery.UnderWay}, "planned": {State: delivery.Planned}, "late": {State: delivery.Late},
	"abandoned": {State: delivery.Abandoned}, "silent": {Silent: true}}

func (d BoardPage) path() string {
	if d.Project.Slug == "" {
		return allPath
	}
	return d.Project.Path() + "/realisations"
}

// href is the address of the board for a state, "" for all.
func (d BoardPage) href(p ui.Page, asked string) templ.SafeURL {
	return p.HrefWith(d.path(), "etat", asked)
}

func (d BoardPage) count(asked string) (n int64) {
	for _, c := range d.Counts {
		if c.Asked == asked {
			n = c.Count
		}
	}
	return n
}

func (d BoardPage) title(p ui.Page) string {
	return p.T("delivery.title", "Count", d.count("built"), "All", d.All)
}

func (d BoardPage) name(p ui.Page) string {
	if d.Project.Slug == "" {
		return p.Platform.Name
	}
	return d.Project.Title
}

// heading is that of the list.
func (d BoardPage) heading(p ui.Page) string {
	if d.Asked == "" {
		return p.T("delivery.all")
	}
	return p.T("works.asked."+d.Asked) + " · " + p.T("delivery.list", "Count", len(d.Rows))
}

// scope is the editions that a board is of.
type scope struct {
	here  []edition.Edition
	past  []delivery.PastEdition
	known map[ids.ID]named
	ids   []ids.ID
}

// named is an edition as a row names it.
type named struct {
	title, slug, lang, currency string
	past                        bool
}

func (v visit) scopeOf(here []edition.Edition, past []delivery.PastEdition) scope {
	s := scope{here: here, past: past, known: map[ids.ID]named{}}
	for _, e := range here {
		s.known[e.Project.ID] = named{e.Title, e.Slug, e.Lang, e.Currency, false}
		s.ids = append(s.ids, e.Project.ID)
	}
	for _, e := range past {
		s.known[e.ID] = named{e.Title, e.Slug, v.Foreign("fr"), "EUR", true}
		s.ids = append(s.ids, e.ID)
	}
	return s
}

// mostEditions is more than a city has.
const mostEditions = 100

// everything is the scope of the platform: the editions whose winners anybody may see, and those from before Parvis.
func (v visit) everything(ctx context.Context) (scope, error) {
	views, err := project.Views(ctx, v.Tx, v.Of.Key, mostEditions, v.Now)
	if err != nil {
		return scope{}, err
	}
	all, err := v.Editions(ctx, views)
	if err != nil {
		return scope{}, err
	}
	all = slices.DeleteFunc(all, func(e edition.Edition) bool { return !e.Followed() })
	past, err := delivery.PastEditions(ctx, v.Tx, v.Of.Key)
	return v.scopeOf(all, past), err
}

func (s *Pages) board(r *web.Request, p ui.Page) (web.View, error) {
	return s.showBoard(r, p, func(ctx context.Context, v visit) (scope, edition.Project, error) {
		e, err := v.Edition(ctx, r.PathValue("project"))
		if err == nil && !e.Followed() {
			err = e.Early(project.Delivery, "works")
		}
		return v.scopeOf([]edition.Edition{e}, nil), e.Shown(), err
	})
}

func (s *Pages) boardOfAll(r *web.Request, p ui.Page) (web.View, error) {
	return s.showBoard(r, p, func(ctx context.Context, v visit) (scope, edition.Project, error) {
		all, err := v.everything(ctx)
		return all, edition.Project{}, err
	})
}

func (s *Pages) showBoard(r *web.Request, p ui.Page, of func(context.Context, visit) (scope, edition.Project, error)) (web.View, error) {
	asked := r.URL.Query().Get("etat")
	query, ok := askedStates[asked]
	if !ok {
		return web.View{}, fault.New(fault.Invalid, "fault.delivery.state", "Value", asked).In("etat")
	}
	var page BoardPage
	err := edition.Read(s.db, r, p, func(ctx context.Context, at edition.Visit) error {
		v := visit{at}
		scope, about, err := of(ctx, v)
		if err != nil {
			return err
		}
		page = BoardPage{Project: about, Asked: asked}
		return v.fill(ctx, &page, scope, query)
	})
	return web.View{Page: Board(p, page)}, err
}

// fill reads a board. Fault: not_found for that of an edition when nothing is followed yet.
func (v visit) fill(ctx context.Context, page *BoardPage, of scope, query delivery.Query) error {
	t, err := delivery.Counts(ctx, v.Tx, v.Of.Key, of.ids, v.Now)
	if err != nil {
		return err
	}
	page.Counts = []Count{{"built", delivery.Built, int64(t.Built)}, {"under_way", delivery.UnderWay, int64(t.UnderWay + t.Planned)}, {"late", delivery.Late, int64(t.Late)},
		{"abandoned", delivery.Abandoned, int64(t.Abandoned)}}
	page.All, page.Silent = int64(t.All()), int64(t.Silent)
	if page.All == 0 {
		if page.Project.Slug != "" {
			return edition.NotFound()
		}
		return nil
	}
	if _, page.Year, err = delivery.Years(ctx, v.Tx, v.Of.Key, of.ids, v.Of.Zone); err != nil {
		return err
	}
	query.Editions, query.Limit = of.ids, shownRows+1
	list, err := delivery.Winners(ctx, v.Tx, v.Of.Key, query, v.Now)
	if err != nil {
		return err
	}
	if page.Cut = len(list) > shownRows; page.Cut {
		list = list[:shownRows]
	}
	var winners map[ids.ID]delivery.Winner
	var town edition.Town
	if page.Rows, winners, town, err = v.rows(ctx, of, list); err != nil {
		return err
	}
	if len(of.here)+len(of.past) == 1 {
		for i := range page.Rows {
			page.Rows[i].Edition = ""
		}
	}
	page.Map, page.Drawn = v.mapOf(town, page.name(v.Page), page.Rows, winners)
	return nil
}

// rows reads winners as a board shows them, in their order, in as many statements for one as for all.
func (v visit) rows(ctx context.Context, of scope, list []ids.ID) ([]Row, map[ids.ID]delivery.Winner, edition.Town, error) {
	town, err := v.town(ctx, of)
	if err != nil {
		return nil, nil, town, err
	}
	followed, err := delivery.Of(ctx, v.Tx, v.Of.Key, list)
	if err != nil {
		return nil, nil, town, err
	}
	winners, err := delivery.WinnersByID(ctx, v.Tx, v.Of.Key, list)
	rows := make([]Row, len(list))
	for i, id := range list {
		w, d := winners[id], followed[id]
		rows[i] = v.row(of.known[d.Project], town, w, d)
	}
	return rows, winners, town, err
}

func (v visit) row(e named, town edition.Town, w delivery.Winner, d delivery.Delivery) Row {
	r := Row{ID: d.Proposal, Key: "w-" + d.Proposal.String(), Title: cmp.Or(w.Title, v.T("web.removed.title")), Lang: e.lang, Edition: e.title, Placeless: len(town.Districts) == 0, Href: hrefOf(v.Page, e, w),
		Money: Money{e.currency, d.Voted, d.Committed, d.Spent}, Line: lineOf(v.Page, d, e.lang, v.Now)}
	if q, ok := town.By(w.District); ok {
		r.Districts = []ui.District{q.District}
	}
	return r
}

// hrefOf is the page of a winner.
func hrefOf(p ui.Page, e named, w delivery.Winner) templ.SafeURL {
	if e.past {
		return p.Href(allPath + "/avant/" + e.slug + "/" + strconv.Itoa(w.Number))
	}
	return edition.ProposalHref(p, e.slug, strconv.Itoa(w.Number), w.Slug)
}

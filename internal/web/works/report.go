package works

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// ReportPage is a year of works: what was built and what it cost, what is late and why, what was given up, by district.
type ReportPage struct {
	Year        int
	Years       []int
	Built       int64
	Late        int64
	Abandoned   int64
	Money       []Sum // what is built cost, by currency
	Groups      []Group
	First, Last bool // there is no year before, or after
}

// Sum is an amount of a currency.
type Sum struct {
	Currency     string
	Voted, Spent int64
	Known        int64 // of how many the cost is known
}

// Group is a district of the report, or the whole city.
type Group struct {
	Name                          string
	Built, Late, Under, Abandoned []Row
}

func reportPath(year int) string { return allPath + "/bilan/" + strconv.Itoa(year) }

// reportRows is more than a city follows in a year.
const reportRows = 2000

func (s *Pages) report(r *web.Request, p ui.Page) (web.View, error) {
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil || year < 1990 || year > 2200 || strconv.Itoa(year) != r.PathValue("year") {
		return web.View{}, edition.NotFound()
	}
	page := ReportPage{}
	err = edition.Read(s.db, r, p, func(ctx context.Context, at edition.Visit) error {
		v := visit{at}
		page = ReportPage{Year: year}
		all, err := v.everything(ctx)
		if err != nil {
			return err
		}
		return v.reportOf(ctx, &page, all)
	})
	return web.View{Page: Report(p, page)}, err
}

// reportOf reads the report of a year. Fault: not_found, for one in which there was nothing.
func (v visit) reportOf(ctx context.Context, page *ReportPage, of scope) error {
	first, last, err := delivery.Years(ctx, v.Tx, v.Of.Key, of.ids, v.Of.Zone)
	if err != nil {
		return err
	}
	if last == 0 || page.Year < first || page.Year > max(last, v.Now.In(v.Of.Zone).Year()) {
		return edition.NotFound()
	}
	for year := last; year >= first; year-- {
		page.Years = append(page.Years, year)
	}
	from := time.Date(page.Year, 1, 1, 0, 0, 0, 0, v.Of.Zone)
	list, err := delivery.EndedIn(ctx, v.Tx, v.Of.Key, of.ids, from, from.AddDate(1, 0, 0), reportRows)
	if err != nil {
		return err
	}
	rows, _, town, err := v.rows(ctx, of, list)
	groups := map[string]*Group{}
	name := func(r Row) string {
		if len(r.Districts) == 0 {
			return v.T("web.district.whole")
		}
		return r.Districts[0].Name
	}
	for _, r := range rows {
		g := groups[name(r)]
		if g == nil {
			g = &Group{Name: name(r)}
			groups[g.Name] = g
		}
		switch r.Code {
		case delivery.Built:
			g.Built = append(g.Built, r)
			page.Built++
			page.add(r.Money)
		case delivery.Abandoned:
			g.Abandoned = append(g.Abandoned, r)
			page.Abandoned++
		case delivery.Late:
			if page.Year == last { // late is said of today
				g.Late = append(g.Late, r)
				page.Late++
			}
		default:
			if page.Year == last {
				g.Under = append(g.Under, r)
			}
		}
	}
	order := []string{v.T("web.district.whole")}
	for _, q := range town.Districts {
		order = append(order, q.Name)
	}
	for _, n := range order {
		if g := groups[n]; g != nil && len(g.Built)+len(g.Late)+len(g.Under)+len(g.Abandoned) > 0 {
			page.Groups = append(page.Groups, *g)
		}
	}
	return err
}

// add counts what a winner that is built cost.
func (r *ReportPage) add(m Money) {
	i := slices.IndexFunc(r.Money, func(s Sum) bool { return s.Currency == m.Currency })
	if i < 0 {
		i = len(r.Money)
		r.Money = append(r.Money, Sum{Currency: m.Currency})
	}
	s := &r.Money[i]
	s.Voted += m.Voted
	if m.Spent != nil {
		s.Spent, s.Known = s.Spent+*m.Spent, s.Known+1
	}
}

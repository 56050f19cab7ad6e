// Package analysis holds the pages on which the services study proposals, and those on which organisers say which service studies
// what.
package analysis

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db      *db.DB
	studies *analysis.Service
}

// New gives the pages over the service.
func New(d *db.DB, studies *analysis.Service) *Pages { return &Pages{d, studies} }

const (
	deskPath    = "/analyse"
	sheetPath   = deskPath + "/tableur"
	severalPath = deskPath + "/ensemble"
	studyRoute  = deskPath + "/{edition}/{number}"
	teamPath    = "/organisation/services"
	teamRoute   = teamPath + "/{service}"
	shareRoute  = "/organisation/editions/{edition}/analyse"

	largestSheet = analysis.MaxSheet + 1<<20
	largestFile  = deposit.FileMax + 1<<20
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	get := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Path: path, Need: need, Handle: h}
	}
	post := func(path string, need access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	file := func(path string, need access.Action, h web.Handler, largest int64) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h, Largest: largest}
	}
	return []web.Route{
		get(deskPath, access.Analyse, s.desk),
		get(sheetPath, access.Analyse, s.sheet),
		file(sheetPath, access.Analyse, s.bring, largestSheet),
		get(sheetPath+"/{sheet}", access.Analyse, s.brought),
		post(sheetPath+"/{sheet}", access.Analyse, s.apply),
		post(severalPath, access.Analyse, s.several),

		get(studyRoute, access.SeeAnalysis, s.study),
		post(studyRoute, access.Analyse, s.save),
		post(studyRoute+"/transmettre", access.SeeAnalysis, s.pass),
		post(studyRoute+"/attente", access.Analyse, s.wait),
		post(studyRoute+"/notes", access.SeeAnalysis, s.note),
		file(studyRoute+"/fichiers", access.SeeAnalysis, s.attach, largestFile),
		post(studyRoute+"/fichiers/retirer", access.SeeAnalysis, s.detach),
		get(studyRoute+"/fichiers/{file}", access.SeeAnalysis, s.file),
		get(studyRoute+"/reponses/{question}", access.SeeAnalysis, s.answerFile),

		get(teamPath, access.SetServices, s.team),
		get(teamRoute, access.SetServices, s.member),
		post(teamRoute, access.SetServices, s.saveService),
		post(teamRoute+"/membres", access.SetServices, s.addMember),
		post(teamRoute+"/membres/retirer", access.SetServices, s.removeMember),
		post(teamRoute+"/supprimer", access.SetServices, s.dropService),

		get(shareRoute, access.Assign, s.share),
		post(shareRoute, access.Assign, s.send),
		post(shareRoute+"/tours", access.Assign, s.setRounds),
		get(shareRoute+"/questions", access.SetServices, s.form),
		post(shareRoute+"/questions", access.SetServices, s.setForm),
	}
}

// unknown answers an address that names nothing.
func unknown() error { return fault.New(fault.NotFound, "fault.not_found") }

// done is what was just done, as a sentence; empty: nothing.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "enregistre", "donne", "transmis", "attente", "repris", "note", "fichier", "fichier-retire", "service", "membre", "membre-retire", "supprime", "tours", "questions":
		return p.T("analysis.done." + word)
	case "ensemble", "envoyes", "tableur":
		n, _ := strconv.Atoi(r.URL.Query().Get("n")) // anything else is none
		said := p.T("analysis.done."+word, "Count", n)
		if kept, _ := strconv.Atoi(r.URL.Query().Get("gardes")); kept > 0 {
			said += " " + p.T("analysis.done.kept", "Count", kept)
		}
		return said
	}
	return ""
}

// filterOf reads what an agent wants to see from an address's query; what it does not know is left out.
func filterOf(q url.Values) analysis.Filter {
	n, _ := strconv.Atoi(q.Get("semblables"))
	f := analysis.Filter{Edition: q.Get("edition"), Round: q.Get("tour"), Service: q.Get("service"), Category: q.Get("categorie"), District: q.Get("quartier"), Mine: q.Get("moi") == "1", Alike: n}
	for show, word := range showWords {
		if q.Get("etat") == word {
			f.Show = show
		}
	}
	for order, word := range orderWords {
		if q.Get("tri") == word {
			f.Order = order
		}
	}
	return f
}

var (
	showWords  = map[analysis.Show]string{analysis.ShowTodo: "", analysis.ShowLate: "retard", analysis.ShowWaiting: "attente", analysis.ShowDone: "fait", analysis.ShowAll: "tout"}
	orderWords = map[analysis.Order]string{analysis.ByDue: "", analysis.ByStreet: "rue", analysis.ByCategory: "genre"}
)

// queryOf is filterOf the other way round.
func queryOf(f analysis.Filter) url.Values {
	q := url.Values{}
	for _, pair := range [][2]string{{"etat", showWords[f.Show]}, {"edition", f.Edition}, {"tour", f.Round}, {"service", f.Service}, {"categorie", f.Category}, {"quartier", f.District}, {"tri", orderWords[f.Order]}} {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	if f.Mine {
		q.Set("moi", "1")
	}
	if f.Alike != 0 {
		q.Set("semblables", strconv.Itoa(f.Alike))
	}
	return q
}

// listed is the part of an address that keeps the filters of the list, in a form or in a link.
func listed(f analysis.Filter) string { return queryOf(f).Encode() }

// keptFilter reads it from a form.
func keptFilter(text string) analysis.Filter {
	q, err := url.ParseQuery(text)
	if err != nil || len(text) > 2000 {
		return analysis.Filter{}
	}
	return filterOf(q)
}

// with adds the filters of the list, and more, to a path.
func with(path string, f analysis.Filter, pairs ...string) string {
	q := queryOf(f)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func studyOf(slug string, number int) string {
	return deskPath + "/" + url.PathEscape(slug) + "/" + strconv.Itoa(number)
}

// taskPath is where a task is worked on.
func taskPath(t analysis.Task, f analysis.Filter) string {
	return with(studyOf(t.Edition, t.Number), f, "pour", keyText(t.Key()))
}

// keyText names the round and the service of an assignment in an address.
func keyText(k analysis.Key) string { return k.Round.String() + "." + k.Service.String() }

// parseKey reads it; the zero key for anything else.
func parseKey(text string) (k analysis.Key) {
	round, service, _ := strings.Cut(text, ".")
	a, err := ids.Parse(round)
	b, err2 := ids.Parse(service)
	if err != nil || err2 != nil {
		return k
	}
	return analysis.Key{Round: a, Service: b}
}

package moderate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// queueSize is how many cases a page has.
const queueSize = 30

// queuePage is what waits, and the form that decides several at once.
type queuePage struct {
	moderation.Queue
	Verb, Reason string
	Ticked       map[ids.ID]bool
	Outcomes     []moderation.Outcome // of the form that was sent; nil: none
	Problems     ui.Problems
	Done         string
}

// stateWords are the states, in addresses.
var stateWords = map[string]moderation.State{"attente": moderation.Waiting, "deuxieme": moderation.Second, "recours": moderation.Appeal, "modifier": moderation.Asked, "traites": moderation.Settled}

func stateWord(state moderation.State) string {
	for word, s := range stateWords {
		if s == state {
			return word
		}
	}
	return ""
}

// tabs are the queues with how many wait in each.
func (q queuePage) tabs(p ui.Page) (links []ui.Link) {
	for _, state := range append(moderation.States(), moderation.Settled) {
		text := p.T("moderation.state." + string(state))
		if n := q.Counts[state]; n > 0 {
			text += " (" + p.Int(int64(n)) + ")"
		}
		links = append(links, ui.Link{Text: text, Href: queueHref(p, state)})
	}
	return links
}

func queueHref(p ui.Page, state moderation.State) templ.SafeURL {
	if state == moderation.Waiting {
		return p.Href(Path)
	}
	return p.HrefWith(Path, "etat", stateWord(state))
}

// older is where the queue goes on.
func (q queuePage) older(p ui.Page) templ.SafeURL {
	if q.Next.ID.IsZero() {
		return ""
	}
	return p.HrefWith(Path, "etat", stateWord(q.State), "apres", strconv.FormatInt(q.Next.At.UnixMicro(), 10)+"-"+q.Next.ID.String())
}

func (q queuePage) verb(p ui.Page) ui.Input {
	in := ui.Input{Name: "act", Label: p.T("moderation.bulk.act"), Required: true}
	for _, v := range []moderation.Verb{moderation.Keep, moderation.Hide} {
		in.Options = append(in.Options, ui.Option{Value: string(v), Label: p.T("moderation.act." + string(v)), Chosen: q.Verb == string(v)})
	}
	return in
}

func (q queuePage) reason(p ui.Page) ui.Input {
	in := reasons(p, q.Reason, false)
	in.Label, in.Options = p.T("moderation.bulk.reason"), append([]ui.Option{{Label: p.T("moderation.choose")}}, in.Options...)
	return in
}

// outcome is what became of a case of the form, in a sentence; empty: it was not in it.
func (q queuePage) outcome(p ui.Page, o moderation.Outcome) string {
	if o.Err != nil {
		return p.Fault(o.Err)
	}
	return p.T("moderation.did." + string(o.Act.Verb))
}

// read reads the queue of the address.
func (s *Pages) read(r *web.Request) (q queuePage, err error) {
	state, ok := stateWords[r.URL.Query().Get("etat")]
	if !ok {
		state = moderation.Waiting
	}
	var after moderation.Key
	if at, id, ok := strings.Cut(r.URL.Query().Get("apres"), "-"); ok { // anything else is the beginning
		if us, err := strconv.ParseInt(at, 10, 64); err == nil {
			if after.ID, err = ids.Parse(id); err == nil {
				after.At = time.UnixMicro(us)
			}
		}
	}
	q.Queue, err = s.moderation.Queue(r.Context(), r.Platform, r.Person, state, after, queueSize)
	return q, err
}

func (s *Pages) queue(r *web.Request, p ui.Page) (web.View, error) {
	q, err := s.read(r)
	q.Done = done(r, p)
	return web.View{Page: QueuePage(p, q)}, err
}

// decideAll decides what was ticked, and says of each what became of it.
func (s *Pages) decideAll(r *web.Request, p ui.Page) (web.View, error) {
	var picked []moderation.Picked
	ticked := map[ids.ID]bool{}
	for _, v := range r.PostForm["case"] {
		text, version, _ := strings.Cut(v, "/")
		if id, err := ids.Parse(text); err == nil {
			picked, ticked[id] = append(picked, moderation.Picked{Case: id, Version: whole(version)}), true
		}
	}
	d := moderation.Decision{Verb: moderation.Verb(r.Posted("act")), Reason: r.Posted("reason")}
	if d.Verb != moderation.Keep && d.Verb != moderation.Hide {
		d.Verb = ""
	}
	outcomes, failed := s.moderation.DecideAll(r.Context(), r.Platform, r.Person, picked, d)
	problems, err := p.ProblemsOf(failed)
	if err != nil {
		return web.View{}, err
	}
	q, err := s.read(r)
	if err != nil {
		return web.View{}, err
	}
	q.Verb, q.Reason, q.Outcomes, q.Problems = string(d.Verb), d.Reason, outcomes, problems
	if len(problems) > 0 {
		q.Ticked = ticked
	} else if len(picked) == 0 {
		q.Problems = ui.Problems{"": {p.T("moderation.bulk.none")}}
	}
	return web.Form(QueuePage(p, q), q.Problems), nil
}

// open begins a case that nobody reported, and leads to it.
func (s *Pages) open(r *web.Request, p ui.Page) (web.View, error) {
	kind, id, err := named(r)
	if err != nil {
		return web.View{}, err
	}
	m, err := s.moderation.Open(r.Context(), r.Platform, r.Person, kind, id)
	return web.View{Next: p.Href(casePathOf(m.ID))}, err
}

// suspectPage is what may come from one hand.
type suspectPage struct {
	Clusters []moderation.Cluster
	Found    map[ids.ID]moderation.Contribution
}

// of gives the contributions of a cluster that are still there, each once, the first first; what its people reported is not theirs.
func (s suspectPage) of(c moderation.Cluster) (list []moderation.Contribution) {
	for _, t := range c.Traces {
		one, ok := s.Found[t.Subject]
		if ok && !slices.ContainsFunc(list, func(l moderation.Contribution) bool { return l.ID == one.ID }) {
			list = append(list, one)
		}
	}
	return list
}

// reports says whether a cluster is of reports alone.
func reports(c moderation.Cluster) bool {
	return !slices.ContainsFunc(c.Traces, func(t account.Trace) bool { return t.Doing != account.Reports })
}

func (s *Pages) suspicions(r *web.Request, p ui.Page) (web.View, error) {
	var page suspectPage
	var err error
	page.Clusters, page.Found, err = s.moderation.Suspicions(r.Context(), r.Platform, r.Person)
	return web.View{Page: SuspectPage(p, page)}, err
}

// domainsForm is what the platform changed in the list of mail domains that are thrown away.
type domainsForm struct {
	Refused, Taken string
	Known          int
	Problems       ui.Problems
	Done           string
}

func (f domainsForm) refused(p ui.Page) ui.Input {
	return ui.Input{Name: "refused", Label: p.T("moderation.domains.refused"), Help: p.T("moderation.domains.refused.help"), Value: f.Refused, Rows: 5}
}

func (f domainsForm) taken(p ui.Page) ui.Input {
	return ui.Input{Name: "taken", Label: p.T("moderation.domains.taken"), Help: p.T("moderation.domains.taken.help"), Value: f.Taken, Rows: 5}
}

func (s *Pages) domains(r *web.Request, p ui.Page) (web.View, error) {
	d, err := s.moderation.Domains(r.Context(), r.Platform, r.Person)
	return web.View{Page: DomainsPage(p, domainsForm{Refused: strings.Join(d.Refused, "\n"), Taken: strings.Join(d.Taken, "\n"), Known: account.KnownDisposable(), Done: done(r, p)})}, err
}

func (s *Pages) setDomains(r *web.Request, p ui.Page) (web.View, error) {
	f := domainsForm{Refused: r.Posted("refused"), Taken: r.Posted("taken"), Known: account.KnownDisposable()}
	err := s.moderation.SetDomains(r.Context(), r.Platform, r.Person, account.Domains{Refused: lines(f.Refused), Taken: lines(f.Taken)})
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		return web.Form(DomainsPage(p, f), f.Problems), nil
	}
	return web.Done(p, domainsPath, "adresses"), nil
}

package office

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// reason is the public reason of a change, as it is being given: ready sentences that were ticked, one's own words, or both.
type reason struct {
	kind  string // of the change: "form", "calendar", …: what the ready sentences are about
	under string // what its fields' names begin with; empty on a page that has one
	ready []string
	own   string
}

// readySentences is how many a kind of change has ("organise.ready.KIND.1"…).
const readySentences = 3

// reasonOf reads the reason of a form.
func reasonOf(r *web.Request, kind string) reason { return reason{kind: kind}.read(r) }

func (f reason) read(r *web.Request) reason {
	f.ready, f.own = ticked[string](r, f.under+"reason_ready"), r.Posted(f.under+"reason")
	return f
}

// said is the reason as it is published: the ready sentences in their order, then one's own words.
func (f reason) said(p ui.Page) string {
	var parts []string
	for _, o := range f.sentences(p).Options {
		if o.Chosen {
			parts = append(parts, o.Label)
		}
	}
	if f.own != "" {
		parts = append(parts, f.own)
	}
	return strings.Join(parts, " ")
}

func (f reason) sentences(p ui.Page) ui.Input {
	in := ui.Input{Name: f.under + "reason_ready", Label: p.T("organise.reason"), Help: p.T("organise.reason.help"), Required: true, Several: true}
	for n := range readySentences {
		value := strconv.Itoa(n + 1)
		in.Options = append(in.Options, ui.Option{Value: value, Label: p.T("organise.ready." + f.kind + "." + value), Chosen: slices.Contains(f.ready, value)})
	}
	return in
}

func (f reason) words(p ui.Page) ui.Input {
	return ui.Input{Name: f.under + "reason", Label: p.T("organise.reason.own"), Value: f.own, Rows: 3, Max: 1000}
}

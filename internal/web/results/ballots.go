package results

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/edition"
)

// recountPath ends the path of the results where their ballots are, as a file.
const recountPath = "/bulletins.pb"

// recountFile is what the file is called by whoever keeps it.
func recountFile(slug string) string { return slug + ".pb" }

// recountable says whether anyone may see every ballot of the vote. Those of an import are in the file that it came from.
func recountable(e edition.Edition) bool {
	at := project.VoteStep(e.Steps)
	return e.Counted && e.Result.Counted && e.Origin == project.OfCity && access.Can(access.Anyone, access.SeeBallots, access.Moment{Published: e.State == project.Published,
		Phase: project.PhaseOf(e.Steps, at, e.Now), Proclaimed: true, Crowd: ballot.Releasable(e.Rulebook, e.Result.Ballots)})
}

// Ballots answers /projets/SLUG/resultats/bulletins.pb with the ballots of a vote whose result is announced, to count them
// again. It streams: a large vote takes no more memory than a small one.
func (s *Pages) Ballots(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("project")
	var file transfer.Recount
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByHost(ctx, tx, r.Host)
		if err != nil {
			return err
		}
		e := edition.Edition{}
		if e.View, err = project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now())); err != nil {
			return err
		}
		if at := project.VoteStep(e.Steps); at >= 0 {
			if e.Result, e.Counted, err = result.Of(ctx, tx, of.Key, e.Steps[at].ID); err != nil {
				return err
			}
		}
		if !recountable(e) {
			return edition.NotFound()
		}
		file, err = transfer.RecountOf(ctx, tx, of, e.View, e.Result)
		return err
	})
	if err != nil {
		web.Refuse(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": recountFile(slug)}))
	header.Set("Cache-Control", "public, no-cache") // a title may be taken away
	header.Set("X-Robots-Tag", "noindex")
	tag, err := file.Validator()
	if err != nil {
		web.Refuse(w, r, err)
		return
	}
	if web.Fresh(w, r, `W/"`+tag+`"`) || r.Method == http.MethodHead { // weak: compressed or not, it is the same file
		return
	}
	leave, err := s.recounts.Begin()
	if err != nil {
		header.Del("ETag")
		header.Del("Content-Disposition")
		web.Refuse(w, r, err)
		return
	}
	defer leave()
	out := http.NewResponseController(w)
	pushed := func() {
		// As long as it moves, it may take longer than a page.
		if err := out.SetWriteDeadline(time.Now().Add(pushedWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return // the next write says so
		}
	}
	pushed()
	if err := file.Write(r.Context(), s.db, w, pushed); err != nil && r.Context().Err() == nil {
		panic(http.ErrAbortHandler) // the file is cut: whoever gets it must see that
	}
}

// pushedWithin is how long a piece of the file may take to reach its reader.
const pushedWithin = time.Minute

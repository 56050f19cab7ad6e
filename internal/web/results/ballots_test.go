package results_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

const ballotsFile = lastYear + "/resultats/bulletins.pb"

// recounted counts the file of the vote that is over.
func recounted(t *testing.T, h http.Handler) (*pabulib.Reader, tally.Result) {
	t.Helper()
	answer, _ := get(t, h, "localhost", ballotsFile)
	if answer.Code != 200 || answer.Header().Get("Content-Disposition") != "attachment; filename=budget-participatif-2025.pb" {
		t.Fatalf("%d %v", answer.Code, answer.Header())
	}
	r, err := pabulib.Open(answer.Body, func(f pabulib.Refusal) { t.Error(f) })
	if err != nil {
		t.Fatal(err)
	}
	rule, counted := r.Meta.Rule("")
	got, err := tally.Count(rule, r.Candidates(), r.Votes())
	if err != nil || !counted {
		t.Fatalf("counted %v: %v", counted, err)
	}
	return r, got
}

func TestAnybodyRecountsAVoteFromItsBallots(t *testing.T) {
	demotest.OnDay.Each(t, func(t *testing.T, d *db.DB) {
		h := serveDemo(t, d)
		page, _ := get(t, h, "localhost", lastYear+"/resultats")
		for _, says := range []string{"parvis tally budget-participatif-2025.pb", `href="` + ballotsFile + `"`} {
			if !strings.Contains(page.Body.String(), says) {
				t.Errorf("the results do not say %q", says)
			}
		}
		r, got := recounted(t, h)
		var lines []result.Line
		var candidates []result.Candidate
		if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			of, err := platform.BySlug(ctx, tx, demo.Slug)
			if err != nil {
				return err
			}
			view, err := project.Load(ctx, tx, of.Key, strings.TrimPrefix(lastYear, "/projets/"), demotest.Day)
			if err != nil {
				return err
			}
			step := view.Steps[project.VoteStep(view.Steps)].ID
			if candidates, err = result.Candidates(ctx, tx, of.Key, step); err != nil {
				return err
			}
			lines, err = result.Lines(ctx, tx, of.Key, step, 0, 1000)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got.Ballots != 4712 || len(lines) != len(got.Projects) {
			t.Fatalf("%d ballots, %d of %d projects", got.Ballots, len(got.Projects), len(lines))
		}
		for i, o := range got.Projects {
			l := lines[i]
			c := candidates[slices.IndexFunc(candidates, func(c result.Candidate) bool { return c.Proposal == l.Proposal })]
			if p := r.Projects[o.Project]; p.ID != c.ID || p.Name != c.Name || o.Rank != l.Rank || o.Total != l.Total || o.Mark != l.Mark || o.Reason.Code != l.Reason.Code {
				t.Errorf("recounted as %+v of %q, announced %+v of %q", o, p.Name, l, c.Name)
			}
		}
		if o := r.Official(got); !o.Same {
			t.Errorf("the file says that others won: %+v", o)
		}
		head := httptest.NewRecorder()
		h.ServeHTTP(head, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "http://localhost"+ballotsFile, nil))
		if head.Code != 200 || head.Body.Len() > 0 {
			t.Errorf("asked for its head alone: %d, %d bytes", head.Code, head.Body.Len())
		}
	})
}

func TestBallotsComeOutOnlyWithTheResultAndOnlyOfMany(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	status := func(host, path string) int {
		answer, _ := get(t, h, host, path)
		return answer.Code
	}
	for _, path := range []string{thisYear, "/projets/budget-jeunesse-2026", "/projets/budget-participatif-2027", "/projets/rien", "/projets/'%20OR%201"} {
		if got := status("localhost", path+"/resultats/bulletins.pb"); got != 404 {
			t.Errorf("%s: %d", path, got)
		}
	}
	change := func(sql string, args ...any) {
		t.Helper()
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(`UPDATE proposal SET trashed = 'invisible' WHERE platform = ? AND number = ?`, 1, 7)
	if r, _ := recounted(t, h); r.Projects[6].Name != "7" || r.Projects[5].Name == "6" {
		t.Errorf("the title of a removed proposal is %q", r.Projects[6].Name)
	}
	// A proposal that left the vote may leave a ballot with nothing on it: it is a ballot all the same.
	change(`UPDATE ballot SET choices = '' WHERE platform = ? AND id IN (SELECT b.id FROM ballot b JOIN result r ON r.platform = b.platform AND r.step = b.step
		WHERE b.platform = ? ORDER BY b.id LIMIT 3)`, 1, 1)
	if _, got := recounted(t, h); got.Ballots != 4712 {
		t.Errorf("with three empty ballots, %d are counted", got.Ballots)
	}
	change(`UPDATE result SET ballots = 99 WHERE platform = ?`, 1)
	if got := status("localhost", ballotsFile); got != 404 {
		t.Errorf("of 99 ballots: %d", got)
	}
	page, _ := get(t, h, "localhost", lastYear+"/resultats")
	text := words(page.Body.String())
	for _, not := range []string{"parvis tally", "bulletins.pb"} {
		if strings.Contains(text, not) {
			t.Errorf("the page says %q", not)
		}
	}
	if says := "ne sont pas publiés un par un"; !strings.Contains(text, says) {
		t.Errorf("the page does not say %q", says)
	}
}

// slow is a reader that takes nothing before it is let.
type slow struct {
	*httptest.ResponseRecorder
	begun, let chan bool
	once       sync.Once
}

func (s *slow) Write(b []byte) (int, error) {
	s.once.Do(func() { close(s.begun) })
	<-s.let
	return s.ResponseRecorder.Write(b)
}

func TestTheFileOfBallotsIsReadAgainOnlyOnceItChangedAndByFewAtOnce(t *testing.T) {
	d := demotest.OnDay.Open(t, db.SQLite)
	h := serveDemo(t, d)
	ask := func(w http.ResponseWriter, tag string) {
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://localhost"+ballotsFile, nil)
		r.Header.Set("If-None-Match", tag)
		h.ServeHTTP(w, r)
	}
	first, again := httptest.NewRecorder(), httptest.NewRecorder()
	ask(first, "")
	tag := first.Header().Get("ETag")
	ask(again, tag)
	if first.Code != 200 || tag == "" || again.Code != 304 || again.Body.Len() != 0 {
		t.Fatalf("%d with the validator %q, then %d with %d bytes", first.Code, tag, again.Code, again.Body.Len())
	}
	let := make(chan bool)
	var readers sync.WaitGroup
	for range 4 {
		w := &slow{ResponseRecorder: httptest.NewRecorder(), begun: make(chan bool), let: let}
		readers.Go(func() { ask(w, "") })
		<-w.begun
	}
	refused, known := httptest.NewRecorder(), httptest.NewRecorder()
	ask(refused, "")
	ask(known, tag)
	if refused.Code != 503 || refused.Header().Get("Retry-After") != "30" || refused.Header().Get("ETag") != "" || !strings.Contains(refused.Body.String(), "Réessayez") {
		t.Errorf("the fifth reader gets %d, %v: %s", refused.Code, refused.Header(), refused.Body)
	}
	if known.Code != 304 {
		t.Errorf("who has the file gets %d", known.Code)
	}
	close(let)
	readers.Wait()
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE proposal SET trashed = 'invisible' WHERE platform = ? AND number = ?`, 1, 7)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	after := httptest.NewRecorder()
	ask(after, tag)
	if after.Code != 200 || after.Header().Get("ETag") == tag {
		t.Errorf("once a title was taken away: %d, %q", after.Code, after.Header().Get("ETag"))
	}
}

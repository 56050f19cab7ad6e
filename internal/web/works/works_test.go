package works_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/webtest"
	"github.com/parvis-civic/parvis/internal/web/works"
	"github.com/parvis-civic/parvis/tally"
)

// town serves two platforms, "ici", which answers localhost, and "ailleurs". An edition of ici, proclaimed 100 days ago, has
// winners, all of them due within a year. pia follows works in the service of the parks, ron in that of the roads, sam in none;
// claire organises, ana is a resident who follows the first winner, theo proposed it.
type town struct {
	t       *testing.T
	d       *db.DB
	h       http.Handler
	of      platform.Platform
	people  map[string]account.Person
	winners []ids.ID
	edition ids.ID
	vote    ids.ID
	parks   ids.ID
	roads   ids.ID
}

const edition = "/projets/budget-2025"

// winners is how many the small edition has.
const winners = 4

func settle(t *testing.T, d *db.DB, n int) *town {
	t.Helper()
	c := &town{t: t, d: d, people: map[string]account.Person{}, edition: ids.Random(), vote: ids.Random(), parks: ids.Random(), roads: ids.Random()}
	for _, slug := range []string{"ici", "ailleurs"} {
		of, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: slug, Name: "Ville d’" + slug, Zone: "Europe/Paris"})
		if err != nil {
			t.Fatal(err)
		}
		if slug == "ici" {
			c.of = of
		}
	}
	c.write(func(ctx context.Context, tx db.Tx) error {
		for name, roles := range map[string][]access.Role{"pia": {access.DeliveryAgent}, "ron": {access.DeliveryAgent}, "sam": {access.DeliveryAgent}, "claire": {access.Organiser}, "ana": nil, "theo": nil} {
			lang := "fr"
			if name == "ana" {
				lang = "en"
			}
			p, err := account.Stage(ctx, tx, c.of.Key, account.Person{Email: name + account.StageDomain, Name: name, Kind: account.Resident, Language: lang}, roles)
			if err != nil {
				return err
			}
			p.Proved, p.Roles = true, access.Roles(0).With(access.Resident).With(roles...)
			c.people[name] = p
		}
		return c.fill(ctx, tx, n)
	})
	pages := site.New(d, "http://localhost")
	w := works.New(d)
	people := webtest.People{By: c.people, On: "ici"}
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: pages, Static: ui.NewStatic(), People: people, Routes: slices.Concat(pages.Routes(), w.Routes(), w.Desk()),
		Others: map[string]http.Handler{"GET /media/{id}": pages.Media(people), "GET /media/{id}/{size}": pages.Media(people)}})
	if err != nil {
		t.Fatal(err)
	}
	c.h = h
	return c
}

func (c *town) write(fn func(ctx context.Context, tx db.Tx) error) {
	c.t.Helper()
	if err := c.d.Write(c.t.Context(), fn); err != nil {
		c.t.Fatal(err)
	}
}

// fill stores the edition with so many winners, proclaimed, and lets their follow-up begin.
func (c *town) fill(ctx context.Context, tx db.Tx, n int) error {
	c.winners = nil // transactions may run again
	key, now := c.of.Key, tx.Now()
	day := func(days int) time.Time { return now.AddDate(0, 0, days) }
	book := rulebook.Rulebook{Deposit: &rulebook.Deposit{Months: 12}, Count: tally.Rule{Method: tally.MethodUnknown}}
	p := project.Project{ID: c.edition, Slug: "budget-2025", Title: "Budget 2025", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, PublishedAt: day(-300), CreatedAt: day(-300)}
	if err := project.Insert(ctx, tx, key, p); err != nil {
		return err
	}
	if err := project.Publish(ctx, tx, key, p.ID, p.Slug); err != nil {
		return err
	}
	steps := []project.Step{{ID: c.vote, Project: p.ID, Position: 0, Kind: project.Vote, Slug: "vote", StartsAt: day(-150), EndsAt: day(-110), Proposals: n},
		{ID: ids.Random(), Project: p.ID, Position: 1, Kind: project.Result, Slug: "resultats", StartsAt: day(-100), EndsAt: day(-90)},
		{ID: ids.Random(), Project: p.ID, Position: 2, Kind: project.Delivery, Slug: "realisations", StartsAt: day(-100)}}
	if err := project.InsertSteps(ctx, tx, key, steps); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE step SET proclaimed_at = ? WHERE platform = ? AND id = ?`, db.Micros(day(-100)), key, c.vote); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "rulebook", []string{"platform", "project", "version", "body", "hash", "created_at"}, [][]any{{key, p.ID, 1, string(book.Canonical()), []byte{1}, db.Micros(now)}}); err != nil {
		return err
	}
	var list []proposal.Proposal
	var selections []proposal.Selection
	var lines [][]any
	for i := range n {
		of := proposal.Proposal{ID: ids.Random(), Project: p.ID, Number: i + 1, Slug: fmt.Sprint("banc-", i+1), Title: fmt.Sprint("Un banc <b>nº ", i+1), Body: "Pour s’asseoir.", Cost: 10_000_00, Author: c.people["theo"].ID, CreatedAt: day(-200), PublishedAt: day(-200), UpdatedAt: day(-200)}
		list, c.winners = append(list, of), append(c.winners, of.ID)
		selections = append(selections, proposal.Selection{Step: c.vote, Proposal: of.ID, Number: of.Number, Cost: of.Cost, PublishedAt: of.PublishedAt, Shuffle: int64(i)})
		lines = append(lines, []any{key, c.vote, i + 1, of.ID, 10, 10, 1, "", "", "{}", nil})
	}
	if err := proposal.Insert(ctx, tx, key, list); err != nil {
		return err
	}
	if err := proposal.Select(ctx, tx, key, selections, make([][]proposal.Tag, n)); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "result", []string{"platform", "step", "rule", "rulebook", "counted", "ballots", "ballots_hash", "budget", "spent", "reserve", "winners", "official_known", "official_same", "proclaimed_at"},
		[][]any{{key, c.vote, "r", 1, true, 10, []byte{1}, 1, 1, 0, n, false, false, db.Micros(day(-100))}}); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "result_line", []string{"platform", "step", "rank", "proposal", "total", "supporters", "mark", "stage", "part", "reason", "official"}, lines); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "service", []string{"platform", "id", "slug", "name", "categories", "contact"}, [][]any{{key, c.parks, "parcs", "Parcs", "[]", "parcs@ville.example"}, {key, c.roads, "voirie", "Voirie", "[]", ""}}); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "service_member", []string{"platform", "service", "participant"}, [][]any{{key, c.parks, c.people["pia"].ID}, {key, c.roads, c.people["ron"].ID}}); err != nil {
		return err
	}
	return proposal.Follow(ctx, tx, key, c.winners[0], c.people["ana"].ID, now, false)
}

// sweep does what is done from time to time, at a time.
func (c *town) sweep(at time.Time) {
	c.t.Helper()
	if err := delivery.NewService(c.d).Sweep(db.At(c.t.Context(), at)); err != nil {
		c.t.Fatal(err)
	}
}

// change tells something of a winner, at a time.
func (c *town) change(at time.Time, winner int, change delivery.Change) {
	c.t.Helper()
	if err := delivery.NewService(c.d).Save(db.At(c.t.Context(), at), c.of, c.people["claire"], c.winners[winner], change); err != nil {
		c.t.Fatal(err)
	}
}

// followed reads a winner.
func (c *town) followed(winner int) (d delivery.Delivery) {
	c.t.Helper()
	err := c.d.Read(c.t.Context(), func(ctx context.Context, tx db.Tx) error {
		all, err := delivery.Of(ctx, tx, c.of.Key, c.winners)
		d = all[c.winners[winner]]
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// ask sends a request as somebody; nobody when who is empty. It gives the status, where it leads and the text.
func (c *town) ask(who, host, method, path string, form url.Values) (status int, to, text string) {
	c.t.Helper()
	return c.send(who, host, method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (c *town) send(who, host, method, path, kind string, body io.Reader) (status int, to, text string) {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, "http://"+host+path, body)
	r.Header.Set("Content-Type", kind)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "parvis", Value: who})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// upload sends a form with a file.
func (c *town) upload(who, path string, form url.Values, field, name string, content []byte) (status int, to, text string) {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for key, values := range form {
		if err := m.WriteField(key, values[0]); err != nil {
			c.t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile(field, name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(who, "localhost", "POST", path, m.FormDataContentType(), &b)
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// says fails when a text lacks one of those, or has one of the others.
func says(t *testing.T, where, text string, wanted []string, not ...string) {
	t.Helper()
	for _, one := range wanted {
		if !strings.Contains(text, one) {
			t.Errorf("%s does not say %q", where, one)
		}
	}
	for _, one := range not {
		if strings.Contains(text, one) {
			t.Errorf("%s says %q", where, one)
		}
	}
}

func midnight(t time.Time, days int) time.Time {
	t = t.AddDate(0, 0, days)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func TestWinnersAreFollowedAloneAndTheClockSaysWhatIsLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, winners)
		now := time.Now()
		if status, _, _ := c.ask("", "localhost", "GET", edition+"/realisations", nil); status != http.StatusNotFound {
			t.Errorf("before anything is followed: %d", status)
		}
		c.sweep(now)
		c.sweep(now) // again changes nothing
		_, _, text := c.ask("", "localhost", "GET", edition+"/realisations", nil)
		says(t, "the board", text, []string{"0 projet réalisé sur 4", "en cours ou à venir", "Un banc &lt;b&gt;nº 1"}, "Un banc <b>", "en retard</strong>")
		soon := midnight(now, 3)
		c.change(now, 1, delivery.Change{Version: 1, Moved: []delivery.Moved{{Position: 0, Day: soon}}})
		c.change(now, 2, delivery.Change{Version: 1, End: &delivery.Ending{Reason: "Le sol <script> ne porte pas.", MoneyBack: "Rendu."}})
		c.change(now, 3, delivery.Change{Version: 1, State: delivery.Built})
		counts := func(at time.Time, want delivery.Tally) {
			t.Helper()
			err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
				got, err := delivery.Counts(ctx, tx, c.of.Key, []ids.ID{c.edition}, at)
				if got != want {
					t.Errorf("at %s: %+v, want %+v", at, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		counts(now, delivery.Tally{Built: 1, Planned: 2, Abandoned: 1})
		counts(soon.Add(25*time.Hour), delivery.Tally{Built: 1, Planned: 1, Late: 1, Abandoned: 1})
		counts(now.AddDate(0, 7, 0), delivery.Tally{Built: 1, Planned: 1, Late: 1, Abandoned: 1, Silent: 2})
		counts(now.AddDate(0, 12, 0), delivery.Tally{Built: 1, Late: 2, Abandoned: 1, Silent: 2}) // twelve months from the proclamation are over
		_, _, text = c.ask("", "localhost", "GET", edition+"/realisations?etat=abandoned", nil)
		says(t, "what is given up", text, []string{"Le sol &lt;script&gt; ne porte pas.", "Abandonné · 1 projet"}, "Un banc &lt;b&gt;nº 1")
		_, _, text = c.ask("", "localhost", "GET", edition+"/propositions/3-banc-3", nil)
		says(t, "its page", text, []string{"La ville y a renoncé", "Rendu.", "&lt;script&gt;"}, "<script> ne")
		_, _, text = c.ask("", "localhost", "GET", "/en/realisations", nil)
		says(t, "all editions in English", text, []string{"1 proposal built of 4", "given up"}, "Où en sont")
		_, _, text = c.ask("", "localhost", "GET", "/realisations/bilan/"+fmt.Sprint(now.Year()), nil)
		says(t, "the report", text, []string{"1 projet réalisé dans l’année", "Abandonné dans l’année"})
		for _, path := range []string{"/realisations/bilan/1999", "/realisations/bilan/x", "/realisations/avant/2019/1"} {
			if status, _, _ := c.ask("", "localhost", "GET", path, nil); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
		_, _, text = c.ask("", "ailleurs.localhost", "GET", "/realisations", nil)
		says(t, "another platform", text, nil, "Un banc")
	})
}

func TestWhoFollowsWorksTellsOfTheirOwnAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, winners)
		now := time.Now()
		c.sweep(now)
		c.change(now, 1, delivery.Change{Version: 1, Service: &c.parks})
		of := func(winner int) string { return "/suivi/" + c.winners[winner].String() }
		for _, one := range []struct {
			who, host, method, path string
			want                    int
		}{
			{"", "localhost", "GET", "/suivi", http.StatusSeeOther}, {"ana", "localhost", "GET", "/suivi", http.StatusForbidden}, {"ana", "localhost", "POST", "/suivi", http.StatusForbidden},
			{"ana", "localhost", "GET", of(0), http.StatusForbidden}, {"ana", "localhost", "POST", of(0) + "/abandonner", http.StatusForbidden},
			{"pia", "localhost", "GET", of(1), 200}, {"ron", "localhost", "GET", of(1), http.StatusForbidden}, {"ron", "localhost", "POST", of(1), http.StatusForbidden},
			{"ron", "localhost", "POST", of(1) + "/abandonner", http.StatusForbidden}, {"ron", "localhost", "GET", of(0), 200}, {"sam", "localhost", "GET", of(1), 200}, {"claire", "localhost", "GET", of(1), 200},
			{"claire", "localhost", "GET", "/suivi/" + ids.Random().String(), http.StatusNotFound}, {"claire", "localhost", "GET", "/suivi/rien", http.StatusNotFound},
			{"pia", "ailleurs.localhost", "GET", of(1), http.StatusSeeOther}, // nobody there
			{"pia", "localhost", "GET", "/organisation/laureats", http.StatusForbidden}, {"pia", "localhost", "POST", "/organisation/laureats", http.StatusForbidden},
		} {
			if status, _, _ := c.ask(one.who, one.host, one.method, one.path, nil); status != one.want {
				t.Errorf("%s %s%s as %q: %d, want %d", one.method, one.host, one.path, one.who, status, one.want)
			}
		}
		_, _, text := c.ask("ron", "localhost", "GET", "/suivi", nil)
		says(t, "ron’s desk", text, []string{"Vos 3 projets", "Un banc &lt;b&gt;nº 1"}, "Un banc &lt;b&gt;nº 2")
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost"+of(0), strings.NewReader("version=1&news=Vol"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.AddCookie(&http.Cookie{Name: "parvis", Value: "claire"})
		w := httptest.NewRecorder()
		if c.h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
			t.Errorf("another site lets claire tell something: %d", w.Code)
		}
		if got := c.followed(0); got.Version != 1 {
			t.Errorf("somebody changed it: %+v", got)
		}
	})
}

var versions = regexp.MustCompile(`name="(winner|version)-(\d+)" value="([^"]*)"`)

// filled gives the form of a desk as the page has it, and the place of a winner in it.
func (c *town) filled(who string, winner int) (form url.Values, at string) {
	c.t.Helper()
	_, _, text := c.ask(who, "localhost", "GET", "/suivi", nil)
	form = url.Values{}
	for _, m := range versions.FindAllStringSubmatch(text, -1) {
		form.Set(m[1]+"-"+m[2], m[3])
		if m[1] == "winner" && m[3] == c.winners[winner].String() {
			at = m[2]
		}
	}
	return form, at
}

func TestOneFormTellsOfAllProjectsAndLosesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, winners)
		now := time.Now()
		c.sweep(now)
		if status, to, _ := c.ask("claire", "localhost", "POST", "/suivi", nil); status != http.StatusSeeOther || !strings.Contains(to, "fait=rien") {
			t.Errorf("an empty form: %d to %s", status, to)
		}
		form, first := c.filled("claire", 0)
		_, second := c.filled("claire", 1)
		form.Set("news-"+first, "Les bancs sont commandés <i>.")
		form.Set("committed-"+first, "8 500,50 €")
		form.Set("reached-"+first, "0")
		form.Set("day-"+first, now.AddDate(0, 0, -2).Format(time.DateOnly))
		form.Set("moved-"+first, "")
		form.Set("spent-"+second, "beaucoup")
		form.Set("news-"+second, "Un texte à garder.")
		status, _, text := c.ask("claire", "localhost", "POST", "/suivi", form)
		if status != http.StatusUnprocessableEntity {
			t.Fatalf("one of two is wrong: %d", status)
		}
		says(t, "the form", text, []string{"C’est publié", `value="beaucoup"`, "Un texte à garder.", "montant n’est pas possible", `id="field-spent-`})
		got := c.followed(0)
		if got.State != delivery.UnderWay || got.Committed == nil || *got.Committed != 8_500_50 || got.Milestones[0].DoneAt.IsZero() || c.followed(1).Version != 1 {
			t.Errorf("what was right is not kept alone: %+v", got)
		}
		_, _, text = c.ask("", "localhost", "GET", edition+"/propositions/1-banc-1", nil)
		says(t, "its page", text, []string{"Les bancs sont commandés &lt;i&gt;.", "8\u202f500,50", "Dernière nouvelle"})

		// Two agents have the same page open. The second is shown what the first published, and keeps their text.
		form, first = c.filled("claire", 0)
		c.change(time.Now(), 0, delivery.Change{Version: 2, News: &delivery.Told{Phase: delivery.During, Body: "Le chantier ouvre lundi."}})
		form.Set("news-"+first, "Le chantier ouvre mardi.")
		status, _, text = c.ask("claire", "localhost", "POST", "/suivi", form)
		if status != http.StatusUnprocessableEntity {
			t.Fatalf("the second of two: %d", status)
		}
		says(t, "the second of two", text, []string{"Le chantier ouvre lundi.", "Le chantier ouvre mardi.", "Publié maintenant"})
		for _, m := range versions.FindAllStringSubmatch(text, -1) {
			form.Set(m[1]+"-"+m[2], m[3])
		}
		if status, to, _ := c.ask("claire", "localhost", "POST", "/suivi", form); status != http.StatusSeeOther || !strings.Contains(to, "fait=publie") {
			t.Errorf("once they have read it: %d to %s", status, to)
		}

		// A date that moves needs its reason; then the former one stays in sight.
		one := "/suivi/" + c.winners[0].String()
		due := midnight(now, 10).Format(time.DateOnly)
		form = url.Values{"version": {fmt.Sprint(c.followed(0).Version)}, "state": {"under_way"}, "date1": {due}, "parts": {"Un banc rond | en cours\nUn banc carré | abandonné | Trop lourd."}}
		if status, _, text := c.ask("claire", "localhost", "POST", one, form); status != http.StatusSeeOther {
			t.Fatalf("a first date: %d %s", status, text)
		}
		form.Set("version", fmt.Sprint(c.followed(0).Version))
		form.Set("date1", midnight(now, 40).Format(time.DateOnly))
		status, _, text = c.ask("claire", "localhost", "POST", one, form)
		says(t, "a date moved for no reason", text, []string{`id="field-reason1-problem"`, `id="field-words1-problem"`})
		if status != http.StatusUnprocessableEntity {
			t.Errorf("a date moved for no reason: %d", status)
		}
		form.Set("reason1", "tender")
		form.Set("words1", "Personne n’a répondu.")
		if status, _, _ := c.ask("claire", "localhost", "POST", one, form); status != http.StatusSeeOther {
			t.Errorf("a date moved: %d", status)
		}
		_, _, text = c.ask("", "localhost", "GET", edition+"/propositions/1-banc-1", nil)
		says(t, "its page", text, []string{"appel d’offres sans réponse", "Personne n’a répondu.", "d’abord prévu le", "Un banc carré", "Trop lourd."})
		if status, _, text := c.ask("claire", "localhost", "POST", one+"/abandonner", url.Values{"end": {""}}); status != http.StatusUnprocessableEntity || !strings.Contains(text, `id="field-end-problem"`) {
			t.Errorf("given up for no reason: %d", status)
		}
		c.write(func(ctx context.Context, tx db.Tx) error {
			entries, err := journal.Pending(ctx, tx, c.of.Key, 100)
			n := 0
			for _, e := range entries {
				if strings.HasPrefix(e.Kind, "works_") {
					n++
				}
				for _, word := range []string{"chantier", "Personne", "claire", c.people["claire"].ID.String()} {
					if strings.Contains(e.Body, word) {
						t.Errorf("the journal has somebody’s words: %s", e.Body)
					}
				}
			}
			if n != 1+5 {
				t.Errorf("%d entries for the beginning and five acts", n)
			}
			return err
		})
	})
}

func TestPicturesAreSeenWithTheWorksThatTheyAreOf(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	c := settle(t, d, winners)
	c.sweep(time.Now())
	one := "/suivi/" + c.winners[0].String()
	form := url.Values{"version": {"1"}, "state": {"under_way"}, "news": {"Ouvert."}, "phase": {"after"}}
	status, _, text := c.upload("claire", one, form, "picture", "banc.png", photo(t))
	if says(t, "a picture without words", text, []string{`id="field-alt-problem"`, "Ouvert.", "Choisissez la photo à nouveau"}); status != http.StatusUnprocessableEntity {
		t.Errorf("a picture without words: %d", status)
	}
	form.Set("alt", "Le banc \"neuf\"")
	if status, _, _ := c.upload("claire", one, form, "picture", "banc.png", []byte("GIF89a")); status != http.StatusUnprocessableEntity {
		t.Errorf("what is no picture: %d", status)
	}
	if status, _, _ := c.upload("claire", one, form, "picture", "banc.png", photo(t)); status != http.StatusSeeOther {
		t.Fatalf("a picture: %d", status)
	}
	_, _, text = c.ask("", "localhost", "GET", edition+"/propositions/1-banc-1", nil)
	says(t, "its page", text, []string{`alt="Le banc &#34;neuf&#34;"`, "Après"})
	path := regexp.MustCompile(`/media/[0-9a-f-]{36}`).FindString(text)
	if status, _, _ := c.ask("", "localhost", "GET", path, nil); status != 200 {
		t.Errorf("%s: %d", path, status)
	}
	if status, _, _ := c.ask("", "ailleurs.localhost", "GET", path, nil); status != http.StatusNotFound {
		t.Errorf("%s on another platform: %d", path, status)
	}
	c.write(func(ctx context.Context, tx db.Tx) error { // the vote goes on, and its result is hidden
		_, err := tx.Exec(ctx, `UPDATE step SET ends_at = ? WHERE platform = ? AND id = ?`, db.Micros(time.Now().AddDate(1, 0, 0)), c.of.Key, c.vote)
		return err
	})
	for _, hidden := range []string{path, edition + "/realisations"} {
		if status, _, _ := c.ask("", "localhost", "GET", hidden, nil); status != http.StatusNotFound {
			t.Errorf("%s before its date: %d", hidden, status)
		}
	}
	_, _, text = c.ask("", "localhost", "GET", "/realisations", nil)
	says(t, "all works before their date", text, nil, "Un banc")
}

func TestTheAuthorIsToldAtOnceFollowersInTheirLetterAndAgentsAskedOnceAQuarter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, winners)
		now := time.Now()
		c.sweep(now)
		if mails := c.mails(); len(mails) == 0 {
			t.Log("asked in this quarter already")
		}
		c.forget("")
		next := now.AddDate(0, 3, 0)
		c.sweep(next)
		c.sweep(next)
		mails := c.mails()
		to := map[string]any{}
		for _, m := range mails {
			to[strings.TrimSuffix(m.To, account.StageDomain)] = m.Args["Count"]
		}
		if len(mails) != 3 || to["pia"] == nil || to["ron"] == nil || to["sam"] == nil || mails[0].Path != "/suivi" {
			t.Errorf("asked: %v", to)
		}
		c.forget("")
		c.change(now, 0, delivery.Change{Version: 1, News: &delivery.Told{Phase: delivery.During, Body: "Le chantier ouvre."}})
		r := jobs.NewRunner(d, slog.New(slog.DiscardHandler), map[string]jobs.Handler{delivery.NewsJob: delivery.NewService(d).Tell})
		for range 2 {
			if _, err := r.Turn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		told := map[string]string{}
		for _, m := range c.mails() {
			told[strings.TrimSuffix(m.To, account.StageDomain)+m.List] += string(m.Lang)
		}
		if len(told) != 1 || told["theoworks"] != "fr" {
			t.Errorf("told at once: %v", told)
		}
		c.forget(notify.Job)
		week := db.At(t.Context(), now.AddDate(0, 0, 8))
		var turns []jobs.Job
		if err := d.Read(week, func(ctx context.Context, tx db.Tx) (err error) {
			turns, err = jobs.Take(ctx, tx, c.of.Key, notify.DigestJob, tx.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, j := range turns {
			if err := follow.NewDigests(d, "http://localhost").Handle(week, j); err != nil {
				t.Fatal(err)
			}
		}
		letters := c.mails()
		if len(letters) != 1 || letters[0].To != "ana"+account.StageDomain || letters[0].Kind != "followed" || !strings.Contains(letters[0].Args["Lines"].(string), "/propositions/1") {
			t.Errorf("letters: %+v", letters)
		}
	})
}

// mails are the e-mails that wait.
func (c *town) mails() (list []notify.Mail) {
	c.t.Helper()
	c.write(func(ctx context.Context, tx db.Tx) error {
		waiting, err := jobs.Waiting(ctx, tx, c.of.Key, notify.Job, 100)
		list = nil
		for _, j := range waiting {
			var m notify.Mail
			if err := json.Unmarshal(j.Body, &m); err != nil {
				return err
			}
			list = append(list, m)
		}
		return err
	})
	return list
}

// forget throws the jobs of a kind that wait away; all when it names none.
func (c *town) forget(kind string) {
	c.write(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE platform = ? AND (kind = ? OR ? = '')`, c.of.Key, kind, kind)
		return err
	})
}

func TestWinnersOfBeforeComeInRowByRowAndAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := settle(t, d, winners)
		const head = "Édition;Référence;Titre;Texte;État;Budget;Date;Raison\n"
		text := head + "Budget 2019;1;Un banc <u>;Pour s’asseoir;réalisé;1 200;2020;\nBudget 2019;2;Un arbre;;en cours;;;\nBudget 2019;2;Un autre;;en cours;;;\nBudget 2019;3;Un mur;;abandonné;;2020;\n;4;Rien;;réalisé;;2020;\nBudget 2019;5;Un puits;;perdu;;;\n"
		status, _, page := c.upload("claire", "/organisation/laureats", nil, "file", "laureats.csv", []byte(text))
		if status != 200 {
			t.Fatalf("%d", status)
		}
		says(t, "the report of the file", page, []string{"2 projets ajoutés", "4 lignes refusées", "Ligne 4", "déjà plus haut", "Ligne 5", "demande sa raison", "Ligne 6", "Ligne 7", "n’est pas un état"})
		_, _, page = c.ask("", "localhost", "GET", "/realisations", nil)
		says(t, "all works", page, []string{"1 projet réalisé sur 2", "Un banc &lt;u&gt;", "Budget 2019"}, "Un banc <u>", "Un mur")
		_, _, page = c.upload("claire", "/organisation/laureats", nil, "file", "laureats.csv", []byte(head+"budget 2019;2;Un grand arbre;;réalisé;;2021;\n"))
		says(t, "the second file", page, []string{"0 projet ajouté", "1 projet mis à jour"})
		_, _, page = c.ask("", "localhost", "GET", "/realisations/avant/budget-2019/2", nil)
		says(t, "its page", page, []string{"Un grand arbre", "décembre"})
		if status, _, _ := c.ask("", "ailleurs.localhost", "GET", "/realisations/avant/budget-2019/2", nil); status != http.StatusNotFound {
			t.Errorf("another platform has it: %d", status)
		}
		if status, _, page := c.upload("claire", "/organisation/laureats", nil, "file", "laureats.csv", nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="field-file-problem"`) {
			t.Errorf("an empty file: %d", status)
		}
	})
}

func TestAPageOfWorksTakesAsManyStatementsForManyAsForOne(t *testing.T) {
	for _, path := range []string{edition + "/realisations", "/realisations", edition + "/propositions/1-banc-1", "/realisations/bilan/" + fmt.Sprint(time.Now().Year())} {
		var counts []int64
		for _, n := range []int{1, 40} {
			d := dbtest.Open(t, db.SQLite)
			c := settle(t, d, n)
			c.sweep(time.Now())
			for i := range n {
				c.change(time.Now(), i, delivery.Change{Version: 1, News: &delivery.Told{Phase: delivery.Before, Body: "Bientôt."}, Service: &c.parks})
			}
			ctx, count := db.CountStatements(t.Context())
			r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost"+path, nil)
			w := httptest.NewRecorder()
			if c.h.ServeHTTP(w, r); w.Code != 200 {
				t.Fatalf("%s: %d", path, w.Code)
			}
			counts = append(counts, count.Load())
		}
		if counts[0] != counts[1] || counts[0] > 30 {
			t.Errorf("%s: %d statements", path, counts)
		}
	}
}

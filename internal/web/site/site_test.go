package site_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/results"
	"github.com/parvis-civic/parvis/internal/web/site"
	"github.com/parvis-civic/parvis/internal/web/ui"
	"github.com/parvis-civic/parvis/internal/web/works"
)

const elections = "../../../../shared/data/elections/"

// serve gives the pages over real elections.
func serve(t testing.TB, d *db.DB, files ...string) http.Handler {
	t.Helper()
	for _, name := range files {
		f := transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(elections + name) }}
		if _, err := transfer.NewService(d).Import(t.Context(), f, transfer.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	s := site.New(d, "http://localhost:8080")
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Platforms: s, Static: ui.NewStatic(), Routes: slices.Concat(s.Routes(), results.New(d).Routes(), works.New(d).Routes()), Others: map[string]http.Handler{"GET /media/{id}": s.Media(nil), "GET /media/{id}/{size}": s.Media(nil)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks for a page and gives it with the number of statements that it took.
func get(t *testing.T, h http.Handler, host, path string) (*httptest.ResponseRecorder, int64) {
	t.Helper()
	ctx, n := db.CountStatements(t.Context())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil))
	return w, n.Load()
}

const bp = "/projets/budget-participatif-2022"

// scenario is one request: what it answers, says and doesn't say, and at most how many statements it takes.
type scenario struct {
	name, host, path string
	status           int
	says, not        []string
	statements       int64
}

var scenarios = []scenario{
	{"the home of a platform", "toulouse.localhost:8080", "/", 200, []string{"Budget participatif 2022", `lang="fr"`, "4\u202f532 personnes ont voté", "8\u00a0millions"}, []string{"Kamienna"}, 6},
	{"in English", "toulouse.localhost:8080", "/en", 200, []string{`lang="en"`, "4,532 people voted"}, []string{"personnes ont"}, 6},
	{"an unclaimed host shows the first platform", "ville.example", "/", 200, []string{"Toulouse"}, nil, 6},
	{"the list of platforms", "localhost", "/plateformes", 200, []string{"Toulouse", "Gdynia", "http://gdynia.localhost:8080"}, nil, 3},
	{"a project with its steps", "localhost", bp, 200, []string{"Dépôt des projets", "31\u00a0oct. 2022", "Piste cyclable avenue Saint-Exupéry", "Pabulib, France_Toulouse_2022.pb"}, nil, 14},
	{"the list of proposals", "localhost", bp + "/propositions", 200, []string{"199 projets", "492 voix", "10 - Jolimont", "Nature en ville"}, nil, 10},
	{"by district", "localhost", bp + "/propositions?district=6-saint-cyprien", 200, []string{"10 projets sur 199", "6 - Saint-Cyprien"}, []string{"Piste cyclable avenue Saint-Exupéry"}, 11},
	{"by district and category", "localhost", bp + "/propositions?district=6-saint-cyprien&categorie=nature-en-ville", 200, []string{"projets sur 199"}, nil, 11},
	{"in an unknown district", "localhost", bp + "/propositions?district=ailleurs", 200, []string{"0 projet sur 199", "«\u00a0ailleurs\u00a0», inconnu dans cette édition"}, nil, 10},
	{"searched without accents", "localhost", bp + "/propositions?q=PEPINIERE+reynerie", 200, []string{"Pépinière-jardin du quartier Reynerie-Bellefontaine"}, []string{"Chercher plutôt exactement"}, 13},
	{"searched with typos", "localhost", bp + "/propositions?q=pepiniere+reynreie", 200, []string{"Pépinière-jardin du quartier Reynerie-Bellefontaine", "Voici les résultats pour «\u00a0pepiniere reynerie\u00a0»", "exact=1"}, nil, 14},
	{"and insisted on", "localhost", bp + "/propositions?q=pepiniere+reynreie&exact=1", 200, []string{"Aucun projet"}, []string{"Voici les résultats"}, 13},
	{"the winners of a district", "localhost", bp + "/propositions?etat=laureat&district=6-saint-cyprien", 200, []string{"Lauréats"}, nil, 11},
	{"at random with a seed", "localhost", bp + "/propositions?tri=hasard&graine=42", 200, []string{"graine=42"}, nil, 10},
	{"after a key that is none", "localhost", bp + "/propositions?apres=xyz", 400, nil, nil, 1},
	{"one proposal with its reason", "localhost", bp + "/propositions/114-piste-cyclable-avenue-saint-exupery", 200, []string{"492 voix", "200\u202f000", "Retenu", "Éco-mobilité"}, nil, 16},
	{"by its number alone", "localhost", bp + "/propositions/114", 301, nil, nil, 6},
	{"one that is not there", "localhost", bp + "/propositions/900-x", 404, nil, nil, 6},
	{"a number that is none", "localhost", bp + "/propositions/x", 404, nil, nil, 1},
	{"the results", "localhost", bp + "/resultats", 200, []string{"492 voix", "parvis tally France_Toulouse_2022.pb", "Le fichier ne dit pas comment la ville sépare", "il en coûte"}, []string{"reason.", "web."}, 21},
	{"the results in English", "localhost", "/en" + bp + "/resultats", 200, []string{"492 votes", "recount"}, []string{"il en coûte", "web."}, 21},
	{"the règlement", "localhost", bp + "/reglement", 200, []string{"Article", "ajouté à l’import", "Version 1, du", "8\u202f000\u202f000"}, nil, 6},
	{"the rules in English", "localhost", "/en" + bp + "/reglement", 200, []string{"Article"}, []string{"ajouté"}, 6},
	{"a ranking that the city counted the same", "gdynia.localhost", "/", 200, []string{"Kamienna"}, []string{"Saint-Cyprien"}, 6},
	{"a project of another platform", "gdynia.localhost", bp + "/propositions", 404, nil, []string{"Saint-Cyprien"}, 2},
	{"the data of a copy have no licence of ours", "localhost", "/donnees", 200, []string{"aucune ville ne répond", "Aucune licence", "https://pabulib.org/"}, []string{"Licence Ouverte"}, 5},
	{"nor has its legal notice", "localhost", "/en/mentions-legales", 200, []string{"no licence is granted here"}, []string{"Licence Ouverte"}, 2},
	{"an address that is no text", "localhost", "/projets/%ff", 400, nil, nil, 0},
	{"a byte of nothing in an address", "localhost", "/projets/%00", 400, nil, nil, 0},
	{"a search that is no text", "localhost", bp + "/propositions?q=%00abc", 400, nil, nil, 0},
	{"a filter that is no text", "localhost", bp + "/propositions?district=%ff", 400, nil, nil, 0},
	{"an address that is none", "localhost", "/rien", 404, []string{"lang=\"fr\""}, nil, 1},
	{"a picture that is none", "localhost", "/media/01890000-0000-7000-8000-000000000000", 404, nil, nil, 5},
}

func TestEveryPageSaysWhatItOwesInAFixedNumberOfStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := serve(t, d, "France_Toulouse_2022.pb", "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
		for _, c := range scenarios {
			w, n := get(t, h, c.host, c.path)
			body := w.Body.String()
			if w.Code != c.status {
				t.Errorf("%s: status %d, want %d\n%s", c.name, w.Code, c.status, around(words(body), 0))
				continue
			}
			for _, say := range c.says {
				if !strings.Contains(body, say) {
					t.Errorf("%s: does not say %q:\n%s", c.name, say, around(words(body), 0))
				}
			}
			for _, not := range c.not {
				if at := strings.Index(words(body), not); at >= 0 {
					t.Errorf("%s: says %q: …%s", c.name, not, around(words(body), at))
				}
			}
			if empty := bare.FindString(body); empty != "" {
				t.Errorf("%s: a section is nothing but its heading: %s", c.name, empty)
			}
			if n > c.statements {
				t.Errorf("%s: %d statements, at most %d", c.name, n, c.statements)
			}
		}
	})
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>|\n\s*`)

// bare is a section that ends after its heading.
var bare = regexp.MustCompile(`<h[1-6][^>]*>[^<]*</h[1-6]>\s*(<(div|ul)[^>]*>\s*</(div|ul)>\s*)*</section>`)

// words is what a page says, without its markup.
func words(body string) string {
	return tags.ReplaceAllString(body, " ")
}

// around is what a test prints of a page: some of it from a place on. Nothing is judged by it.
func around(text string, at int) string {
	return strings.ToValidUTF8(text[at:min(at+3000, len(text))], "")
}

var nextPage = regexp.MustCompile(`href="(/projets/[^"]*apres=[^"]*)"`)

func TestTheListIsPagedToItsEndAndBack(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := serve(t, d, "France_Toulouse_2022.pb")
	number := regexp.MustCompile(`propositions/(\d+)-`)
	for _, order := range []string{"votes", "cout", "recent", "hasard&graine=77"} {
		path := bp + "/propositions?tri=" + order
		seen := map[string]bool{}
		var trail [][]string
		for path != "" {
			w, _ := get(t, h, "localhost", path)
			var page []string
			for _, m := range number.FindAllStringSubmatch(w.Body.String(), -1) {
				if !seen[m[1]] {
					page = append(page, m[1])
				}
				seen[m[1]] = true
			}
			trail = append(trail, page)
			m := nextPage.FindStringSubmatch(w.Body.String())
			path = ""
			if m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
			if len(trail) > 20 {
				t.Fatalf("%s: no end", order)
			}
		}
		if len(seen) != 199 || len(trail) != 9 {
			t.Errorf("%s: %d proposals on %d pages, want 199 on 9", order, len(seen), len(trail))
		}
	}
}

func TestHiddenTotalsAreOnNoPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := serve(t, d, "France_Toulouse_2022.pb")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, sql := range []string{`UPDATE project SET origin = 'city' WHERE platform = ?`, `UPDATE step SET starts_at = 1, ends_at = 4102444800000000 WHERE kind = 'vote' AND platform = ?`} {
				if _, err := tx.Exec(ctx, sql, 1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", bp, bp + "/propositions", bp + "/propositions?tri=cout", bp + "/propositions/114-piste-cyclable-avenue-saint-exupery"} {
			w, _ := get(t, h, "localhost", path)
			if w.Code != 200 || strings.Contains(words(w.Body.String()), "492") || strings.Contains(w.Body.String(), `value="492"`) || strings.Contains(w.Body.String(), "Retenu") || strings.Contains(w.Body.String(), "tri=votes") {
				t.Errorf("%s shows a hidden total, or %d:\n%s", path, w.Code, words(w.Body.String()))
			}
		}
		if w, _ := get(t, h, "localhost", bp+"/resultats"); w.Code != 404 {
			t.Errorf("results while the vote is open: %d", w.Code)
		}
	})
}

func TestARemovedProposalShowsWhenAndWhyAndNothingThatSomebodyWrote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := serve(t, d, "France_Toulouse_2022.pb")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE proposal SET trashed = 'invisible', trashed_reason = 'propos insultants', trashed_at = 1760000000000000, body = 'secret', address = 'rue secrète'
				WHERE number = 114 AND platform = ?`, 1); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE selection SET trashed = (1 = 1) WHERE number = 114 AND platform = ?`, 1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for path, says := range map[string]string{bp + "/propositions/114": "propos insultants", bp + "/resultats": "Projet retiré", bp + "/propositions": "projets", bp: "lauréats"} {
			w, _ := get(t, h, "localhost", path)
			body := w.Body.String()
			if w.Code != 200 || !strings.Contains(body, says) {
				t.Errorf("%s: %d, does not say %q", path, w.Code, says)
			}
			for _, hidden := range []string{"Saint-Exupéry", "saint-exupery", "secret", "secrète"} {
				if strings.Contains(body, hidden) {
					t.Errorf("%s shows %q", path, hidden)
				}
			}
		}
		if w, _ := get(t, h, "localhost", bp+"/propositions/114-piste-cyclable-avenue-saint-exupery"); w.Code != 301 || strings.Contains(w.Header().Get("Location"), "exupery") {
			t.Errorf("its old address: %d to %s", w.Code, w.Header().Get("Location"))
		}
	})
}

func TestARuleThatTheFileDoesNotStateIsNotCalledAnother(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "Hungary_Budapest_2022_VIII_Jozsefvaros.pb", "Poland_Krakow_2022_Biezanow-Prokocim.pb")
	w, _ := get(t, h, "budapest.localhost", "/")
	path := regexp.MustCompile(`/projets/[a-z0-9-]+`).FindString(w.Body.String())
	w, _ = get(t, h, "budapest.localhost", path+"/resultats")
	if text := w.Body.String(); !strings.Contains(text, "Le fichier ne dit pas comment la ville a compté") || strings.Contains(text, "unknown") || strings.Contains(text, "ne sait pas encore") {
		t.Error(words(text))
	}
	w, _ = get(t, h, "krakow.localhost", "/")
	path = regexp.MustCompile(`/projets/[a-z0-9-]+`).FindString(w.Body.String())
	w, _ = get(t, h, "krakow.localhost", path+"/propositions")
	if text := w.Body.String(); !strings.Contains(text, "le plus de points") || !strings.Contains(text, `lang="pl"`) {
		t.Error(words(text))
	}
}

func TestAPictureThatCannotBeReadIsNoPictureThatIsNotThere(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	gone, cancel := context.WithCancel(t.Context())
	cancel() // nothing can be read
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(gone, http.MethodGet, "http://localhost/media/01890000-0000-7000-8000-000000000000", nil))
	if w.Code < 500 {
		t.Errorf("status %d, want an error of ours", w.Code)
	}
}

var foreign = regexp.MustCompile(`<([a-z0-9]+)[^>]* lang="([a-z]+)"[^>]*>([^<]*)`)

// langs lists the languages that a page says of its parts, and one text in each.
func langs(body string) map[string]string {
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "</main>")
	found := map[string]string{}
	for _, m := range foreign.FindAllStringSubmatch(body, -1) {
		found[m[2]] = m[3]
	}
	return found
}

func TestWhatIsInAnotherLanguageSaysSo(t *testing.T) {
	h := serve(t, dbtest.Open(t, db.SQLite), "Poland_Krakow_2024_Wzgorza_Krzeslawickie.pb", "France_Toulouse_2022.pb")
	w, _ := get(t, h, "krakow.localhost", "/")
	krakow := regexp.MustCompile(`/projets/[a-z0-9-]+`).FindString(w.Body.String())
	w, _ = get(t, h, "krakow.localhost", krakow+"/propositions")
	proposal := regexp.MustCompile(krakow + `/propositions/\d+[a-z0-9-]*`).FindString(w.Body.String())
	for _, c := range []struct {
		host, path string
		langs      []string
	}{
		{"krakow.localhost", krakow, []string{"pl"}},
		{"krakow.localhost", krakow + "/propositions", []string{"en", "pl"}}, // its themes are in English
		{"krakow.localhost", krakow + "/resultats", []string{"pl"}},
		{"krakow.localhost", proposal, []string{"en", "pl"}},
		{"krakow.localhost", krakow + "/carte", []string{"en", "pl"}},
		{"krakow.localhost", "/en", []string{"fr"}}, // the title of the edition
		{"krakow.localhost", "/en" + proposal, []string{"fr", "pl"}},
		{"toulouse.localhost", bp + "/resultats", nil},
		{"toulouse.localhost", bp + "/propositions", nil},
		{"toulouse.localhost", "/en" + bp + "/propositions", []string{"fr"}},
		{"toulouse.localhost", "/en" + bp + "/resultats", []string{"fr"}},
	} {
		w, _ := get(t, h, c.host, c.path)
		found := langs(w.Body.String())
		if got := slices.Sorted(maps.Keys(found)); w.Code != 200 || !slices.Equal(got, c.langs) {
			t.Errorf("%s%s: %d, in other languages %q, want %q", c.host, c.path, w.Code, found, c.langs)
		}
	}
	w, _ = get(t, h, "toulouse.localhost", "/en"+bp+"/propositions")
	for _, want := range []string{`lang="fr">Piste cyclable avenue Saint-Exupéry`, `lang="fr">Nature en ville`, `lang="fr">10 - Jolimont`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the list in English lacks %s", want)
		}
	}
}

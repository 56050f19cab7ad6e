package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/demo"
	"github.com/parvis-civic/parvis/internal/demo/demotest"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/run"
)

var (
	links  = regexp.MustCompile(`href="(/[^"#?]*)`)
	digits = regexp.MustCompile(`[0-9a-f]{8,}[0-9a-f-]*|[0-9]+[^/]*`)
)

// What the services write for themselves alone is on no page that anybody else reaches by links, nor at the addresses where they read it.
func TestWhatTheServicesWriteForThemselvesIsReadByThemAlone(t *testing.T) {
	d := demotest.Today.Open(t, db.SQLite)
	city, err := platform.NewService(d).ByHost(t.Context(), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE opinion SET private = 'quetzalavis' WHERE platform = ?`, city.Key); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE analysis_note SET body = 'quetzalnote' WHERE platform = ?`, city.Key)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	h := &house{db: d, url: "http://localhost", group: run.New(quiet), metrics: newMetrics()}
	h.log = quiet
	all, err := h.handler()
	if err != nil {
		t.Fatal(err)
	}
	may := []string{"parks", "roads", "supervisor", "decider", "second", "organiser", "administrator"}
	players := append(demo.Players(), demo.Player{})
	slices.SortStableFunc(players, func(a, b demo.Player) int { // who writes it comes first: the others are given where it was
		rank := map[string]int{"parks": -2, "roads": -1}
		return rank[a.Key] - rank[b.Key]
	})
	var where []string // begins with pages of proposals that have notes: a desk leads to many
	if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT DISTINCT j.slug, p.number FROM analysis_note n JOIN proposal p ON p.platform = n.platform AND p.id = n.proposal
			JOIN project j ON j.platform = p.platform AND j.id = p.project WHERE n.platform = ? ORDER BY p.number`, city.Key)
		where, err = db.Collect(rows, err, func(r *sql.Rows, path *string) error {
			var slug string
			var number int
			err := r.Scan(&slug, &number)
			*path = fmt.Sprintf("/analyse/%s/%d", slug, number)
			return err
		})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, p := range players {
		token := ""
		if p.Key != "" {
			if token, err = account.NewService(d).Play(t.Context(), city, "", p.Email(), ""); err != nil {
				t.Fatal(err)
			}
		}
		shapes, saw, asked := map[string]int{}, map[string]bool{}, 0
		queue := []string{"/", "/projets", "/mon-espace", "/analyse", "/decisions", "/moderation", "/organisation", "/administration", "/tableau-de-bord", "/suivi", "/accueil", "/sitemap.xml"}
		queue = append(slices.Clone(where), queue...)
		known := map[string]bool{}
		for ; len(queue) > 0; queue = queue[1:] {
			path := queue[0]
			if shape := digits.ReplaceAllString(path, "N"); known[path] || shapes[shape] >= 3 || strings.HasPrefix(path, "/static") || strings.HasPrefix(path, "/en") || strings.HasSuffix(path, "/mur/flux") {
				continue
			} else {
				shapes[shape]++
			}
			known[path] = true
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
			if token != "" {
				r.AddCookie(&http.Cookie{Name: "parvis", Value: token})
			}
			w := httptest.NewRecorder()
			all.ServeHTTP(w, r)
			asked++
			b, _ := io.ReadAll(w.Body)
			if w.Code >= 500 {
				t.Errorf("%s as %q: %d", path, p.Key, w.Code)
			}
			for _, word := range []string{"quetzalavis", "quetzalnote"} {
				if strings.Contains(string(b), word) {
					saw[word], where = true, append(where, path)
					if !slices.Contains(may, p.Key) {
						t.Errorf("%s as %q says %s", path, p.Key, word)
					}
				}
			}
			for _, m := range links.FindAllStringSubmatch(string(b), -1) {
				queue = append(queue, m[1])
			}
		}
		t.Logf("%q: %d pages, saw %v", p.Key, asked, saw)
		if p.Key == "parks" && !saw["quetzalavis"] || p.Key == "roads" && !saw["quetzalnote"] {
			t.Error("who wrote it does not read it, so that this proves nothing")
		}
		if asked < 20 {
			t.Errorf("as %q only %d pages were read", p.Key, asked)
		}
	}
}

package graph_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/ids"
)

// The query that integrators make most: a page of proposals with author, district, category and votes.
const fifty = `query ($step: ID!) { node(id: $step) { ... on SelectionStep { proposals(first: 50, orderBy: [{field: VOTES, direction: DESC}]) {
	totalCount edges { node { id title author { username } district { name } category { name } votes { totalCount } } } } } } }`

// BenchmarkAPI compares, on 2,000 proposals and 200,000 votes: floor, the same rows in one SQL statement and
// encoding/json; cold, our API without its memory of answers; warm, with it. Requests go over real connections.
func BenchmarkAPI(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			cfg := dbtest.Config(b, engine)
			cfg.Twice, cfg.Check = false, nil // as in production
			d, err := db.Open(b.Context(), cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close() })
			city := bench.Fill(b, d, 2_000, 200_000)
			h, err := graph.New(graph.Options{DB: d, Log: slog.New(slog.DiscardHandler), Local: "http://localhost:8080"})
			if err != nil {
				b.Fatal(err)
			}
			body, _ := json.Marshal(map[string]any{"query": fifty, "variables": map[string]any{"step": ids.Global("SelectionStep", city.Vote)}})
			rate := map[string]float64{}
			for _, c := range []struct {
				name string
				h    http.Handler
				cold bool
			}{{"floor", floor(b, d, city), false}, {"cold", h, true}, {"warm", h, false}} {
				b.Run(c.name, func(b *testing.B) { rate[c.name] = ask(b, c.h, string(body), c.cold) })
				b.Logf("%s %s: %.0f requests/s, %.0f %% of the floor", engine, c.name, rate[c.name], 100*rate[c.name]/rate["floor"])
			}
		})
	}
}

// ask sends the query again and again over connections that stay open, and gives requests per second.
func ask(b *testing.B, h http.Handler, body string, cold bool) float64 {
	server := httptest.NewServer(h)
	defer server.Close()
	n := 0
	start := time.Now()
	for b.Loop() {
		n++
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, server.URL+"/graphql", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if cold {
			r.Header.Set("Accept", fmt.Sprint("application/json;n=", n)) // another question to the memory, the same to the API
		}
		w, err := server.Client().Do(r)
		if err != nil {
			b.Fatal(err)
		}
		if got := drain(b, w); n == 1 && !strings.Contains(got, `"username"`) || w.StatusCode != http.StatusOK {
			b.Fatalf("%d %s", w.StatusCode, got)
		}
	}
	took := time.Since(start)
	b.ReportMetric(float64(n)/took.Seconds(), "requests/s")
	return float64(n) / took.Seconds()
}

func drain(b *testing.B, w *http.Response) string {
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(raw)
}

type named struct {
	Name string `json:"name"`
}

type row struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Author struct {
		Username string `json:"username"`
	} `json:"author"`
	District named `json:"district"`
	Category named `json:"category"`
	Votes    struct {
		TotalCount int `json:"totalCount"`
	} `json:"votes"`
}

// floor answers the same rows from one statement with encoding/json: what nothing that reads the database can pass.
func floor(b *testing.B, d *db.DB, city bench.City) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var all []row
		err := d.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT p.id, p.title, a.name, d.name, c.name, s.votes FROM selection s
				JOIN proposal p ON p.platform = s.platform AND p.id = s.proposal
				JOIN account a ON a.platform = p.platform AND a.id = p.author
				JOIN district d ON d.platform = p.platform AND d.id = p.district
				JOIN category c ON c.platform = p.platform AND c.id = p.category
				WHERE s.platform = ? AND s.step = ? AND s.trashed = ? ORDER BY s.votes DESC, s.number LIMIT 50`, city.Platform, city.Vote, false)
			all, err = db.Collect(rows, err, func(q *sql.Rows, v *row) error {
				var id ids.ID
				err := q.Scan(&id, &v.Title, &v.Author.Username, &v.District.Name, &v.Category.Name, &v.Votes.TotalCount)
				v.ID = ids.Global("Proposal", id)
				return err
			})
			return err
		})
		if err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"proposals": all}})
	})
}

package graph_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/graph"
	"github.com/parvis-civic/parvis/internal/transfer"
)

const elections = "../../../shared/data/elections/"

// api is the API over two real elections, each on its own platform.
type api struct {
	t *testing.T
	d *db.DB
	h http.Handler
}

func start(t *testing.T, d *db.DB, files ...string) api {
	t.Helper()
	h, err := graph.New(graph.Options{DB: d, Log: slog.New(slog.DiscardHandler), Local: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		_, err := transfer.NewService(d).Import(t.Context(), transfer.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(elections + name) }}, transfer.Options{})
		if err != nil {
			t.Fatal(err)
		}
	}
	return api{t, d, h}
}

// post sends a query to a host and gives data, errors and the number of statements that it took.
func (a api) post(host, query string, variables map[string]any) (data map[string]any, errors []any, statements int64) {
	a.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, n := db.CountStatements(a.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+"/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.h.ServeHTTP(w, r)
	var got struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		a.t.Fatalf("%s: %v", w.Body, err)
	}
	return got.Data, got.Errors, n.Load()
}

// at follows a path of keys and indexes.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

const page = `query ($first: Int, $order: ProposalOrderField!) { projects { edges { node { id title url budget { amount currency } districts { totalCount }
	steps { __typename id title state timeRange { startAt endAt }
		... on CollectStep { proposals(first: 0) { totalCount } }
		... on SelectionStep { kind ballots result { counted spent { amount } winnersCount }
			proposals(first: $first, orderBy: [{field: $order, direction: DESC}]) { totalCount pageInfo { hasNextPage endCursor }
				edges { cursor node { id title url reference author { username } district { name } category { name } theme { title } votes { totalCount }
					cost { amount currency } points winner rank reason selections { step { title } status { name } } } } } } } } } } }`

func TestToulouseIsInTheAPIWithItsVotesWinnersAndReasons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb", "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
		data, errors, _ := a.post("toulouse.localhost:8080", page, map[string]any{"first": 5, "order": "VOTES"})
		if errors != nil {
			t.Fatal(errors)
		}
		_, _, few := a.post("toulouse.localhost:8080", page, map[string]any{"first": 120, "order": "VOTES"})
		_, _, many := a.post("toulouse.localhost:8080", page, map[string]any{"first": 199, "order": "VOTES"})
		if few != many {
			t.Errorf("%d statements for 120 proposals, %d for 199: a statement per row", few, many)
		}
		if many > 20 {
			t.Errorf("%d statements for one page", many)
		}
		project := at(data, "projects", "edges", 0, "node")
		for path, want := range map[string]any{"title": "Budget participatif 2022", "url": "http://localhost:8080/projets/budget-participatif-2022"} {
			if got := at(project, path); got != want {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
		vote := at(project, "steps", 1)
		if at(vote, "kind") != "VOTE" || at(vote, "state") != "CLOSED" || at(vote, "timeRange", "endAt") != "2022-11-01 00:00:00" || at(vote, "ballots") != 4532.0 ||
			at(vote, "proposals", "totalCount") != 199.0 || at(vote, "result", "counted") != true {
			t.Errorf("the vote: %v", vote)
		}
		best := at(vote, "proposals", "edges", 0, "node")
		if at(best, "votes", "totalCount") != 492.0 || at(best, "reference") != "136" || at(best, "winner") != true || at(best, "rank") != 1.0 ||
			at(best, "district", "name") != "12 - Pont des Demoiselles / Ormeau / Montaudran / La Terrasse / Malepère" || at(best, "category", "name") != "Éco-mobilité" ||
			at(best, "cost", "amount") != "200000" || at(best, "author", "username") != "Toulouse" {
			t.Errorf("the first: %v", best)
		}
		if reason, _ := at(best, "reason").(string); !strings.HasPrefix(reason, "Retenu") {
			t.Errorf("its reason: %q", reason)
		}
	})
}

func TestNothingOfOnePlatformIsOnAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb", "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
		data, _, _ := a.post("gdynia.localhost", page, map[string]any{"first": 1, "order": "VOTES"})
		var list []any
		project := at(data, "projects", "edges", 0, "node")
		list = append(list, at(project, "id"), at(project, "steps", 0, "id"), at(project, "steps", 1, "id"), at(project, "steps", 1, "proposals", "edges", 0, "node", "id"))
		const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`
		mine, _, _ := a.post("gdynia.localhost", nodes, map[string]any{"ids": list})
		other, errors, _ := a.post("toulouse.localhost", nodes, map[string]any{"ids": list})
		for i := range list {
			if at(mine, "nodes", i, "id") != list[i] {
				t.Errorf("%v is not on its own platform: %v", list[i], at(mine, "nodes", i))
			}
			if at(other, "nodes", i) != nil || errors != nil {
				t.Errorf("%v shows on another platform: %v, %v", list[i], at(other, "nodes", i), errors)
			}
		}
		districts, _, _ := a.post("gdynia.localhost", `{ globalDistricts { totalCount } }`, nil)
		if at(districts, "globalDistricts", "totalCount") != 0.0 {
			t.Errorf("districts of Toulouse in Gdynia: %v", districts)
		}
	})
}

func TestAListIsPagedToItsEndInEveryOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		data, _, _ := a.post("localhost", page, map[string]any{"first": 0, "order": "COST"})
		step := at(data, "projects", "edges", 0, "node", "steps", 1, "id")
		for _, field := range []string{"COMMENTS", "COST", "CREATED_AT", "PUBLISHED_AT", "RANDOM", "VOTES", "POINTS", "NUMBER_OF_MESSAGES_RECEIVED"} {
			for _, direction := range []string{"ASC", "DESC"} {
				seen := map[any]bool{}
				var after any
				for range 5 {
					data, errors, _ := a.post("localhost", `query ($id: ID!, $after: String, $field: ProposalOrderField!, $direction: OrderDirection!) { node(id: $id) { ... on SelectionStep {
						proposals(first: 50, after: $after, orderBy: {field: $field, direction: $direction}) { pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } } } } } }`,
						map[string]any{"id": step, "after": after, "field": field, "direction": direction})
					if errors != nil {
						t.Fatal(field, errors)
					}
					list := at(data, "node", "proposals")
					for i := range at(list, "edges").([]any) {
						seen[at(list, "edges", i, "node", "id")] = true
					}
					if at(list, "pageInfo", "hasPreviousPage") != (after != nil) {
						t.Errorf("%s: hasPreviousPage with after %v", field, after)
					}
					after = at(list, "pageInfo", "endCursor")
					if at(list, "pageInfo", "hasNextPage") == false {
						break
					}
				}
				if len(seen) != 199 {
					t.Errorf("%s %s: %d of 199 proposals", field, direction, len(seen))
				}
			}
		}
	})
}

func TestABadRequestSaysWhatToDo(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	a := start(t, d, "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	for query, want := range map[string]string{
		`{ projects(first: -1) { totalCount } }`:      "0 or more",
		`{ projects(after: "zzz") { totalCount } }`:   "endCursor",
		`{ projects { edges { node { votesss } } } }`: "votesss",
	} {
		_, errors, _ := a.post("localhost", query, nil)
		if message, _ := at(errors, 0, "message").(string); !strings.Contains(message, want) {
			t.Errorf("%s: %v, want %q", query, errors, want)
		}
	}
	for _, id := range []string{"", "x", "UHJvamVjdDo=", "Project:1", "01890000-0000-7000-8000-000000000000"} {
		data, errors, _ := a.post("localhost", `query ($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id})
		if errors != nil || at(data, "node") != nil {
			t.Errorf("node %q: %v, %v, want null", id, data, errors)
		}
	}
}

func TestAnAnswerIsRememberedUntilSomethingChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
		const query = `{ projects { totalCount } }`
		a.post("localhost", query, nil)
		again := int64(1 << 30)
		for range 50 { // on PostgreSQL what other tests commit meanwhile is a change too, as its snapshots are the server's
			_, _, n := a.post("localhost", query, nil)
			again = min(again, n)
		}
		if most := map[db.Engine]int64{db.SQLite: 0, db.Postgres: 1}[d.Engine()]; again > most {
			t.Errorf("%d statements for a remembered answer, want at most %d", again, most)
		}
		a.write(`UPDATE project SET state = 'importing' WHERE platform = ?`)
		if data, _, _ := a.post("localhost", query, nil); at(data, "projects", "totalCount") != 0.0 {
			t.Errorf("after a change: %v", data)
		}
	})
}

func (a api) write(sql string) {
	a.t.Helper()
	if err := a.d.Write(a.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.Exec(ctx, sql, 1)
		return err
	}); err != nil {
		a.t.Fatal(err)
	}
}

func TestCountsThatTheRulebookHidesAreNowhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		// The same edition as a city's own, with its vote still open.
		a.write(`UPDATE project SET origin = 'city' WHERE platform = ?`)
		a.write(`UPDATE step SET ends_at = 4102444800000000, starts_at = 1 WHERE kind = 'vote' AND platform = ?`)
		data, errors, _ := a.post("localhost", page, map[string]any{"first": 199, "order": "VOTES"})
		if errors != nil {
			t.Fatal(errors)
		}
		list := at(data, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges").([]any)
		for i := range list {
			node := at(list[i], "node")
			if at(node, "votes", "totalCount") != 0.0 || at(node, "points") != nil || at(node, "winner") != nil || at(node, "reason") != nil {
				t.Fatalf("a hidden count shows: %v", node)
			}
		}
		if total := at(data, "projects", "edges", 0, "node", "steps", 2, "proposals", "totalCount"); total != 0.0 {
			t.Errorf("the result step tells the winners while people vote: %v", total)
		}
		for i := range list {
			for s := range at(list[i], "node", "selections").([]any) {
				if at(list[i], "node", "selections", s, "step", "title") == "Résultats" {
					t.Fatal("a selection tells a winner while people vote")
				}
			}
		}
		byDate, _, _ := a.post("localhost", page, map[string]any{"first": 199, "order": "PUBLISHED_AT"})
		other := at(byDate, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges").([]any)
		for i := range list {
			if at(list[i], "node", "id") != at(other[i], "node", "id") {
				t.Fatal("the order by votes tells hidden counts")
			}
		}
	})
}

func TestEdgesAreNeverNull(t *testing.T) {
	a := start(t, dbtest.Open(t, db.SQLite), "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	data, errors, _ := a.post("localhost", `{ projects(first: 0) { edges { cursor } } globalDistricts { edges { cursor } }
		all: projects { edges { node { votes { edges { cursor } } steps { ... on CollectStep { proposals(first: 0) { edges { cursor } } } } } } } }`, nil)
	for _, path := range [][]any{{"projects", "edges"}, {"globalDistricts", "edges"}, {"all", "edges", 0, "node", "votes", "edges"}, {"all", "edges", 0, "node", "steps", 0, "proposals", "edges"}} {
		if list, ok := at(data, path...).([]any); !ok || len(list) != 0 || errors != nil {
			t.Errorf("%v: %v, want an empty list (%v)", path, at(data, path...), errors)
		}
	}
}

func TestEveryOrderByCountsIsThatOfTheVoteOnEachStep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		data, errors, _ := a.post("localhost", `{ projects { edges { node { steps {
			... on CollectStep { proposals(first: 199, orderBy: {field: VOTES, direction: DESC}) { edges { node { votes { totalCount } } } } }
			... on SelectionStep { proposals(first: 199, orderBy: {field: VOTES, direction: DESC}) { edges { node { votes { totalCount } } } } } } } } } }`, nil)
		if errors != nil {
			t.Fatal(errors)
		}
		for step := range 3 {
			list, _ := at(data, "projects", "edges", 0, "node", "steps", step, "proposals", "edges").([]any)
			if first := at(list, 0, "node", "votes", "totalCount"); first != 492.0 {
				t.Errorf("step %d: the first has %v votes, want 492", step, first)
			}
			for i := 1; i < len(list); i++ {
				if at(list, i-1, "node", "votes", "totalCount").(float64) < at(list, i, "node", "votes", "totalCount").(float64) {
					t.Fatalf("step %d: row %d has more votes than the one before", step, i)
				}
			}
		}
	})
}

func TestAStepIsListedOnceHoweverManyParentsAskForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		data, errors, _ := a.post("localhost", `{ projects { edges { node { steps { ... on SelectionStep { proposals(first: 199) { edges { node {
			project { steps { ... on SelectionStep { proposals(first: 1) { totalCount edges { node { id } } } } } } } } } } } } } } }`, nil)
		if errors != nil || at(data, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges", 198, "node", "project", "steps", 1, "proposals", "totalCount") != 199.0 {
			t.Errorf("errors %v", errors)
		}
	})
}

// send posts a body as it is.
func (a api) send(contentType, body string) (int, string) {
	a.t.Helper()
	r := httptest.NewRequestWithContext(a.t.Context(), http.MethodPost, "http://localhost/graphql", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept", "application/vnd.cap-collectif.preview+json")
	w := httptest.NewRecorder()
	a.h.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		a.t.Errorf("%s: answered as %s", body, got)
	}
	return w.Code, w.Body.String()
}

func TestBodiesOfOldClientsAreUnderstood(t *testing.T) {
	a := start(t, dbtest.Open(t, db.SQLite), "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	const want = `"totalCount":1`
	for _, c := range []struct {
		name, typ, body string
		status          int
		says            string
	}{
		{"JSON", "application/json; charset=utf-8", `{"query":"{ projects { totalCount } }"}`, 200, want},
		{"a repeated type", "application/json, application/json", `{"query":"{ projects { totalCount } }"}`, 200, want},
		{"no type", "", `{"query":"{ projects { totalCount } }"}`, 200, want},
		{"a bare query", "application/graphql", `{ projects { totalCount } }`, 200, want},
		{"a form", "application/x-www-form-urlencoded", `query=%7B+projects+%7B+totalCount+%7D+%7D`, 200, want},
		{"null variables", "application/json", `{"query":"{ projects { totalCount } }","variables":null}`, 200, want},
		{"variables as text", "application/json", `{"query":"query ($n: Int) { projects(first: $n) { totalCount } }","variables":"{\"n\": 1}"}`, 200, want},
		{"an undeclared variable", "application/json", `{"query":"{ projects { totalCount } }","variables":{"x":1}}`, 200, want},
		{"what validation refuses", "application/json", `{"query":"{ projectz }"}`, 200, "projectz"},
		{"a syntax error", "application/json", `{"query":"{ projects {"}`, 400, "errors"},
		{"no JSON", "application/json", `{`, 400, "send JSON"},
		{"a NUL", "application/json", `{"query":"{ globalDistricts(name: \"\\u0000\") { totalCount } }"}`, 400, "NUL"},
		{"bytes that are no text", "application/json", "{\"query\":\"{ projects { totalCount } } # \xff\"}", 400, "UTF-8"},
	} {
		if status, body := a.send(c.typ, c.body); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s, want %d with %q", c.name, status, body, c.status, c.says)
		}
	}
}

func TestAQueryThatWouldCostTooMuchIsRefused(t *testing.T) {
	a := start(t, dbtest.Open(t, db.SQLite), "France_Toulouse_2022.pb")
	data, errors, statements := a.post("localhost", `{ projects { edges { node { `+strings.Repeat("id ", 2000)+` } } } }`, nil)
	if message, _ := at(errors, 0, "message").(string); !strings.Contains(message, "2003 fields") || data != nil || statements > 0 {
		t.Errorf("2,000 fields: %d statements, %v", statements, errors)
	}
	within := `id`
	for range 3 { // 199 proposals, each with its project's 199, each with its project's 199
		within = `project { steps { ... on SelectionStep { proposals(first: 5000) { edges { node { id ` + within + ` } } } } } }`
	}
	_, errors, _ = a.post("localhost", `{ projects { edges { node { steps { ... on SelectionStep { proposals(first: 5000) { edges { node { `+within+` } } } } } } } } }`, nil)
	if message, _ := at(errors, 0, "message").(string); !strings.Contains(message, "2,000,000 values") || at(errors, 0, "extensions", "code") != "limited" {
		t.Errorf("nested lists: %v", errors[:min(len(errors), 2)])
	}
	// The largest known client: twelve streams of pages, nine levels deep.
	stream := `: projects { edges { node { steps { ... on SelectionStep { proposals(first: 2000) { edges { node { id title reference author { username } category { name } votes { totalCount } selections { step { id } } } } } } } } } }`
	query := `{ `
	for _, alias := range "abcdefghijkl" {
		query += string(alias) + stream
	}
	if _, errors, _ := a.post("localhost", query+` }`, nil); errors != nil {
		t.Errorf("a large honest query: %v", errors)
	}
}

func TestACancelledQueryIsNobodyElsesAnswer(t *testing.T) {
	a := start(t, dbtest.Open(t, db.SQLite), "Poland_Gdynia_2020_Kamienna_Gora__large.pb")
	const body = `{"query":"{ projects { totalCount } }"}`
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	a.h.ServeHTTP(httptest.NewRecorder(), r)
	if status, got := a.send("application/json", body); status != 200 || !strings.Contains(got, `"totalCount":1`) {
		t.Errorf("after somebody's cancelled query: %d %s", status, got)
	}
}

func TestARemovedProposalLeavesItsTextNowhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := start(t, d, "France_Toulouse_2022.pb")
		a.write(`UPDATE proposal SET trashed = 'invisible', trashed_reason = 'charte', address = 'rue secrète', latitude = 1, longitude = 2, body = 'secrète' WHERE number = 114 AND platform = ?`)
		a.write(`UPDATE selection SET trashed = (1 = 1) WHERE number = 114 AND platform = ?`)
		data, errors, _ := a.post("localhost", `{ projects { edges { node { steps { ... on SelectionStep { proposals(trashedStatus: TRASHED) { totalCount edges { node {
			title url body bodyText summary address { formatted json } trashed trashedStatus trashedReason } } } } } } } } }`, nil)
		if errors != nil {
			t.Fatal(errors)
		}
		node := at(data, "projects", "edges", 0, "node", "steps", 1, "proposals", "edges", 0, "node")
		if at(node, "title") != "" || at(node, "url") != "http://localhost:8080"+"/projets/budget-participatif-2022/propositions/114" || at(node, "body") != nil || at(node, "address") != nil ||
			at(node, "trashedStatus") != "INVISIBLE" || at(node, "trashedReason") != "charte" {
			t.Errorf("a removed proposal: %v", node)
		}
	})
}

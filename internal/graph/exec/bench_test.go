package exec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/graph/exec"
)

type benchUser struct {
	Username string `json:"username"`
}

type benchPlace struct {
	Name string `json:"name"`
}

type benchVotes struct {
	TotalCount int `json:"totalCount"`
}

type benchProposal struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Author   *benchUser  `json:"author"`
	District *benchPlace `json:"district"`
	Category *benchPlace `json:"category"`
	Votes    *benchVotes `json:"votes"`
}

const benchQuery = `query Bench($n: Int) { proposals(first: $n) { id title author { username } district { name } category { name } votes { totalCount } } }`

func benchRows(n int) []*benchProposal {
	rows := make([]*benchProposal, n)
	for i := range rows {
		rows[i] = &benchProposal{
			ID:       fmt.Sprintf("UHJvcG9zYWw6MDE5Mjg3NDktYWJjZC03ZWY%d", i),
			Title:    fmt.Sprintf("Planter des arbres et des « jardins partagés » rue n° %d", i),
			Author:   &benchUser{fmt.Sprintf("habitante%d", i)},
			District: &benchPlace{"Minimes – Barrière de Paris"},
			Category: &benchPlace{"Nature en ville"},
			Votes:    &benchVotes{i * 37},
		}
	}
	return rows
}

func benchServer(tb testing.TB, rows []*benchProposal) *executor.Executor {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "bench.graphqls", Input: `
		type Query { proposals(first: Int = 50): [Proposal!]! }
		type Proposal { id: ID! title: String! author: User district: Place category: Place votes: Votes! }
		type User { username: String! }
		type Place { name: String! }
		type Votes { totalCount: Int! }
	`})
	x := exec.New(schema)
	exec.Query(x, "proposals", func(_ context.Context, args exec.Args) ([]*benchProposal, error) {
		n, _ := args.Int("first")
		return rows[:n], nil
	})
	exec.Get(x, "Proposal", "id", func(p *benchProposal) string { return p.ID })
	exec.Get(x, "Proposal", "title", func(p *benchProposal) string { return p.Title })
	exec.Field(x, "Proposal", "author", each(func(p *benchProposal) *benchUser { return p.Author }))
	exec.Field(x, "Proposal", "district", each(func(p *benchProposal) *benchPlace { return p.District }))
	exec.Field(x, "Proposal", "category", each(func(p *benchProposal) *benchPlace { return p.Category }))
	exec.Field(x, "Proposal", "votes", each(func(p *benchProposal) *benchVotes { return p.Votes }))
	exec.Get(x, "User", "username", func(u *benchUser) string { return u.Username })
	exec.Get(x, "Place", "name", func(p *benchPlace) string { return p.Name })
	exec.Get(x, "Votes", "totalCount", func(v *benchVotes) int { return v.TotalCount })
	if err := x.Build(); err != nil {
		tb.Fatal(err)
	}
	server := executor.New(x)
	server.SetQueryCache(lru.New[*ast.QueryDocument](10))
	return server
}

// each makes the resolver of a batch from that of one parent.
func each[P, R any](get func(*P) R) func(context.Context, []*P, exec.Args) ([]R, error) {
	return func(_ context.Context, parents []*P, _ exec.Args) ([]R, error) {
		results := make([]R, len(parents))
		for i, p := range parents {
			results[i] = get(p)
		}
		return results, nil
	}
}

func benchAnswer(server *executor.Executor, n int) *graphql.Response {
	ctx := graphql.StartOperationTrace(context.Background())
	op, errs := server.CreateOperationContext(ctx, &graphql.RawParams{Query: benchQuery, Variables: map[string]any{"n": n}})
	if len(errs) > 0 {
		return &graphql.Response{Errors: errs}
	}
	respond, ctx := server.DispatchOperation(ctx, op)
	return respond(ctx)
}

// BenchmarkProposals answers 50 proposals from memory, with gqlgen's parsing (cached), validation and middleware around.
func BenchmarkProposals(b *testing.B) {
	server := benchServer(b, benchRows(50))
	b.ReportAllocs()
	for b.Loop() {
		r := benchAnswer(server, 50)
		b.SetBytes(int64(len(r.Data)))
	}
}

// BenchmarkEncodingJSON writes the same rows with encoding/json.
func BenchmarkEncodingJSON(b *testing.B) {
	rows := struct {
		Proposals []*benchProposal `json:"proposals"`
	}{benchRows(50)}
	b.ReportAllocs()
	for b.Loop() {
		text, err := json.Marshal(rows)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
	}
}

// TestAllocationsDoNotGrowWithRows holds the promise of batches: memory is allocated per field of the query, not per value.
func TestAllocationsDoNotGrowWithRows(t *testing.T) {
	rows := benchRows(1000)
	server := benchServer(t, rows)
	want, err := json.Marshal(map[string]any{"proposals": rows[:5]})
	if err != nil {
		t.Fatal(err)
	}
	if r := benchAnswer(server, 5); string(r.Data) != string(want) {
		t.Fatalf("got %s %v\nwant %s", r.Data, r.Errors, want)
	}
	few := testing.AllocsPerRun(20, func() { benchAnswer(server, 50) })
	many := testing.AllocsPerRun(20, func() { benchAnswer(server, 1000) })
	t.Logf("%v allocations for 50 proposals, %v for 1000", few, many)
	if many > few+20 {
		t.Errorf("%v allocations for 50 proposals, %v for 1000", few, many)
	}
}

package exec_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/graph/exec"
)

func Example() {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "park.graphqls", Input: `
		type Query { proposals(first: Int = 10): [Proposal!]! }
		type Proposal { id: ID! title: String! author: User cost: Int }
		type User { name: String! }
	`})
	type User struct{ Name string }
	type Proposal struct {
		ID, Title string
		AuthorID  int
		Cost      *int
	}
	cost := 60_000
	proposals := []*Proposal{{"1", "Plant trees", 7, &cost}, {"2", "Open the canal", 8, nil}, {"3", "Benches", 0, nil}}
	users := map[int]*User{7: {"Ana"}, 8: {"Bo"}}

	x := exec.New(schema)
	exec.Query(x, "proposals", func(ctx context.Context, args exec.Args) ([]*Proposal, error) {
		first, _ := args.Int("first")
		return proposals[:min(first, len(proposals))], nil
	})
	exec.Get(x, "Proposal", "id", func(p *Proposal) string { return p.ID })
	exec.Get(x, "Proposal", "title", func(p *Proposal) string { return p.Title })
	exec.Get(x, "Proposal", "cost", func(p *Proposal) *int { return p.Cost })
	exec.Field(x, "Proposal", "author", func(ctx context.Context, parents []*Proposal, _ exec.Args) ([]*User, error) {
		fmt.Printf("one query for the authors of %d proposals\n", len(parents))
		authors := make([]*User, len(parents))
		for i, p := range parents {
			authors[i] = users[p.AuthorID]
		}
		return authors, nil
	})
	exec.Get(x, "User", "name", func(u *User) string { return u.Name })
	if err := x.Build(); err != nil {
		panic(err)
	}

	server := handler.New(x)
	server.SetValidationRulesFn(x.Rules)
	server.AddTransport(transport.POST{})
	request := httptest.NewRequest("POST", "/graphql", strings.NewReader(`{"query": "{ proposals { title cost author { name } } }"}`))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	fmt.Println(response.Body)
	// Output:
	// one query for the authors of 3 proposals
	// {"data":{"proposals":[{"title":"Plant trees","cost":60000,"author":{"name":"Ana"}},{"title":"Open the canal","cost":null,"author":{"name":"Bo"}},{"title":"Benches","cost":null,"author":null}]}}
}

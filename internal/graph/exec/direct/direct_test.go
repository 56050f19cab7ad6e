package direct_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/graph/exec/direct"
)

func post(t *testing.T, over graphql.Transport, query string) string {
	t.Helper()
	x := exec.New(gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { words: [String!]! broken: Int }`}))
	exec.Query(x, "words", func(context.Context, exec.Args) ([]string, error) {
		return []string{"été", `"`, "a & b", "\u2028"}, nil
	})
	exec.Query(x, "broken", func(context.Context, exec.Args) (*int, error) { return nil, errors.New("no") })
	if err := x.Build(); err != nil {
		t.Fatal(err)
	}
	server := handler.New(x)
	server.AddTransport(over)
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"query": "`+query+`"}`))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	return response.Header().Get("Content-Type") + " " + response.Body.String()
}

func TestResponseIsThatOfTheTransportItself(t *testing.T) {
	html := strings.NewReplacer(`\u0026`, "&", `\u2028`, "\u2028") // encoding/json escapes them for HTML's sake
	for _, query := range []string{"{ words }", "{ words broken }", "{ nothing }", "{", "query($n: Int!) { words }", ""} {
		want := html.Replace(post(t, transport.POST{}, query))
		if got := post(t, direct.New(transport.POST{}), query); got != want {
			t.Errorf("%s: got %s\nwant %s", query, got, want)
		}
	}
}

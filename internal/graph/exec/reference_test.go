package exec_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"path/filepath"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

var (
	seed  = flag.Uint64("exec.seed", 1, "where the random queries start")
	count = flag.Int("exec.queries", 4000, "how many random queries are compared")
)

// answer is what a side says of a request: refused, or data and where the errors are.
type answer struct {
	Refused  string          `json:"refused"`
	Data     json.RawMessage `json:"data"`
	Paths    json.RawMessage `json:"paths"`
	Messages []string        `json:"messages"`
}

func TestRandomQueriesAreAnsweredAsByGraphQLJS(t *testing.T) {
	source, err := os.ReadFile("testdata/schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(source)})
	w, x := newWorld(schema)
	if err := x.Build(); err != nil {
		t.Fatal(err)
	}
	server := executor.New(x)
	server.SetDefaultRulesFn(x.Rules)
	server.Use(extension.Introspection{})
	server.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })

	t.Logf("-exec.seed=%d", *seed)
	g := &generator{Rand: rand.New(rand.NewPCG(*seed, 0)), schema: schema}
	requests := make([]request, *count)
	for i := range requests {
		requests[i] = g.request()
	}
	refused, failed, empty := 0, 0, 0
	for i, want := range askGraphQLJS(t, requests) {
		got := w.ask(server, requests[i])
		switch {
		case want.Refused != "":
			refused++
		case string(want.Paths) != "[]":
			failed++
		case string(want.Data) == "null":
			empty++
		}
		if (got.Refused == "") != (want.Refused == "") || !bytes.Equal(got.Data, want.Data) || !bytes.Equal(got.Paths, want.Paths) {
			variables, _ := json.Marshal(requests[i].Variables)
			t.Errorf("query %d:\n%s\nvariables %s\n got %s\nwant %s", i, requests[i].Query, variables, got, want)
		}
	}
	t.Logf("%d queries: %d refused by both, %d answered with errors, %d without", *count, refused, failed, *count-refused-failed)
	// A generator that lost one of these kinds would prove nothing.
	if refused < *count/20 || refused > *count/2 || failed < *count/5 || *count-refused-failed < *count/20 {
		t.Error("the random queries are too uniform")
	}
}

func (a answer) String() string {
	if a.Refused != "" {
		return "refused: " + a.Refused
	}
	return fmt.Sprintf("%s\n     errors at %s %q", a.Data, a.Paths, a.Messages)
}

// askGraphQLJS answers all requests in one node process.
func askGraphQLJS(t *testing.T, requests []request) []answer {
	t.Helper()
	npm, err := filepath.Abs("../../../testdata/npm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(npm, "node_modules/graphql")); err != nil {
		t.Fatalf("graphql-js is not installed (%v): run `npm ci --prefix testdata/npm`, or `make test`, which does", err)
	}
	var in bytes.Buffer
	lines := json.NewEncoder(&in)
	for _, r := range requests {
		if err := lines.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	cmd := osexec.CommandContext(t.Context(), "node", "testdata/reference.mjs", filepath.Join(npm, "package.json"), "testdata/schema.graphqls")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node (Node.js 20 or newer is needed to compare with graphql-js): %v", err)
	}
	answers := make([]answer, 0, len(requests))
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, len(out)+1)
	for scanner.Scan() {
		var a answer
		if err := json.Unmarshal(scanner.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(requests) {
		t.Fatalf("graphql-js gave %d answers to %d queries", len(answers), len(requests))
	}
	return answers
}

// ask answers a request as gqlgen's transports do.
func (w *world) ask(server *executor.Executor, r request) answer {
	w.counter = 0
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var params graphql.RawParams
	if err := decoder.Decode(&params); err != nil {
		panic(err)
	}
	ctx := graphql.StartOperationTrace(context.Background())
	op, errs := server.CreateOperationContext(ctx, &params)
	if len(errs) > 0 {
		return answer{Refused: errs.Error()}
	}
	respond, ctx := server.DispatchOperation(ctx, op)
	response := respond(ctx)
	if response.Data == nil {
		return answer{Refused: response.Errors.Error()}
	}
	a := answer{Data: response.Data, Paths: []byte("[]")}
	paths := make([]ast.Path, len(response.Errors))
	for i, e := range response.Errors {
		paths[i] = e.Path
		a.Messages = append(a.Messages, e.Message)
	}
	if a.Paths, err = json.Marshal(paths); err != nil {
		panic(err)
	}
	return a
}

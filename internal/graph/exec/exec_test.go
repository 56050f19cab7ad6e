package exec_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/parvis-civic/parvis/internal/graph/exec"
)

const townSchema = `
	scalar Date
	enum Status { OPEN CLOSED }
	interface Node { id: ID! }
	type Query { streets(day: Date): [Street!] node(kind: String!): Node numbers: [Int!] none: [Int!]! status: Status }
	type Mutation { add(n: Int!): Street must(n: Int!): Street! }
	type Subscription { added: Street }
	type Street implements Node { id: ID! name: String mayor: Mayor }
	type Mayor implements Node { id: ID! age: Int! }
`

type street struct {
	ID   string
	Name *string
}

type mayor struct {
	ID  string
	Age int
}

// town is a small schema whose resolvers a test may replace before it is built.
type town struct {
	t       *testing.T
	x       *exec.Executor
	server  *executor.Executor
	mayors  func(ctx context.Context, parents []*street, args exec.Args) ([]*mayor, error)
	log     []string
	streets []*street
}

func newTown(t *testing.T) *town {
	w := &town{t: t, streets: []*street{{"1", new("Rue Pargaminières")}, {"2", nil}, {"3", new("Allée Jules-Guesde")}}}
	w.x = exec.New(gqlparser.MustLoadSchema(&ast.Source{Name: "town.graphqls", Input: townSchema}))
	w.mayors = func(_ context.Context, parents []*street, _ exec.Args) ([]*mayor, error) {
		mayors := make([]*mayor, len(parents))
		for i := range mayors {
			mayors[i] = &mayor{fmt.Sprint(i), 40 + i}
		}
		return mayors, nil
	}
	exec.Query(w.x, "streets", func(context.Context, exec.Args) ([]*street, error) { return w.streets, nil })
	exec.Query(w.x, "node", func(_ context.Context, args exec.Args) (any, error) {
		kind, _ := args.String("kind")
		return map[string]any{
			"plain": &mayor{"9", 50}, "named": exec.Object{Type: "Street", Value: w.streets[0]},
			"wrong": exec.Object{Type: "Street", Value: &mayor{}}, "stranger": 7, "typed nil": (*mayor)(nil),
		}[kind], nil
	})
	exec.Query(w.x, "numbers", func(context.Context, exec.Args) ([]int, error) { return nil, nil })
	exec.Query(w.x, "none", func(context.Context, exec.Args) ([]int, error) { return nil, nil })
	exec.Query(w.x, "status", func(context.Context, exec.Args) (string, error) { return "AJAR", nil })
	add := func(_ context.Context, args exec.Args) (*street, error) {
		n, _ := args.Int("n")
		w.log = append(w.log, fmt.Sprint("add ", n))
		if n < 0 {
			return nil, errors.New("negative")
		}
		return &street{ID: fmt.Sprint(n)}, nil
	}
	exec.Mutation(w.x, "add", add)
	exec.Mutation(w.x, "must", add)
	exec.Get(w.x, "Street", "id", func(s *street) string { return s.ID })
	exec.Get(w.x, "Street", "name", func(s *street) *string { return s.Name })
	exec.Field(w.x, "Street", "mayor", func(ctx context.Context, parents []*street, args exec.Args) ([]*mayor, error) {
		w.log = append(w.log, fmt.Sprintf("mayors of %d", len(parents)))
		return w.mayors(ctx, parents, args)
	})
	exec.Get(w.x, "Mayor", "id", func(m *mayor) string { return m.ID })
	exec.Get(w.x, "Mayor", "age", func(m *mayor) int { return m.Age })
	return w
}

func (w *town) build() *town {
	w.t.Helper()
	if err := w.x.Build(); err != nil {
		w.t.Fatal(err)
	}
	w.server = executor.New(w.x)
	w.server.SetDefaultRulesFn(w.x.Rules)
	w.server.SetRecoverFunc(func(_ context.Context, p any) error { return fmt.Errorf("recovered: %v", p) })
	return w
}

func (w *town) ask(ctx context.Context, query string) *graphql.Response {
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := w.server.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if len(errs) > 0 {
		return w.server.DispatchError(graphql.WithOperationContext(ctx, op), errs)
	}
	respond, ctx := w.server.DispatchOperation(ctx, op)
	first := respond(ctx)
	if respond(ctx) != nil {
		w.t.Error("an operation is answered twice")
	}
	return first
}

// check compares data, and errors as "path: message".
func (w *town) check(response *graphql.Response, data string, errs ...string) {
	w.t.Helper()
	var got []string
	for _, e := range response.Errors {
		got = append(got, fmt.Sprintf("%s: %s", e.Path, e.Message))
	}
	if string(response.Data) != data || !slices.Equal(got, errs) {
		w.t.Errorf("got %s %q\nwant %s %q", response.Data, got, data, errs)
	}
}

func TestBuildTellsAllThatDoesNotFit(t *testing.T) {
	w := newTown(t)
	exec.Get(w.x, "Street", "name", func(s *street) *string { return s.Name })
	exec.Get(w.x, "Street", "colour", func(*street) string { return "" })
	exec.Get(w.x, "Square", "id", func(*street) string { return "" })
	exec.Get(w.x, "Mayor", "age", func(*street) string { return "" })
	exec.Query(w.x, "numbers", func(context.Context, exec.Args) (int, error) { return 0, nil })
	exec.Query(w.x, "node", func(context.Context, exec.Args) (*street, error) { return nil, nil })
	exec.Query(w.x, "streets", func(context.Context, exec.Args) ([]*mayor, error) { return nil, nil })
	exec.Interface(w.x, "Knot", func(*street) string { return "" })
	err := w.x.Build()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"Street.name has two resolvers",
		"Street.colour has a resolver, but the schema has no such field",
		"Square.id has a resolver, but the schema has no such field",
		"one Go type stands for an object type",
		"Mayor.age is Int!: its resolver gives string where a type with a serialiser for Int",
		"Query.numbers is [Int!]: its resolver gives int, which is not a list",
		"Query.node is Node: its resolver gives *exec_test.street where interface {} is needed",
		"Query.streets is [Street!]: its resolver gives *exec_test.mayor where *exec_test.street is needed",
		"Knot is given to Interface, but the schema has no such interface or union",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in\n%v", want, err)
		}
	}
	bare := exec.New(gqlparser.MustLoadSchema(&ast.Source{Input: townSchema}))
	if err := bare.Build(); err == nil || strings.Count(err.Error(), "has no resolver") != 12 {
		t.Errorf("got %v, want the 12 fields without a resolver", err)
	}
}

func TestResolverIsCalledOncePerFieldWhateverTheRows(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `{ streets { id mayor { age } } }`),
		`{"streets":[{"id":"1","mayor":{"age":40}},{"id":"2","mayor":{"age":41}},{"id":"3","mayor":{"age":42}}]}`)
	if !slices.Equal(w.log, []string{"mayors of 3"}) {
		t.Error(w.log)
	}
}

func TestErrorOfOneParentIsItsAlone(t *testing.T) {
	w := newTown(t)
	w.mayors = func(_ context.Context, parents []*street, _ exec.Args) ([]*mayor, error) {
		return []*mayor{{"a", 1}, nil, nil}, exec.Errors{nil, errors.New("gone"), nil}
	}
	w.build().check(w.ask(t.Context(), `{ streets { mayor { age } } }`),
		`{"streets":[{"mayor":{"age":1}},{"mayor":null},{"mayor":null}]}`, "streets[1].mayor: gone")
}

func TestErrorOfABatchIsPresentedOnceAndToldForEachParent(t *testing.T) {
	w := newTown(t)
	cause := errors.New("the database is down")
	w.mayors = func(context.Context, []*street, exec.Args) ([]*mayor, error) { return nil, cause }
	presented := 0
	w.build().server.SetErrorPresenter(func(_ context.Context, err error) *gqlerror.Error {
		presented++
		if !errors.Is(err, cause) {
			t.Errorf("the presenter got %v", err)
		}
		return &gqlerror.Error{Message: "sorry", Extensions: map[string]any{"code": "unavailable"}}
	})
	response := w.ask(t.Context(), `{ streets { mayor { age } } }`)
	w.check(response, `{"streets":[{"mayor":null},{"mayor":null},{"mayor":null}]}`,
		"streets[0].mayor: sorry", "streets[1].mayor: sorry", "streets[2].mayor: sorry")
	if presented != 1 || response.Errors[2].Extensions["code"] != "unavailable" {
		t.Errorf("presented %d times: %v", presented, response.Errors)
	}
}

func TestErrorSaysWhereItIs(t *testing.T) {
	w := newTown(t)
	w.mayors = func(context.Context, []*street, exec.Args) ([]*mayor, error) { return nil, errors.New("no") }
	w.streets = w.streets[:1]
	response := w.build().ask(t.Context(), "{\n  streets {\n    m: mayor { age } } }")
	want := `[{"message":"no","path":["streets",0,"m"],"locations":[{"line":3,"column":5}]}]`
	if got, _ := json.Marshal(response.Errors); string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestPanicIsAnErrorOfItsField(t *testing.T) {
	w := newTown(t)
	w.mayors = func(context.Context, []*street, exec.Args) ([]*mayor, error) { panic("oops") }
	w.streets = w.streets[:1]
	w.build().check(w.ask(t.Context(), `{ streets { id mayor { age } } }`),
		`{"streets":[{"id":"1","mayor":null}]}`, "streets[0].mayor: recovered: oops")
}

func TestWrongNumberOfResultsIsAnError(t *testing.T) {
	w := newTown(t)
	w.mayors = func(context.Context, []*street, exec.Args) ([]*mayor, error) {
		return []*mayor{{"a", 1}, {"b", 2}}, nil
	}
	response := w.build().ask(t.Context(), `{ streets { mayor { age } } }`)
	if len(response.Errors) != 3 || !strings.Contains(response.Errors[0].Message, "gave 2 results and 0 errors for 3 parents") {
		t.Errorf("got %s %v", response.Data, response.Errors)
	}
}

func TestCancelledRequestStops(t *testing.T) {
	w := newTown(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.mayors = func(_ context.Context, parents []*street, _ exec.Args) ([]*mayor, error) {
		cancel()
		return make([]*mayor, len(parents)), nil
	}
	w.build()
	op, errs := w.server.CreateOperationContext(graphql.StartOperationTrace(ctx), &graphql.RawParams{
		Query: `{ streets { a: mayor { age } b: mayor { age } } }`,
	})
	if errs != nil {
		t.Fatal(errs)
	}
	respond, ctx := w.server.DispatchOperation(ctx, op)
	w.check(respond(ctx), `null`, ": context canceled")
	if !slices.Equal(w.log, []string{"mayors of 3"}) {
		t.Errorf("after it was cancelled the request went on: %v", w.log)
	}
}

func TestMutationsRunOneAfterTheOther(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `mutation { a: add(n: 1) { mayor { age } } b: add(n: 2) { id mayor { age } } }`),
		`{"a":{"mayor":{"age":40}},"b":{"id":"2","mayor":{"age":40}}}`)
	if !slices.Equal(w.log, []string{"add 1", "mayors of 1", "add 2", "mayors of 1"}) {
		t.Error(w.log)
	}
	w.log = nil
	w.check(w.ask(t.Context(), `mutation { a: add(n: 1) { id } b: must(n: -1) { id } c: add(n: 3) { id } }`), `null`, "b: negative")
	if !slices.Equal(w.log, []string{"add 1", "add -1"}) {
		t.Errorf("a mutation was made after the response was lost: %v", w.log)
	}
	w.log = nil
	if response := w.ask(t.Context(), `mutation { add(n: 1) { id } b: add(n: 3000000000) { id } }`); response.Errors == nil || w.log != nil {
		t.Errorf("%v was done before an impossible literal was refused: %v", w.log, response.Errors)
	}
}

func TestNilSliceIsNullOnlyWhereItMayBe(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `{ numbers none }`), `{"numbers":null,"none":[]}`)
}

func TestValueOfAnInterfaceTellsItsType(t *testing.T) {
	w := newTown(t).build()
	query := func(kind string) string { return fmt.Sprintf(`{ node(kind: %q) { __typename id } }`, kind) }
	w.check(w.ask(t.Context(), query("plain")), `{"node":{"__typename":"Mayor","id":"9"}}`)
	w.check(w.ask(t.Context(), query("named")), `{"node":{"__typename":"Street","id":"1"}}`)
	w.check(w.ask(t.Context(), query("nothing")), `{"node":null}`)
	w.check(w.ask(t.Context(), query("typed nil")), `{"node":null}`)
	w.check(w.ask(t.Context(), query("stranger")), `{"node":null}`,
		"node: no object type of Node is known for a int (see exec.Object and exec.Interface)")
	w.check(w.ask(t.Context(), query("wrong")), `{"node":null}`,
		"node: the value is *exec_test.mayor, its type needs *exec_test.street")
}

func TestLeafThatTheSchemaCannotHoldIsAnError(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `{ status }`), `{"status":null}`, `status: enum Status has no value "AJAR"`)
}

func TestParserRefusesBeforeAnythingRuns(t *testing.T) {
	w := newTown(t)
	exec.Parse(w.x, "Date", func(v any) (any, error) { return nil, fmt.Errorf("%v is no date", v) })
	w.build().check(w.ask(t.Context(), `{ streets(day: "tomorrow") { mayor { age } } }`), ``, ": tomorrow is no date")
	if w.log != nil {
		t.Error(w.log)
	}
}

func TestSubscriptionIsRefused(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `subscription { added { id } }`), ``, ": a subscription is not served here")
}

func TestIntrospectionNeedsItsExtension(t *testing.T) {
	w := newTown(t).build()
	w.check(w.ask(t.Context(), `{ __type(name: "Street") { name } }`), `{"__type":null}`, "__type: introspection is disabled")
	w.server.Use(extension.Introspection{})
	w.check(w.ask(t.Context(), `{ __type(name: "Street") { name } }`), `{"__type":{"name":"Street"}}`)
	response := w.ask(t.Context(), introspection.NewQuery(introspection.QueryOptions{OneOf: true}))
	if len(response.Errors) > 0 || !strings.Contains(string(response.Data), `"name":"Mayor"`) {
		t.Errorf("the whole schema: %d bytes, %v", len(response.Data), response.Errors)
	}
	if strings.Contains(string(response.Data), `"defer"`) {
		t.Error("@defer is advertised")
	}
}

func TestComplexityLimitAsksCost(t *testing.T) {
	w := newTown(t)
	w.x.Cost = func(typ, field string, children int, _ map[string]any) (int, bool) {
		return 100 * children, typ+"."+field == "Query.streets"
	}
	w.build().server.Use(extension.FixedComplexityLimit(150))
	w.check(w.ask(t.Context(), `{ streets { id name } }`), ``, ": operation has complexity 200, which exceeds the limit of 150")
	w.check(w.ask(t.Context(), `{ streets { id } }`), `{"streets":[{"id":"1"},{"id":"2"},{"id":"3"}]}`)
}

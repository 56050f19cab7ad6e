// Package exec answers GraphQL queries breadth first: the resolver of a field gets all its parents at once and gives one
// result per parent, so a query per row cannot be written and no dataloader is needed. It knows nothing of Parvis.
//
// An [Executor] is made from a schema, told how each field is resolved ([Field] for what must be fetched, [Get] for what the
// parent already holds), checked by [Executor.Build], and then is a [graphql.ExecutableSchema]: gqlgen's server, transports
// and extensions run on top of it, best with [Executor.Rules] and package direct. Values follow the algorithms of the GraphQL
// specification (October 2021, section 6) and are compared with graphql-js on random queries by the tests.
//
// # How Go values stand for GraphQL values
//
// Each object type is one Go type, say Proposal; resolvers take []*Proposal. A GraphQL list is a slice, lists of lists
// slices of slices. At the bottom stand *Proposal (nil is null) or Proposal for an object; for a leaf a Go type that has a
// serialiser under the scalar's name ([Scalar], [Enum]), or a pointer to it (nil is null); for an interface or union any
// ([Object], or a pointer whose Go type stands for one GraphQL type only) or the type given to [Interface]. A nil slice is
// null where the schema lets the list be null, else the empty list. Build checks all this before the first query.
//
// # What it does not do
//
// Resolvers of one request run one after the other, in the calling goroutine. gqlgen's AroundFields and AroundRootFields are
// not called: there is no call per value to wrap. Subscriptions and @defer are not served.
package exec

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Executor holds a schema and its resolvers. Registration is not safe for concurrent use; a built Executor is.
type Executor struct {
	// Cost, if set, gives the complexity of a field from that of its children, for gqlgen's complexity limit;
	// false means one more than the children's.
	Cost func(typ, field string, children int, args map[string]any) (int, bool)

	schema    *ast.Schema
	fields    map[string]map[string]*field // by type and field name
	objects   map[string]*objectType
	abstracts map[string]*abstractType
	goTypes   map[reflect.Type]*objectType // *P to its object type, nil if it stands for several
	leaves    map[leafKey]leafCodec
	parsers   map[string]func(any) (any, error)
	problems  []string
	built     bool
	buffers   sync.Pool // of *[]byte: responses are written there and copied out at their size
}

// Root is the parent of the fields of Query and Mutation.
type Root struct{}

// field is one field of an object type with its resolver.
type field struct {
	typ, name string
	parent    reflect.Type // P of the []*P it takes
	result    reflect.Type // R of the []R it gives
	rows      rowCodec     // handles []*P
	resolve   func(ctx context.Context, rows any, args Args) (any, error)
	def       *ast.FieldDefinition // the rest is set by Build
	depth     int                  // of lists in the result
	leaf      leafCodec            // one of leaf, object and abstract
	object    *objectType
	abstract  *abstractType
}

// objectType is an object type with what the executor needs at hand.
type objectType struct {
	def      *ast.Definition
	fields   map[string]*field
	names    map[string]bool // type conditions that apply: itself, its interfaces, its unions
	rows     rowCodec
	parent   reflect.Type
	typename leafWriter
}

// abstractType is an interface or union.
type abstractType struct {
	name   string
	goType reflect.Type // element type of columns
	column func(col any, depth int) ([]any, []level, bool)
	typeOf func(any) string // nil: the value tells
}

// New makes an executor for a schema, without resolvers but those of introspection. It removes @defer from the schema's
// directives, since a client that sees it there may use it.
func New(schema *ast.Schema) *Executor {
	x := &Executor{
		schema:    schema,
		fields:    map[string]map[string]*field{},
		objects:   map[string]*objectType{},
		abstracts: map[string]*abstractType{},
		goTypes:   map[reflect.Type]*objectType{},
		leaves:    map[leafKey]leafCodec{},
		parsers:   map[string]func(any) (any, error){},
	}
	x.buffers.New = func() any { return new([]byte) }
	delete(schema.Directives, "defer")
	for name, def := range schema.Types {
		switch def.Kind {
		case ast.Interface, ast.Union:
			x.abstracts[name] = &abstractType{name: name, goType: reflect.TypeFor[any](), column: unlist[any]}
		case ast.Enum:
			Enum[string](x, name)
		case ast.Scalar:
			if !def.BuiltIn {
				Scalar(x, name, appendText)
				Scalar(x, name, appendTime)
			}
		}
	}
	registerScalars(x)
	registerIntrospection(x)
	return x
}

// Build checks that the resolvers are those that the schema asks for, one for each field of each object type, with Go types
// that fit; it returns all that is wrong at once. It must be called, and return nil, before the first query.
func (x *Executor) Build() error {
	for name, def := range x.schema.Types {
		if def.Kind == ast.Object && def != x.schema.Subscription {
			x.objects[name] = x.buildObject(def)
		}
	}
	for name, o := range x.objects {
		for _, d := range o.def.Fields {
			if f := o.fields[d.Name]; f != nil {
				x.buildField(f, d)
			} else {
				x.problem("%s.%s has no resolver", name, d.Name)
			}
		}
	}
	for typ, fields := range x.fields {
		for name := range fields {
			if o := x.objects[typ]; o == nil || o.def.Fields.ForName(name) == nil {
				x.problem("%s.%s has a resolver, but the schema has no such field", typ, name)
			}
		}
	}
	if len(x.problems) > 0 {
		slices.Sort(x.problems)
		return errors.New("the resolvers do not fit the schema:\n  " + strings.Join(slices.Compact(x.problems), "\n  "))
	}
	x.built = true
	return nil
}

func (x *Executor) buildObject(def *ast.Definition) *objectType {
	quoted := `"` + def.Name + `"`
	o := &objectType{
		def:      def,
		fields:   x.fields[def.Name],
		names:    map[string]bool{def.Name: true},
		typename: func(b []byte, _ int) ([]byte, error) { return append(b, quoted...), nil },
	}
	for _, i := range x.schema.GetImplements(def) {
		o.names[i.Name] = true
	}
	for _, f := range o.fields {
		if o.parent == nil {
			o.parent, o.rows = f.parent, f.rows
			pointer := reflect.PointerTo(o.parent)
			if _, twice := x.goTypes[pointer]; twice {
				x.goTypes[pointer] = nil
			} else {
				x.goTypes[pointer] = o
			}
		}
		if f.parent != o.parent {
			x.problem("%s.%s takes %v, another field of %s %v: one Go type stands for an object type", def.Name, f.name, f.parent, def.Name, o.parent)
		}
	}
	return o
}

// buildField finds how the Go type of a field's results stands for its GraphQL type.
func (x *Executor) buildField(f *field, def *ast.FieldDefinition) {
	f.def = def
	goType, typ := f.result, def.Type
	for ; typ.Elem != nil; typ = typ.Elem {
		if goType.Kind() != reflect.Slice {
			x.problem("%s.%s is %v: its resolver gives %v, which is not a list", f.typ, f.name, def.Type, f.result)
			return
		}
		goType = goType.Elem()
		f.depth++
	}
	if f.depth > maxDepth {
		x.problem("%s.%s is %v: lists are served to a depth of %d", f.typ, f.name, def.Type, maxDepth)
		return
	}
	name := typ.NamedType
	want := ""
	switch {
	case x.objects[name] != nil:
		f.object = x.objects[name]
		if p := f.object.parent; p != nil && goType != p && goType != reflect.PointerTo(p) {
			want = "*" + p.String()
		}
	case x.abstracts[name] != nil:
		f.abstract = x.abstracts[name]
		if goType != f.abstract.goType {
			want = f.abstract.goType.String()
		}
	default:
		f.leaf = x.leaves[leafKey{name, goType}]
		if f.leaf == nil {
			want = "a type with a serialiser for " + name + " (see Scalar and Enum)"
		}
	}
	if want != "" {
		x.problem("%s.%s is %v: its resolver gives %v where %s is needed", f.typ, f.name, def.Type, goType, want)
	}
}

func (x *Executor) problem(format string, args ...any) {
	x.problems = append(x.problems, fmt.Sprintf(format, args...))
}

// Schema gives the schema, for gqlgen.
func (x *Executor) Schema() *ast.Schema { return x.schema }

// Complexity asks Cost, for gqlgen.
func (x *Executor) Complexity(_ context.Context, typ, field string, children int, args map[string]any) (int, bool) {
	if x.Cost == nil {
		return 0, false
	}
	return x.Cost(typ, field, children, args)
}

// Exec answers the operation in the context, for gqlgen.
func (x *Executor) Exec(context.Context) graphql.ResponseHandler {
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return x.answer(ctx)
	}
}

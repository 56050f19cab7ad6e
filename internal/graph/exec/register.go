package exec

import (
	"context"
	"fmt"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// Field registers the resolver of a field that must be fetched. It gets all parents at once, at least one, and gives one
// result per parent, in the same order; R stands for the field's type as the package comment says. The same parent may
// come several times. An error is that of every parent, an [Errors] of those it names.
func Field[P, R any](x *Executor, typ, name string, resolve func(ctx context.Context, parents []*P, args Args) ([]R, error)) {
	f := &field{typ: typ, name: name, parent: reflect.TypeFor[P](), result: reflect.TypeFor[R](), rows: rowsOf[P]{}}
	f.resolve = func(ctx context.Context, rows any, args Args) (any, error) { return resolve(ctx, rows.([]*P), args) }
	if x.fields[typ] == nil {
		x.fields[typ] = map[string]*field{}
	}
	if x.fields[typ][name] != nil {
		x.problem("%s.%s has two resolvers", typ, name)
	}
	x.fields[typ][name] = f
}

// Get registers a field that its parent already holds: get reads it and does nothing that can fail or take time.
func Get[P, R any](x *Executor, typ, name string, get func(parent *P) R) {
	Field(x, typ, name, func(_ context.Context, parents []*P, _ Args) ([]R, error) {
		results := make([]R, len(parents))
		for i, p := range parents {
			results[i] = get(p)
		}
		return results, nil
	})
}

// Query registers a field of the query type.
func Query[R any](x *Executor, name string, resolve func(ctx context.Context, args Args) (R, error)) {
	root(x, x.schema.Query, name, resolve)
}

// Mutation registers a field of the mutation type. The mutations of one request run one after the other, each with all
// that is asked of its result.
func Mutation[R any](x *Executor, name string, resolve func(ctx context.Context, args Args) (R, error)) {
	root(x, x.schema.Mutation, name, resolve)
}

func root[R any](x *Executor, def *ast.Definition, name string, resolve func(ctx context.Context, args Args) (R, error)) {
	if def == nil {
		x.problem("%s has a resolver, but the schema has no such operation", name)
		return
	}
	Field(x, def.Name, name, func(ctx context.Context, _ []*Root, args Args) ([]R, error) {
		result, err := resolve(ctx, args)
		return []R{result}, err
	})
}

// Interface says that the values of an interface or union are *P, and which object type each is. All these object types
// have P as their Go type.
func Interface[P any](x *Executor, name string, typeOf func(*P) string) {
	a := x.abstracts[name]
	if a == nil {
		x.problem("%s is given to Interface, but the schema has no such interface or union", name)
		return
	}
	a.goType = reflect.TypeFor[*P]()
	a.typeOf = func(v any) string { return typeOf(v.(*P)) }
	a.column = func(col any, depth int) ([]any, []level, bool) {
		flat, levels, ok := unlist[*P](col, depth)
		values := make([]any, len(flat))
		for i, p := range flat {
			if p != nil {
				values[i] = p
			}
		}
		return values, levels, ok
	}
}

// Object is a value of an interface or union with the name of its object type; Value is a pointer to that type's Go type.
type Object struct {
	Type  string
	Value any
}

// Errors are the errors of a resolver by parent, nil where there is none; as many as parents.
type Errors []error

// Error says how many there are.
func (e Errors) Error() string {
	n := 0
	for _, err := range e {
		if err != nil {
			n++
		}
	}
	return fmt.Sprintf("%d of %d failed", n, len(e))
}

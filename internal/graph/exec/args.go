package exec

import (
	"context"
	"iter"

	"github.com/vektah/gqlparser/v2/ast"
)

type selectedKey struct{}

// Selected gives what the query selects of the field that a resolver is asked for, so that it can fetch it at once.
func Selected(ctx context.Context) []ast.SelectionSet {
	sets, _ := ctx.Value(selectedKey{}).([]ast.SelectionSet)
	return sets
}

// Args are the arguments of a field, or the fields of an input object, coerced to their types: Int is int, Float float64,
// Boolean bool, String, ID and enums string, a list []any, an input object Args, the schema's own scalars what their
// parser gives ([Parse]). Null is nil; what was not given and has no default is not there.
type Args map[string]any

// Has says whether the argument was given or has a default, even if it is null.
func (a Args) Has(name string) bool {
	_, ok := a[name]
	return ok
}

// Int gives an Int; false if there is none or it is null. So do the other methods with their types.
func (a Args) Int(name string) (int, bool) { return Arg[int](a, name) }

// Bool gives a Boolean.
func (a Args) Bool(name string) (bool, bool) { return Arg[bool](a, name) }

// String gives a String, an ID or an enum value.
func (a Args) String(name string) (string, bool) { return Arg[string](a, name) }

// Input gives an input object.
func (a Args) Input(name string) (Args, bool) { return Arg[Args](a, name) }

// Arg gives an argument of Go type T; false if there is none, it is null or of another type.
func Arg[T any](a Args, name string) (T, bool) {
	v, ok := a[name].(T)
	return v, ok
}

// List goes through an argument that is a list of T; nulls in it are left out.
func List[T any](a Args, name string) iter.Seq[T] {
	list, _ := a[name].([]any)
	return func(yield func(T) bool) {
		for _, v := range list {
			if t, ok := v.(T); ok && !yield(t) {
				return
			}
		}
	}
}

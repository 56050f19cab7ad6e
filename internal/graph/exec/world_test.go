package exec_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/graph/exec"
)

// The world of the comparison: every value follows from a hash of its parent's seed, its field and its arguments, in the
// same way as in testdata/reference.mjs.

// thing is an object; each GraphQL type has its own Go type by its tag, but the two steps, which share one.
type thing[Tag any] struct{ seed uint32 }

func (t thing[Tag]) at() uint32 { return t.seed }

type (
	user    = thing[struct{ user int }]
	post    = thing[struct{ post int }]
	tag     = thing[struct{ tag int }]
	step    = thing[struct{ step int }]
	counter = thing[struct{ counter int }]
)

// colour is a Go type for the enum Colour.
type colour string

// world is the state that mutations change.
type world struct {
	schema  *ast.Schema
	counter int
}

func newWorld(schema *ast.Schema) (*world, *exec.Executor) {
	w := &world{schema: schema}
	x := exec.New(schema)
	exec.Enum[colour](x, "Colour")
	exec.Interface(x, "Step", func(s *step) string { return w.typeName("Step", s.seed) })
	registerType[exec.Root](w, x, "Query")
	registerType[exec.Root](w, x, "Mutation")
	registerType[user](w, x, "User")
	registerType[post](w, x, "Post")
	registerType[tag](w, x, "Tag")
	registerType[step](w, x, "CollectStep")
	registerType[step](w, x, "VoteStep")
	registerType[counter](w, x, "Counter")
	return w, x
}

func registerType[P any](w *world, x *exec.Executor, typ string) {
	for _, f := range w.schema.Types[typ].Fields {
		flat := strings.HasPrefix(f.Name, "flat")
		switch name := f.Type.Name(); name {
		case "__Schema", "__Type":
		case "User":
			register[P](w, x, typ, f, func(h uint32) *user { return &user{h} })
		case "Post":
			register[P](w, x, typ, f, func(h uint32) *post { return &post{h} })
		case "Tag":
			if flat {
				registerValue[P](w, x, typ, f, func(h uint32) tag { return tag{h} })
			} else {
				register[P](w, x, typ, f, func(h uint32) *tag { return &tag{h} })
			}
		case "VoteStep", "CollectStep", "Step":
			register[P](w, x, typ, f, func(h uint32) *step { return &step{h} })
		case "Counter":
			register[P](w, x, typ, f, func(h uint32) *counter { return &counter{h} })
		case "Node", "Named", "Thing", "Either":
			registerValue[P](w, x, typ, f, func(h uint32) any { return w.object(name, h) })
		case "Int":
			if flat {
				registerValue[P](w, x, typ, f, intOf)
			} else {
				register[P](w, x, typ, f, func(h uint32) *int { return new(intOf(h)) })
			}
		case "Float":
			register[P](w, x, typ, f, func(h uint32) *float64 {
				if odd(h) {
					return new(math.NaN())
				}
				return new((float64(h%4000) - 2000) / 8)
			})
		case "Boolean":
			register[P](w, x, typ, f, func(h uint32) *bool { return new(h%2 == 0) })
		case "Colour":
			register[P](w, x, typ, f, func(h uint32) *colour {
				if odd(h) {
					return new(colour("NOPE"))
				}
				values := w.schema.Types[name].EnumValues
				return new(colour(values[h%uint32(len(values))].Name))
			})
		case "String", "ID", "DateTime":
			if flat {
				registerValue[P](w, x, typ, f, func(h uint32) string { return text(name, h) })
			} else {
				register[P](w, x, typ, f, func(h uint32) *string { return new(text(name, h)) })
			}
		default:
			panic("no Go type for " + name)
		}
	}
}

func odd(h uint32) bool { return h>>7%31 == 0 }

func intOf(h uint32) int {
	if odd(h) {
		return 1 << 31
	}
	return int(h%1000) - 500
}

func text(typ string, h uint32) string {
	switch typ {
	case "ID":
		return strconv.Itoa(int(h % 100))
	case "DateTime":
		return "2026-01-" + strconv.Itoa(int(h%28))
	}
	words := []string{"plain", "é\"\\\n", "<&>", "\u2028", "😀", "", "\u0001\u007f"}
	return words[h%uint32(len(words))] + strconv.Itoa(int(h%10))
}

func (w *world) typeName(abstract string, h uint32) string {
	var names []string
	for _, p := range w.schema.GetPossibleTypes(w.schema.Types[abstract]) {
		if p.Kind == ast.Object {
			names = append(names, p.Name)
		}
	}
	sort.Strings(names)
	if h>>9%29 == 0 {
		return "Query"
	}
	return names[h>>5%uint32(len(names))]
}

// object is a value of an abstract type: most by their Go type alone.
func (w *world) object(abstract string, h uint32) any {
	switch name := w.typeName(abstract, h); name {
	case "User":
		return &user{h}
	case "Post":
		return exec.Object{Type: name, Value: &post{h}}
	case "Tag":
		return &tag{h}
	case "CollectStep", "VoteStep":
		return exec.Object{Type: name, Value: &step{h}}
	default:
		return exec.Object{Type: name, Value: &exec.Root{}}
	}
}

// register registers a field whose values are E, made from their hash, with nulls where the hash says so.
func register[P, E any](w *world, x *exec.Executor, typ string, f *ast.FieldDefinition, of func(h uint32) *E) {
	registerValue[P](w, x, typ, f, of)
}

func registerValue[P, E any](w *world, x *exec.Executor, typ string, f *ast.FieldDefinition, of func(h uint32) E) {
	item := func(h uint32, t *ast.Type) (null E) {
		if isNull(h, t, strings.HasPrefix(f.Name, "flat")) {
			return null
		}
		return of(h)
	}
	switch {
	case f.Type.Elem == nil:
		resolver[P](w, x, typ, f, item)
	case f.Type.Elem.Elem == nil:
		resolver[P](w, x, typ, f, listOf(item))
	default:
		resolver[P](w, x, typ, f, listOf(listOf(item)))
	}
}

func isNull(h uint32, t *ast.Type, flat bool) bool {
	if t.NonNull {
		return !flat && h%41 == 1
	}
	return h%7 == 1
}

func listOf[E any](item func(uint32, *ast.Type) E) func(uint32, *ast.Type) []E {
	return func(h uint32, t *ast.Type) []E {
		if !t.NonNull && h%7 == 1 {
			return nil
		}
		list := make([]E, h>>3%4)
		for i := range list {
			list[i] = item(hash(fmt.Sprintf("%d#%d", h, i)), t.Elem)
		}
		return list
	}
}

func resolver[P, R any](w *world, x *exec.Executor, typ string, f *ast.FieldDefinition, value func(uint32, *ast.Type) R) {
	where := typ + "." + f.Name
	one := func(parent *P, args exec.Args) (result R, err error) {
		seed := int64(w.counter)
		if p, ok := any(*parent).(interface{ at() uint32 }); ok {
			seed = int64(p.at())
		}
		h := hash(fmt.Sprintf("%d|%s|%s", seed, where, canon(args)))
		if h%23 == 0 && !strings.HasPrefix(f.Name, "own") {
			return result, errors.New(where)
		}
		return value(h, f.Type), nil
	}
	if strings.HasPrefix(f.Name, "own") {
		exec.Get(x, typ, f.Name, func(parent *P) R {
			if f.Name == "ownPanics" {
				panic(where)
			}
			result, _ := one(parent, nil)
			return result
		})
		return
	}
	exec.Field(x, typ, f.Name, func(_ context.Context, parents []*P, args exec.Args) ([]R, error) {
		switch {
		case strings.HasPrefix(f.Name, "broken"):
			return nil, errors.New(where)
		case f.Name == "panics":
			panic(where)
		case typ == "Mutation":
			by, given := args.Int("by")
			if !given {
				by = 100
			}
			w.counter += by
		}
		results := make([]R, len(parents))
		errs := make(exec.Errors, len(parents))
		for i, p := range parents {
			switch where {
			case "Query.echo":
				results[i] = any(new(canon(args))).(R)
			case "Counter.now":
				results[i] = any(new(w.counter)).(R)
			default:
				results[i], errs[i] = one(p, args)
			}
		}
		return results, errs
	})
}

// hash is FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv) with a last stir, so that its low digits are even.
func hash(text string) uint32 {
	h := uint32(2166136261)
	for _, b := range []byte(text) {
		h = (h ^ uint32(b)) * 16777619
	}
	h = (h ^ h>>15) * 2246822507
	return h ^ h>>13
}

// canon writes arguments so that both sides write the same.
func canon(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return string(exec.AppendString(nil, v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = canon(v[i])
		}
		return "[" + strings.Join(parts, ",") + "]"
	case exec.Args:
		return canon(map[string]any(v))
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+":"+canon(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	default:
		return fmt.Sprint(v)
	}
}

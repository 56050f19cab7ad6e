package exec_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// request is one line for both sides.
type request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName,omitempty"`
	Variables     map[string]any `json:"variables,omitempty"`
}

// generator writes random queries: most are valid; faults of every kind are strewn in at a low rate.
type generator struct {
	*rand.Rand
	schema    *ast.Schema
	faults    bool // whether this request may have any
	declared  []string
	variables map[string]any
	fragments []string
	open      []openFragment // fragments that may be spread once more
	aliases   int
}

type openFragment struct{ name, typ string }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// fault is true rarely, and only in requests that may be invalid.
func (g *generator) fault() bool { return g.faults && g.IntN(60) == 0 }

func (g *generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g *generator) request() request {
	g.faults = g.chance(25)
	kind, root := "query", g.schema.Query
	if g.chance(12) {
		kind, root = "mutation", g.schema.Mutation
	}
	g.declared, g.fragments, g.open, g.aliases = nil, nil, nil, 0
	g.variables = map[string]any{}
	body := g.selection(root, 4)
	if g.fault() {
		g.declared = append(g.declared, "$unused: Int")
	}
	if g.fault() {
		g.fragments = append(g.fragments, "fragment Unused on User { id }")
	}
	if g.fault() {
		g.fragments = append(g.fragments, "fragment Round on User { id ...Round }")
		body = strings.Replace(body, "{", "{ ... on Query { user { ...Round } }", 1)
	}
	head := kind + " Main"
	if len(g.declared) > 0 {
		head += "(" + strings.Join(g.declared, ", ") + ")"
	}
	parts := append([]string{head + body}, g.fragments...)
	r := request{Variables: g.variables}
	if g.chance(8) {
		parts = append(parts, "query Other { user { id } }")
		r.OperationName = "Main"
		if g.fault() {
			r.OperationName = g.pick("", "Nobody")
		}
	}
	if g.fault() {
		parts = append(parts, g.pick("query Main { user { id } }", "{ user { id } }", "type X { id: ID }", "query {"))
	}
	g.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	r.Query = strings.Join(parts, "\n")
	return r
}

func composite(def *ast.Definition) bool { return def.IsCompositeType() }

// selection writes a selection set of a type.
func (g *generator) selection(def *ast.Definition, depth int) string {
	var b strings.Builder
	b.WriteString(" {")
	var again []string // heads of fields with selections, to be merged with
	var againOf []*ast.Definition
	for range 1 + g.IntN(4) {
		b.WriteByte(' ')
		switch k := g.IntN(20); {
		case k == 0:
			b.WriteString(g.pick("", "t: ") + "__typename" + g.directives())
		case k <= 3 && depth > 0:
			on := g.fragmentType(def)
			b.WriteString("..." + g.pick(" on "+on.Name, " on "+on.Name) + g.directives() + g.selection(on, depth-1))
		case k == 4 && depth > 0:
			b.WriteString("..." + g.directives() + g.selection(def, depth-1))
		case k <= 6 && depth > 0:
			b.WriteString("..." + g.fragment(def, depth-1) + g.directives())
		case k <= 9 && len(again) > 0 && depth > 0:
			i := g.IntN(len(again))
			b.WriteString(again[i] + g.selection(againOf[i], depth-1))
		case k == 10 && def == g.schema.Query && depth > 0:
			b.WriteString(g.introspection())
		default:
			head, of := g.field(def, depth)
			b.WriteString(head)
			if of != nil {
				b.WriteString(g.selection(of, depth-1))
				again, againOf = append(again, head), append(againOf, of)
			}
		}
	}
	b.WriteString(" }")
	return b.String()
}

// field writes a field up to its selection set, which of has to follow if it is not nil.
func (g *generator) field(def *ast.Definition, depth int) (head string, of *ast.Definition) {
	var fields []*ast.FieldDefinition
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") && (depth > 0 || !composite(g.schema.Types[f.Type.Name()])) {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return "__typename", nil
	}
	f := fields[g.IntN(len(fields))]
	typ := g.schema.Types[f.Type.Name()]
	args := g.arguments(f.Arguments)
	// Without an alias of its own, a field with arguments would conflict too often.
	if args != "" || g.chance(10) {
		g.aliases++
		head = "a" + strconv.Itoa(g.aliases) + ": "
	}
	if g.fault() {
		head = g.pick("id: ", "x: ", "")
	}
	name := f.Name
	if g.fault() {
		name = g.pick("nothing", "id", "name")
	}
	head += name + args + g.directives()
	if composite(typ) != g.fault() {
		return head, g.orUser(typ)
	}
	return head, nil
}

func (g *generator) orUser(def *ast.Definition) *ast.Definition {
	if composite(def) {
		return def
	}
	return g.schema.Types["User"]
}

// fragmentType picks a type that a fragment inside def may be on.
func (g *generator) fragmentType(def *ast.Definition) *ast.Definition {
	if g.fault() {
		return g.schema.Types[g.pick("User", "Post", "CollectStep", "Node", "Int", "Point", "Query")]
	}
	var options []*ast.Definition
	for _, name := range []string{"User", "Post", "Tag", "CollectStep", "VoteStep", "Counter", "Query", "Mutation", "Node", "Named", "Step", "Thing", "Either"} {
		other := g.schema.Types[name]
		if slices.ContainsFunc(g.possible(def), func(p *ast.Definition) bool { return slices.Contains(g.possible(other), p) }) {
			options = append(options, other)
		}
	}
	if len(options) == 0 { // def came from a fault
		return def
	}
	return options[g.IntN(len(options))]
}

func (g *generator) possible(def *ast.Definition) []*ast.Definition {
	return g.schema.GetPossibleTypes(def)
}

// fragment gives the name of a fragment to spread, new or known.
func (g *generator) fragment(def *ast.Definition, depth int) string {
	if g.fault() {
		return "Nowhere"
	}
	for _, f := range g.open {
		if g.chance(50) && f.typ == def.Name {
			return f.name
		}
	}
	on := g.fragmentType(def)
	name := "F" + strconv.Itoa(len(g.fragments))
	at := len(g.fragments)
	g.fragments = append(g.fragments, "")
	g.fragments[at] = "fragment " + name + " on " + on.Name + g.selection(on, depth)
	g.open = append(g.open, openFragment{name, def.Name})
	return name
}

func (g *generator) directives() string {
	if g.fault() {
		return g.pick(" @skip", " @nothing", " @include(if: 1)", " @skip(if: true) @skip(if: true)", " @deprecated", " @skip(unless: true)")
	}
	if !g.chance(8) {
		return ""
	}
	value := g.pick("true", "false")
	if g.chance(50) {
		value = g.variable(ast.NonNullNamedType("Boolean", nil), false)
	}
	d := " @" + g.pick("skip", "include") + "(if: " + value + ")"
	if g.chance(15) {
		d += map[bool]string{true: " @skip(if: false)", false: " @include(if: true)"}[strings.HasPrefix(d, " @include")]
	}
	return d
}

func (g *generator) arguments(defs ast.ArgumentDefinitionList) string {
	var parts []string
	for _, d := range defs {
		required := d.Type.NonNull && d.DefaultValue == nil
		if (required && !g.fault()) || (!required && g.chance(45)) {
			parts = append(parts, d.Name+": "+g.value(d.Type, d.DefaultValue != nil, 3))
		}
	}
	if g.fault() {
		parts = append(parts, g.pick("nothing: 1", "id: 1", "id: 1, id: 2"))
	}
	if len(parts) == 0 {
		return ""
	}
	g.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	return "(" + strings.Join(parts, ", ") + ")"
}

// value writes a literal or a variable.
func (g *generator) value(typ *ast.Type, hasDefault bool, depth int) string {
	if g.chance(25) {
		return g.variable(typ, hasDefault)
	}
	if g.fault() {
		return g.pick("null", "1", `"x"`, "[1]", "{x: 1}", "NOPE", "1.5", "true", "3000000000", "red", "$undeclared")
	}
	return g.literal(typ, depth, g.value)
}

// constant writes a literal without variables.
func (g *generator) constant(typ *ast.Type, _ bool, depth int) string {
	return g.literal(typ, depth, g.constant)
}

func (g *generator) literal(typ *ast.Type, depth int, inner func(*ast.Type, bool, int) string) string {
	if !typ.NonNull && g.chance(10) {
		return "null"
	}
	if typ.Elem != nil {
		if g.chance(15) && (typ.Elem.NonNull || typ.Elem.Elem == nil) {
			return g.literal(&ast.Type{NamedType: typ.Elem.NamedType, Elem: typ.Elem.Elem, NonNull: true}, depth-1, inner)
		}
		items := make([]string, g.IntN(3))
		for i := range items {
			items[i] = inner(typ.Elem, false, depth-1)
		}
		return "[" + strings.Join(items, g.pick(" ", ", ")) + "]"
	}
	def := g.schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.Enum:
		return def.EnumValues[g.IntN(len(def.EnumValues))].Name
	case ast.InputObject:
		one := g.IntN(len(def.Fields))
		var parts []string
		for i, f := range def.Fields {
			if def.Name == "By" && i != one {
				continue
			}
			required := f.Type.NonNull && f.DefaultValue == nil || def.Name == "By"
			if required || (depth > 0 && g.chance(40)) {
				t := f.Type
				if def.Name == "By" {
					parts = append(parts, f.Name+": "+g.constant(ast.NonNullNamedType(t.NamedType, nil), false, depth))
					continue
				}
				parts = append(parts, f.Name+": "+inner(t, f.DefaultValue != nil, depth-1))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	switch def.Name {
	case "Int":
		return g.pick("0", "-5", "7", "2147483647")
	case "Float":
		return g.pick("0", "-2.5", "1e2", "7")
	case "Boolean":
		return g.pick("true", "false")
	case "ID":
		return g.pick("12", `"a b"`, `"é"`)
	case "DateTime":
		return g.pick(`"2026-01-01"`, "12", "[1, {a: \"b\"}]", "1.5", "RED", "true", "{}")
	default: // gqlparser does not take the indent off a block string that begins on its first line, so none does
		return g.pick(`"plain"`, `"q\"\\\u00e9\n"`, `"""`+"\n    two \"x\"\n\n      three\n  \"\"\"", `""`)
	}
}

// variable declares a variable that fits a position, gives it a value or not, and writes its name.
func (g *generator) variable(typ *ast.Type, hasDefault bool) string {
	name := "v" + strconv.Itoa(len(g.declared))
	declared, text := *typ, ""
	if !typ.NonNull && g.chance(30) {
		declared.NonNull = true
	}
	if typ.NonNull && (hasDefault || g.chance(40)) {
		declared.NonNull = false
		if !hasDefault || g.chance(30) {
			text = " = " + g.constant(typ, false, 2)
		}
	} else if !declared.NonNull && g.chance(30) {
		text = " = " + g.constant(&declared, false, 2)
	}
	switch {
	case g.fault():
		g.variables[name] = g.pick("x", "12", "red")
	case g.fault():
		g.variables[name] = nil
	case g.fault():
	case !declared.NonNull && g.chance(25): // not given
	case !declared.NonNull && !typ.NonNull && g.chance(15):
		g.variables[name] = nil
	case typ.NonNull && g.chance(3):
		g.variables[name] = nil
	default:
		g.variables[name] = g.json(typ, 2)
	}
	written := declared.String()
	if g.fault() {
		written = g.pick("Int", "Nothing", "User", "[Int]", "String!")
	}
	g.declared = append(g.declared, fmt.Sprintf("$%s: %s%s", name, written, text))
	return "$" + name
}

// json gives a value of a type as it comes in JSON.
func (g *generator) json(typ *ast.Type, depth int) any {
	if !typ.NonNull && g.chance(10) {
		return nil
	}
	if typ.Elem != nil {
		if g.chance(15) && typ.Elem.NonNull {
			return g.json(typ.Elem, depth-1)
		}
		items := make([]any, g.IntN(3))
		for i := range items {
			items[i] = g.json(typ.Elem, depth-1)
		}
		return items
	}
	def := g.schema.Types[typ.NamedType]
	if g.fault() {
		return []any{"x", 1, 1.5, true, map[string]any{"x": 1}, 3_000_000_000, "red", []any{}}[g.IntN(8)]
	}
	switch def.Kind {
	case ast.Enum:
		return def.EnumValues[g.IntN(len(def.EnumValues))].Name
	case ast.InputObject:
		object := map[string]any{}
		if def.Name == "By" && !g.chance(10) {
			f := def.Fields[g.IntN(len(def.Fields))]
			return map[string]any{f.Name: g.json(ast.NonNullNamedType(f.Type.NamedType, nil), 0)}
		}
		for _, f := range def.Fields {
			required := f.Type.NonNull && f.DefaultValue == nil
			if required || (depth > 0 && g.chance(40)) {
				object[f.Name] = g.json(f.Type, depth-1)
			}
		}
		if g.fault() {
			object["nothing"] = 1
		}
		return object
	}
	switch def.Name {
	case "Int":
		return []any{0, -5, 2147483647}[g.IntN(3)]
	case "Float":
		return []any{0, -2.5, 7}[g.IntN(3)]
	case "Boolean":
		return g.chance(50)
	case "ID":
		return []any{"x", 12, "12"}[g.IntN(3)]
	case "DateTime":
		return []any{"2026-01-01", 3, 1.5, true, []any{1, "x"}, map[string]any{"a": nil}}[g.IntN(6)]
	default:
		return g.pick("", "é\"\\", "12")
	}
}

// introspection writes a query of the schema's description.
func (g *generator) introspection() string {
	g.aliases++
	ref := "{ kind name ofType { kind name ofType { kind name ofType { kind name ofType { name } } } } }"
	name := g.pick("User", "Post", "Tag", "Node", "Named", "Thing", "Colour", "Filter", "By", "DateTime", "Query", "Nothing")
	all := g.pick("", "(includeDeprecated: true)", "(includeDeprecated: false)")
	part := g.pick("kind name description specifiedByURL isOneOf",
		"fields"+all+" { name description isDeprecated deprecationReason type "+ref+" args { name type "+ref+" } }",
		"enumValues"+all+" { name isDeprecated deprecationReason __typename }",
		"inputFields { name type "+ref+" isDeprecated }", "interfaces { name }", "possibleTypes { name }")
	if g.chance(20) {
		return "s" + strconv.Itoa(g.aliases) + ": __schema { queryType { name } mutationType { name } subscriptionType { name } description }"
	}
	return "i" + strconv.Itoa(g.aliases) + `: __type(name: "` + name + `") { ` + part + " }"
}

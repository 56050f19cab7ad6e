package exec

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// selected is a field of a batch: what a response key stands for, from all places of the query that select it.
type selected struct {
	field *field
	typ   *ast.Type
	node  *ast.Field         // the first place
	key   string             // `"alias":`
	sets  []ast.SelectionSet // what is selected of its value
	args  Args
	err   error // what is wrong with the arguments
}

// manyFields is from how many response keys on a map finds them faster than a walk.
const manyFields = 16

// selection collects the fields that selection sets ask of an object type (the specification's CollectFields, 6.3.2).
type selection struct {
	x       *Executor
	vars    map[string]any
	object  *objectType
	fields  []selected
	keys    map[string]int  // from manyFields on
	visited map[string]bool // fragments
}

// collect gives the selected fields in the order of the response. An error is one of a directive's arguments.
func (x *Executor) collect(object *objectType, sets []ast.SelectionSet, vars map[string]any) ([]selected, error) {
	s := selection{x: x, vars: vars, object: object, fields: make([]selected, 0, len(sets[0]))}
	for _, set := range sets {
		if err := s.add(set); err != nil {
			return nil, err
		}
	}
	for i := range s.fields {
		f := &s.fields[i]
		if f.field.def != nil && len(f.field.def.Arguments) > 0 {
			f.args, f.err = x.arguments(f.field.def.Arguments, f.node.Arguments, vars)
		}
	}
	return s.fields, nil
}

func (s *selection) add(set ast.SelectionSet) error {
	for _, sel := range set {
		var directives ast.DirectiveList
		var on string
		var inner ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			directives = sel.Directives
		case *ast.InlineFragment:
			directives, on, inner = sel.Directives, sel.TypeCondition, sel.SelectionSet
		case *ast.FragmentSpread:
			if s.visited[sel.Name] {
				continue
			}
			directives, on, inner = sel.Directives, sel.Definition.TypeCondition, sel.Definition.SelectionSet
		}
		ok, err := s.included(directives)
		if ok && err == nil {
			switch sel := sel.(type) {
			case *ast.Field:
				s.addField(sel)
			case *ast.FragmentSpread:
				if s.visited == nil {
					s.visited = map[string]bool{}
				}
				s.visited[sel.Name] = true
			}
			if inner != nil && (on == "" || s.object.names[on]) {
				err = s.add(inner)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *selection) addField(node *ast.Field) {
	if i := s.find(node.Alias); i >= 0 {
		s.fields[i].sets = append(s.fields[i].sets, node.SelectionSet)
		return
	}
	f := selected{field: s.object.fields[node.Name], typ: node.Definition.Type, node: node, key: `"` + node.Alias + `":`}
	if node.Name == "__typename" {
		f.field = typenameField
	} else {
		f.typ = f.field.def.Type // an object's may be narrower than the interface's that the query asks
	}
	if node.SelectionSet != nil {
		f.sets = []ast.SelectionSet{node.SelectionSet}
	}
	s.fields = append(s.fields, f)
}

// typenameField is __typename, which every object has.
var typenameField = &field{name: "__typename"}

// find gives the place of a response key, -1 if it is new.
func (s *selection) find(key string) int {
	if len(s.fields) < manyFields {
		return slices.IndexFunc(s.fields, func(f selected) bool { return f.node.Alias == key })
	}
	if s.keys == nil {
		s.keys = make(map[string]int, 4*manyFields)
	}
	for i := len(s.keys); i < len(s.fields); i++ {
		s.keys[s.fields[i].node.Alias] = i
	}
	if i, ok := s.keys[key]; ok {
		return i
	}
	return -1
}

// included obeys @skip and @include.
func (s *selection) included(directives ast.DirectiveList) (bool, error) {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		args, err := s.x.arguments(d.Definition.Arguments, d.Arguments, s.vars)
		if err != nil {
			return false, err
		}
		if on, _ := args.Bool("if"); on == (d.Name == "skip") {
			return false, nil
		}
	}
	return true, nil
}

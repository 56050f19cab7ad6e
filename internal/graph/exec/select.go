package exec

import "github.com/vektah/gqlparser/v2/ast"

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

// selection collects the fields that selection sets ask of an object type (the specification's CollectFields, 6.3.2).
type selection struct {
	x       *Executor
	vars    Args
	object  *objectType
	fields  []selected
	visited map[string]bool // fragments
	err     error           // what is wrong with a directive
}

// collect gives the selected fields in the order of the response. An error is one of a directive's arguments.
func (x *Executor) collect(object *objectType, sets []ast.SelectionSet, vars Args) ([]selected, error) {
	s := selection{x: x, vars: vars, object: object, fields: make([]selected, 0, len(sets[0])), visited: map[string]bool{}}
	for _, set := range sets {
		s.add(set)
	}
	return s.fields, s.err
}

func (s *selection) add(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if s.included(sel.Directives) {
				s.addField(sel)
			}
		case *ast.InlineFragment:
			if s.included(sel.Directives) && (sel.TypeCondition == "" || s.object.names[sel.TypeCondition]) {
				s.add(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			if !s.visited[sel.Name] && s.included(sel.Directives) {
				s.visited[sel.Name] = true
				if s.object.names[sel.Definition.TypeCondition] {
					s.add(sel.Definition.SelectionSet)
				}
			}
		}
	}
}

func (s *selection) addField(node *ast.Field) {
	for i := range s.fields {
		if f := &s.fields[i]; f.node.Alias == node.Alias {
			f.sets = append(f.sets, node.SelectionSet)
			return
		}
	}
	f := selected{node: node, key: `"` + node.Alias + `":`}
	if node.Name == "__typename" {
		f.field, f.typ = typenameField, node.Definition.Type
	} else {
		// The query may ask an interface: the object's field may be of a narrower type, and have more arguments.
		f.field = s.object.fields[node.Name]
		f.typ = f.field.def.Type
		if defs := f.field.def.Arguments; len(defs) > 0 {
			f.args, f.err = s.x.arguments(defs, node.Arguments, s.vars)
		}
	}
	if node.SelectionSet != nil {
		f.sets = []ast.SelectionSet{node.SelectionSet}
	}
	s.fields = append(s.fields, f)
}

// typenameField is __typename, which every object has.
var typenameField = &field{name: "__typename"}

// included obeys @skip and @include.
func (s *selection) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		args, err := s.x.arguments(d.Definition.Arguments, d.Arguments, s.vars)
		if err != nil {
			s.err = err
		}
		if on, _ := args.Bool("if"); on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

package exec

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Rules are gqlparser's validation rules and one more, for SetValidationRulesFn of gqlgen's server: an Int literal of more
// than 32 bits, or a literal that the parser of the schema's own scalar refuses, refuses the query. Without it such a field
// alone fails, when the mutations before it have been done.
func (x *Executor) Rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule("LeafValues", func(observers *core.Events, refuse core.AddErrFunc) {
		observers.OnValue(func(_ *core.Walker, v *ast.Value) {
			switch v.Kind {
			case ast.Variable, ast.NullValue, ast.ListValue, ast.ObjectValue:
				return // what is in lists and objects is seen by itself
			}
			if v.Definition == nil || v.Definition.Kind != ast.Scalar {
				return
			}
			if _, err := x.literal(v, ast.NamedType(v.Definition.Name, nil), nil); err != nil {
				refuse(core.Message("%v", err), core.At(v.Position))
			}
		})
	})
	return all
}

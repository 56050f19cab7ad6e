package exec

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// gqlparser checks literals when it validates and variables loosely (it takes "12" for an Int, red for RED, and does not
// fill the defaults of input objects), so values are coerced here, strictly (the specification's sections 3 and 6.1.2).

// variables coerces the values of an operation's variables. What was not given is not there.
func (x *Executor) variables(defs ast.VariableDefinitionList, given map[string]any) (Args, error) {
	vars := make(Args, len(defs))
	for _, d := range defs {
		if err := x.given(vars, d.Variable, d.Type, d.DefaultValue, given); err != nil {
			return nil, refusal("variable $%w", err)
		}
	}
	return vars, nil
}

// given sets a variable or a field of an input object from JSON, or its default.
func (x *Executor) given(into Args, name string, typ *ast.Type, byDefault *ast.Value, values map[string]any) error {
	v, ok := values[name]
	if !ok {
		return x.member(into, name, typ, byDefault, nil, nil)
	}
	coerced, err := x.input(v, typ)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	into[name] = coerced
	return nil
}

// arguments coerces the arguments of a field or directive.
func (x *Executor) arguments(defs ast.ArgumentDefinitionList, given ast.ArgumentList, vars Args) (Args, error) {
	args := make(Args, len(defs))
	for _, d := range defs {
		var value *ast.Value
		if a := given.ForName(d.Name); a != nil {
			value = a.Value
		}
		if err := x.member(args, d.Name, d.Type, d.DefaultValue, value, vars); err != nil {
			return nil, refusal("argument %w", err)
		}
	}
	return args, nil
}

// member sets an argument or a field of an input object from its literal, which may be nil, or its default.
func (x *Executor) member(into Args, name string, typ *ast.Type, byDefault, value *ast.Value, vars Args) error {
	if value != nil && value.Kind == ast.Variable {
		if _, ok := vars[value.Raw]; !ok {
			value = nil
		}
	}
	if value == nil {
		value = byDefault
	}
	if value == nil {
		if typ.NonNull {
			return fmt.Errorf("%s of type %s is missing", name, typ)
		}
		return nil
	}
	v, err := x.literal(value, typ, vars)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	into[name] = v
	return nil
}

// literal coerces a value written in a query or schema, whose kind validation has checked.
func (x *Executor) literal(v *ast.Value, typ *ast.Type, vars Args) (any, error) {
	if v.Kind == ast.Variable || v.Kind == ast.NullValue {
		var value any
		if v.Kind == ast.Variable {
			value = vars[v.Raw] // coerced already; a missing one in a list is null
		}
		if value == nil && typ.NonNull {
			return nil, fmt.Errorf("%s cannot be null", typ)
		}
		return value, nil
	}
	if typ.Elem != nil {
		if v.Kind != ast.ListValue {
			item, err := x.literal(v, typ.Elem, vars)
			return []any{item}, err
		}
		list := make([]any, len(v.Children))
		for i, c := range v.Children {
			item, err := x.literal(c.Value, typ.Elem, vars)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list[i] = item
		}
		return list, nil
	}
	def := x.schema.Types[typ.NamedType]
	switch {
	case def.Kind == ast.InputObject && v.Kind == ast.ObjectValue:
		object := make(Args, len(v.Children))
		for _, f := range def.Fields {
			if err := x.member(object, f.Name, f.Type, f.DefaultValue, v.Children.ForName(f.Name), vars); err != nil {
				return nil, err
			}
		}
		return object, checkOneOf(def, object)
	case def.Kind == ast.Scalar && !def.BuiltIn:
		raw, err := v.Value(vars)
		if err != nil {
			return nil, err
		}
		return x.leafInput(def, raw)
	case v.Kind == ast.BooleanValue:
		return x.leafInput(def, v.Raw == "true")
	case v.Kind == ast.IntValue, v.Kind == ast.FloatValue:
		return x.leafInput(def, json.Number(v.Raw))
	default:
		return x.leafInput(def, v.Raw)
	}
}

// input coerces a value that came as JSON, as gqlgen and gqlparser hand it over.
func (x *Executor) input(v any, typ *ast.Type) (any, error) {
	if v == nil {
		if typ.NonNull {
			return nil, fmt.Errorf("%s cannot be null", typ)
		}
		return nil, nil
	}
	if typ.Elem != nil {
		rv := reflect.ValueOf(v) // gqlparser makes a []string of a single string
		if rv.Kind() != reflect.Slice {
			item, err := x.input(v, typ.Elem)
			return []any{item}, err
		}
		list := make([]any, rv.Len())
		for i := range list {
			item, err := x.input(rv.Index(i).Interface(), typ.Elem)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list[i] = item
		}
		return list, nil
	}
	def := x.schema.Types[typ.NamedType]
	if def.Kind != ast.InputObject {
		return x.leafInput(def, v)
	}
	given, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%v is not of type %s", v, typ)
	}
	for name := range given {
		if def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("%s has no field %s", def.Name, name)
		}
	}
	object := make(Args, len(given))
	for _, f := range def.Fields {
		if err := x.given(object, f.Name, f.Type, f.DefaultValue, given); err != nil {
			return nil, err
		}
	}
	return object, checkOneOf(def, object)
}

func checkOneOf(def *ast.Definition, object Args) error {
	if def.Directives.ForName("oneOf") == nil {
		return nil
	}
	for _, v := range object {
		if len(object) == 1 && v != nil {
			return nil
		}
	}
	return fmt.Errorf("%s needs exactly one field, not null", def.Name)
}

// leafInput coerces a scalar or enum value. Numbers are as encoding/json or gqlparser give them.
func (x *Executor) leafInput(def *ast.Definition, v any) (any, error) {
	text, isText := v.(string)
	_, isBool := v.(bool)
	switch {
	case def.Kind == ast.Enum:
		if isText && def.EnumValues.ForName(text) != nil {
			return text, nil
		}
	case !def.BuiltIn:
		switch n := v.(type) {
		case int: // a variable in a literal
			v = int64(n)
		case json.Number:
			v, _ = n.Float64()
			if i, err := n.Int64(); err == nil {
				v = i
			}
		}
		if parse := x.parsers[def.Name]; parse != nil {
			return parse(v)
		}
		return v, nil
	case isText && (def.Name == "String" || def.Name == "ID"), isBool && def.Name == "Boolean":
		return v, nil
	case !isText && !isBool:
		digits := fmt.Sprint(v)
		f, err := strconv.ParseFloat(digits, 64)
		whole := err == nil && f == math.Trunc(f)
		switch {
		case def.Name == "Float" && err == nil && !math.IsInf(f, 0) && !math.IsNaN(f):
			return f, nil
		case def.Name == "Int" && whole && math.MinInt32 <= f && f <= math.MaxInt32:
			return int(f), nil
		case def.Name == "ID" && whole:
			if _, err := strconv.ParseInt(digits, 10, 64); err == nil {
				return digits, nil
			}
			return strconv.FormatFloat(f, 'f', -1, 64), nil
		}
	}
	return nil, fmt.Errorf("%v is not of type %s", v, def.Name)
}

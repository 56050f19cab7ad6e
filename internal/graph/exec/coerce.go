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
func (x *Executor) variables(defs ast.VariableDefinitionList, given map[string]any) (map[string]any, error) {
	if len(defs) == 0 {
		return nil, nil
	}
	vars := make(map[string]any, len(defs))
	for _, d := range defs {
		v, ok := given[d.Variable]
		if !ok {
			if d.DefaultValue == nil {
				if d.Type.NonNull {
					return nil, refusal("variable $%s of type %s is missing", d.Variable, d.Type)
				}
				continue
			}
			v, err := x.literal(d.DefaultValue, d.Type, nil)
			if err != nil {
				return nil, refusal("variable $%s: its default: %v", d.Variable, err)
			}
			vars[d.Variable] = v
			continue
		}
		coerced, err := x.input(v, d.Type)
		if err != nil {
			return nil, refusal("variable $%s: %v", d.Variable, err)
		}
		vars[d.Variable] = coerced
	}
	return vars, nil
}

// arguments coerces the arguments of a field or directive.
func (x *Executor) arguments(defs ast.ArgumentDefinitionList, given ast.ArgumentList, vars map[string]any) (Args, error) {
	args := make(Args, len(defs))
	for _, d := range defs {
		var value *ast.Value
		if a := given.ForName(d.Name); a != nil {
			value = a.Value
		}
		if err := x.member(args, d.Name, d.Type, d.DefaultValue, value, vars); err != nil {
			return nil, refusal("argument %v", err)
		}
	}
	return args, nil
}

// member sets an argument or a field of an input object from its literal, which may be nil, or its default.
func (x *Executor) member(into Args, name string, typ *ast.Type, byDefault, value *ast.Value, vars map[string]any) error {
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

// literal coerces a value written in a query or schema.
func (x *Executor) literal(v *ast.Value, typ *ast.Type, vars map[string]any) (any, error) {
	if v.Kind == ast.Variable || v.Kind == ast.NullValue {
		value := vars[v.Raw] // validation has checked its type; a missing one in a list is null
		if v.Kind == ast.NullValue {
			value = nil
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
		for _, c := range v.Children {
			if def.Fields.ForName(c.Name) == nil {
				return nil, fmt.Errorf("%s has no field %s", def.Name, c.Name)
			}
		}
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
	case (v.Kind == ast.EnumValue) != (def.Kind == ast.Enum):
	case v.Kind == ast.EnumValue, v.Kind == ast.StringValue, v.Kind == ast.BlockValue:
		return x.leafInput(def, v.Raw)
	case v.Kind == ast.BooleanValue:
		return x.leafInput(def, v.Raw == "true")
	case v.Kind == ast.IntValue, v.Kind == ast.FloatValue && def.Name == "Float":
		return x.leafInput(def, json.Number(v.Raw))
	}
	return nil, fmt.Errorf("%s is not of type %s", v, typ)
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
		v, ok := given[f.Name]
		if !ok {
			if err := x.member(object, f.Name, f.Type, f.DefaultValue, nil, nil); err != nil {
				return nil, err
			}
			continue
		}
		coerced, err := x.input(v, f.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		object[f.Name] = coerced
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
		if n, ok := v.(json.Number); ok {
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

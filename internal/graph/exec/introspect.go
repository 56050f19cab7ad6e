package exec

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql/introspection"
)

// registerIntrospection serves __schema and __type with gqlgen's view of the schema.
func registerIntrospection(x *Executor) {
	type (
		schema    = introspection.Schema
		typ       = introspection.Type
		value     = introspection.InputValue
		fieldDef  = introspection.Field
		enumValue = introspection.EnumValue
		directive = introspection.Directive
	)
	Query(x, "__schema", func(context.Context, Args) (*schema, error) { return introspection.WrapSchema(x.schema), nil })
	Query(x, "__type", func(_ context.Context, args Args) (*typ, error) {
		name, _ := args.String("name")
		return introspection.WrapTypeFromDef(x.schema, x.schema.Types[name]), nil
	})

	Get(x, "__Schema", "description", (*schema).Description)
	Get(x, "__Schema", "types", (*schema).Types)
	Get(x, "__Schema", "queryType", (*schema).QueryType)
	Get(x, "__Schema", "mutationType", (*schema).MutationType)
	Get(x, "__Schema", "subscriptionType", (*schema).SubscriptionType)
	Get(x, "__Schema", "directives", (*schema).Directives)

	Get(x, "__Type", "kind", (*typ).Kind)
	Get(x, "__Type", "name", (*typ).Name)
	Get(x, "__Type", "description", (*typ).Description)
	Get(x, "__Type", "specifiedByURL", (*typ).SpecifiedByURL)
	Get(x, "__Type", "ofType", (*typ).OfType)
	Get(x, "__Type", "isOneOf", func(t *typ) *bool {
		if one := t.IsOneOf(); t.Kind() == "INPUT_OBJECT" {
			return &one
		}
		return nil
	})
	Get(x, "__Type", "interfaces", func(t *typ) []typ { return ofKind(t, t.Interfaces(), "OBJECT", "INTERFACE") })
	Get(x, "__Type", "possibleTypes", func(t *typ) []typ {
		objects := slices.DeleteFunc(t.PossibleTypes(), func(p typ) bool { return p.Kind() != "OBJECT" })
		return ofKind(t, objects, "INTERFACE", "UNION")
	})
	deprecated(x, "__Type", "fields", func(t *typ, all bool) []fieldDef { return ofKind(t, t.Fields(all), "OBJECT", "INTERFACE") })
	deprecated(x, "__Type", "enumValues", func(t *typ, all bool) []enumValue { return ofKind(t, t.EnumValues(all), "ENUM") })
	deprecated(x, "__Type", "inputFields", func(t *typ, all bool) []value {
		return ofKind(t, t.VisibleInputFields(all), "INPUT_OBJECT")
	})

	Get(x, "__Field", "name", func(f *fieldDef) string { return f.Name })
	Get(x, "__Field", "description", (*fieldDef).Description)
	Get(x, "__Field", "type", func(f *fieldDef) *typ { return f.Type })
	Get(x, "__Field", "isDeprecated", (*fieldDef).IsDeprecated)
	Get(x, "__Field", "deprecationReason", (*fieldDef).DeprecationReason)
	deprecated(x, "__Field", "args", (*fieldDef).VisibleArgs)

	Get(x, "__InputValue", "name", func(v *value) string { return v.Name })
	Get(x, "__InputValue", "description", (*value).Description)
	Get(x, "__InputValue", "type", func(v *value) *typ { return v.Type })
	Get(x, "__InputValue", "defaultValue", func(v *value) *string { return v.DefaultValue })
	Get(x, "__InputValue", "isDeprecated", (*value).IsDeprecated)
	Get(x, "__InputValue", "deprecationReason", (*value).DeprecationReason)

	Get(x, "__EnumValue", "name", func(v *enumValue) string { return v.Name })
	Get(x, "__EnumValue", "description", (*enumValue).Description)
	Get(x, "__EnumValue", "isDeprecated", (*enumValue).IsDeprecated)
	Get(x, "__EnumValue", "deprecationReason", (*enumValue).DeprecationReason)

	Get(x, "__Directive", "name", func(d *directive) string { return d.Name })
	Get(x, "__Directive", "description", (*directive).Description)
	Get(x, "__Directive", "isRepeatable", func(d *directive) bool { return d.IsRepeatable })
	Get(x, "__Directive", "locations", func(d *directive) []string { return d.Locations })
	deprecated(x, "__Directive", "args", (*directive).VisibleArgs)
}

// ofKind is the list if the type is of one of the kinds that have such a list, else null.
func ofKind[E any](t *introspection.Type, list []E, kinds ...string) []E {
	if !slices.Contains(kinds, t.Kind()) {
		return nil
	}
	return append([]E{}, list...)
}

// deprecated registers a list that leaves out what is deprecated unless asked.
func deprecated[P, E any](x *Executor, typ, name string, list func(p *P, all bool) []E) {
	Field(x, typ, name, func(_ context.Context, parents []*P, args Args) ([][]E, error) {
		all, _ := args.Bool("includeDeprecated")
		lists := make([][]E, len(parents))
		for i, p := range parents {
			lists[i] = list(p, all)
		}
		return lists, nil
	})
}

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/graph/exec"
)

const (
	// maxFields bounds the fields that a query names: whether they can be merged is compared pair by pair.
	maxFields = 1500
	// maxValues bounds the values of an answer. The largest known client asks for some 25,000 rows of some dozens.
	maxValues = 2_000_000
)

// manyFields refuses a query of too many fields before it is validated.
type manyFields struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = manyFields{}

// ExtensionName names it to the library.
func (manyFields) ExtensionName() string { return "ManyFields" }

// Validate has nothing to check of the schema.
func (manyFields) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters changes nothing; the library asks it first of all.
func (manyFields) MutateOperationParameters(_ context.Context, q *graphql.RawParams) *gqlerror.Error {
	if strings.Count(q.Query, "\n")+len(q.Query)/2 < maxFields {
		return nil // too short to have so many
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: q.Query}, maxTokens)
	if err != nil {
		return nil // the library will say why
	}
	n := 0
	for _, op := range doc.Operations {
		n += fieldsIn(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		n += fieldsIn(f.SelectionSet)
	}
	if n > maxFields {
		return gqlerror.Errorf("the query names %d fields and fragments, at most %d: ask in several queries", n, maxFields)
	}
	return nil
}

func fieldsIn(set ast.SelectionSet) (n int) {
	for _, sel := range set {
		n++
		switch sel := sel.(type) {
		case *ast.Field:
			n += fieldsIn(sel.SelectionSet)
		case *ast.InlineFragment:
			n += fieldsIn(sel.SelectionSet)
		case *ast.FragmentSpread:
			if sel.Definition != nil { // once validated
				n += fieldsIn(sel.Definition.SelectionSet)
			}
		}
	}
	return n
}

// spend accounts for rows about to be made of what a field selects, before they are read.
func (r *request) spend(ctx context.Context, rows int) error {
	fields := 0
	for _, set := range exec.Selected(ctx) {
		fields += fieldsIn(set)
	}
	if r.spent += int64(rows) * int64(fields); r.spent > maxValues {
		return fault.New(fault.Limited, "fault.api.values", "Limit", maxValues)
	}
	return nil
}

var errShape = errors.New(`send JSON: {"query": "…", "variables": {…}}`)

// plain gives the body as {query, variables, operationName} in JSON, from the forms that clients send: JSON under
// whatever content type, with variables as an object or as JSON text; a bare query; a form.
func plain(contentType string, body []byte) ([]byte, error) {
	typ, _, err := mime.ParseMediaType(strings.SplitN(contentType, ",", 2)[0])
	if err != nil {
		typ = "application/json"
	}
	var q struct {
		Query         string          `json:"query"`
		OperationName string          `json:"operationName,omitempty"`
		Variables     json.RawMessage `json:"variables,omitempty"`
		Extensions    json.RawMessage `json:"extensions,omitempty"`
	}
	switch typ {
	case "application/graphql":
		q.Query = string(body)
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil || form.Get("query") == "" {
			return nil, errShape
		}
		q.Query, q.OperationName = form.Get("query"), form.Get("operationName")
		if v := form.Get("variables"); v != "" {
			q.Variables = json.RawMessage(v)
		}
	default:
		var text string
		if err := json.Unmarshal(body, &q); err != nil {
			return nil, errShape
		}
		if json.Unmarshal(q.Variables, &text) != nil || string(q.Variables) == "null" {
			return body, nil
		}
		q.Variables = json.RawMessage(text)
		if text == "" {
			q.Variables = nil
		}
	}
	out, err := json.Marshal(q)
	if err != nil {
		return nil, errShape
	}
	return out, nil
}

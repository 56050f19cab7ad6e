package exec

import (
	"errors"
	"fmt"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The response is written depth first, in the order of the query, once all is resolved. A write method returns false if
// its value must be null and may not: its caller then cuts the response back to where the object or list began, and is
// null itself or passes it on (the specification's section 6.4.4). Errors are gathered on the way, so what is below or
// after such a null and was not reached is not reported, as in graphql-js.

// step is a part of the path to the value that is being written: a response key, or if it is "" an index.
type step struct {
	key   string
	index int
}

func (r *run) location() (path ast.Path) {
	for _, s := range r.path {
		if s.key != "" {
			path = append(path, ast.PathName(s.key))
		} else {
			path = append(path, ast.PathIndex(s.index))
		}
	}
	return path
}

// writeObject writes a row of a batch; before, if set, is called before each field.
func (r *run) writeObject(out []byte, b *batch, row int, before func(*batch, int)) ([]byte, bool) {
	if b.err != nil {
		r.fail(b.err, nil, nil)
		return out, false
	}
	out = append(out, '{')
	for i := range b.fields {
		sel := &b.fields[i]
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, sel.key...)
		if before != nil {
			before(b, i)
		}
		r.path = append(r.path, step{key: sel.node.Alias})
		var ok bool
		out, ok = r.writeField(out, &b.cols[i], sel, row)
		r.path = r.path[:len(r.path)-1]
		if !ok {
			return out, false
		}
	}
	return append(out, '}'), true
}

func (r *run) writeField(out []byte, c *column, sel *selected, row int) ([]byte, bool) {
	if c.err != nil {
		r.fail(c.err, sel, &c.shown)
		return writeNull(out, sel.typ)
	}
	if c.errs != nil && c.errs[row] != nil {
		r.fail(c.errs[row], sel, nil)
		return writeNull(out, sel.typ)
	}
	return r.writeValue(out, c, sel, sel.typ, 0, row)
}

// writeNull writes a null whose error is known.
func writeNull(out []byte, typ *ast.Type) ([]byte, bool) {
	if typ.NonNull {
		return out, false
	}
	return append(out, "null"...), true
}

// writeValue writes the i-th value of a level of the column's lists, or below the last one the i-th flattened value.
func (r *run) writeValue(out []byte, c *column, sel *selected, typ *ast.Type, depth, i int) ([]byte, bool) {
	start := len(out)
	var ok bool
	var err error
	switch {
	case depth < len(c.levels):
		if l := c.levels[depth][i]; l.n >= 0 || typ.NonNull {
			out, ok = r.writeList(out, c, sel, typ.Elem, depth, l)
		} else {
			err = errNull
		}
	case c.leaf != nil:
		out, err = c.leaf(out, i)
		ok = err == nil
	case c.pos == nil:
		out, ok = r.writeObject(out, c.batches[0], i, nil)
	default:
		if p := c.pos[i]; p.batch >= 0 {
			out, ok = r.writeObject(out, c.batches[p.batch], int(p.row), nil)
		} else if err = c.bad[i]; err == nil {
			err = errNull
		}
	}
	if ok {
		return out, true
	}
	if err == errNull && typ.NonNull {
		err = fmt.Errorf("%s.%s is null, which the schema forbids", sel.field.typ, sel.field.name)
	}
	if err != nil && err != errNull {
		r.fail(err, sel, nil)
	}
	return writeNull(out[:start], typ)
}

func (r *run) writeList(out []byte, c *column, sel *selected, elem *ast.Type, depth int, l span) ([]byte, bool) {
	out = append(out, '[')
	r.path = append(r.path, step{})
	defer func() { r.path = r.path[:len(r.path)-1] }()
	for k := range max(l.n, 0) {
		if k > 0 {
			out = append(out, ',')
		}
		r.path[len(r.path)-1].index = k
		var ok bool
		if out, ok = r.writeValue(out, c, sel, elem, depth+1, l.start+k); !ok {
			return out, false
		}
	}
	return append(out, ']'), true
}

// fail adds an error at the current path, as gqlgen's error presenter shows it. What once holds has been shown already: so
// a failure of a thousand rows is logged once.
func (r *run) fail(err error, sel *selected, once **gqlerror.Error) {
	path := r.location()
	if once != nil && *once != nil {
		again := **once
		again.Path = path
		r.errs = append(r.errs, &again)
		return
	}
	located := gqlerror.Error{Err: err, Message: err.Error()}
	if known, ok := errors.AsType[*gqlerror.Error](err); ok {
		located = *known
		located.Extensions = maps.Clone(known.Extensions) // the presenter may add to them
	}
	located.Path = path
	if sel != nil && located.Locations == nil && sel.node.Position != nil {
		located.Locations = []gqlerror.Location{{Line: sel.node.Position.Line, Column: sel.node.Position.Column}}
	}
	// A context of its own gives this error back alone.
	ctx := graphql.WithFreshResponseContext(r.ctx)
	graphql.AddError(ctx, &located)
	for _, presented := range graphql.GetErrors(ctx) {
		presented.Path = path
		r.errs = append(r.errs, presented)
		if once != nil {
			*once = presented
		}
	}
}

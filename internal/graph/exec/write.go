package exec

import (
	"errors"
	"fmt"

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

// shared is an error of a whole column as it was presented, so that a failure of a thousand rows is logged once.
type shared struct{ presented *gqlerror.Error }

// writeObject writes a row of a batch; before, if set, is called before each field.
func (r *run) writeObject(b *batch, row int, before func(*batch, int)) bool {
	if b.err != nil {
		r.fail(b.err, nil, nil)
		return false
	}
	r.buf = append(r.buf, '{')
	for i := range b.fields {
		sel := &b.fields[i]
		if i > 0 {
			r.buf = append(r.buf, ',')
		}
		r.buf = append(r.buf, '"')
		r.buf = append(r.buf, sel.node.Alias...)
		r.buf = append(r.buf, '"', ':')
		r.path = append(r.path, step{key: sel.node.Alias})
		if before != nil {
			before(b, i)
		}
		ok := r.writeField(&b.cols[i], sel, row)
		r.path = r.path[:len(r.path)-1]
		if !ok {
			return false
		}
	}
	r.buf = append(r.buf, '}')
	return true
}

func (r *run) writeField(c *column, sel *selected, row int) bool {
	typ := typenameType
	if !sel.field.typename {
		typ = sel.field.def.Type
	}
	if c.err != nil {
		if c.shared == nil {
			c.shared = &shared{}
		}
		r.fail(c.err, sel, c.shared)
		return r.writeNull(typ)
	}
	if c.errs != nil && c.errs[row] != nil {
		r.fail(c.errs[row], sel, nil)
		return r.writeNull(typ)
	}
	return r.writeValue(c, sel, typ, 0, row)
}

var typenameType = ast.NonNullNamedType("String", nil)

// writeNull writes a null whose error is known.
func (r *run) writeNull(typ *ast.Type) bool {
	if typ.NonNull {
		return false
	}
	r.buf = append(r.buf, "null"...)
	return true
}

// writeValue writes the i-th value of a level of the column's lists, or below the last one the i-th flattened value.
func (r *run) writeValue(c *column, sel *selected, typ *ast.Type, depth, i int) bool {
	start := len(r.buf)
	var ok bool
	var err error
	switch {
	case depth < len(c.levels):
		if l := c.levels[depth][i]; l.n >= 0 || typ.NonNull {
			ok = r.writeList(c, sel, typ.Elem, depth, l)
		} else {
			err = errNull
		}
	case c.leaf != nil:
		err = r.writeLeaf(c, i)
		ok = err == nil
	case c.pos == nil:
		ok = r.writeObject(c.batches[0], i, nil)
	default:
		if at := c.pos[i]; at.batch >= 0 {
			ok = r.writeObject(c.batches[at.batch], int(at.row), nil)
		} else if err = c.bad[i]; err == nil {
			err = errNull
		}
	}
	if ok {
		return true
	}
	if err == errNull && typ.NonNull {
		err = fmt.Errorf("%s.%s is null, which the schema forbids", sel.field.typ, sel.field.name)
	}
	if err != nil && err != errNull {
		r.fail(err, sel, nil)
	}
	r.buf = r.buf[:start]
	return r.writeNull(typ)
}

func (r *run) writeList(c *column, sel *selected, elem *ast.Type, depth int, l span) bool {
	r.buf = append(r.buf, '[')
	r.path = append(r.path, step{})
	for k := range l.n {
		if k > 0 {
			r.buf = append(r.buf, ',')
		}
		r.path[len(r.path)-1].index = k
		if !r.writeValue(c, sel, elem, depth+1, l.start+k) {
			r.path = r.path[:len(r.path)-1]
			return false
		}
	}
	r.path = r.path[:len(r.path)-1]
	r.buf = append(r.buf, ']')
	return true
}

// writeLeaf appends a leaf; a panic of the function given to Get is an error.
func (r *run) writeLeaf(c *column, i int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = r.recovered(p)
		}
	}()
	b, err := c.leaf(r.buf, i)
	if err == nil {
		r.buf = b
	}
	return err
}

// fail adds an error at the current path, as gqlgen's error presenter shows it.
func (r *run) fail(err error, sel *selected, once *shared) {
	var path ast.Path
	for _, s := range r.path {
		if s.key != "" {
			path = append(path, ast.PathName(s.key))
		} else {
			path = append(path, ast.PathIndex(s.index))
		}
	}
	if once != nil && once.presented != nil {
		again := *once.presented
		again.Path = path
		r.errs = append(r.errs, &again)
		return
	}
	located := gqlerror.Error{Err: err, Message: err.Error()}
	if known, ok := errors.AsType[*gqlerror.Error](err); ok {
		located = *known
	}
	located.Path = path
	if sel != nil && located.Locations == nil && sel.node.Position != nil {
		located.Locations = []gqlerror.Location{{Line: sel.node.Position.Line, Column: sel.node.Position.Column}}
	}
	// A context of its own gives this error back alone.
	ctx := graphql.WithFreshResponseContext(r.ctx)
	graphql.AddError(ctx, &located)
	for _, presented := range graphql.GetErrors(ctx) {
		r.errs = append(r.errs, presented)
		if once != nil {
			once.presented = presented
		}
	}
}

package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// run is one operation being answered: first resolved level by level into batches, then written.
type run struct {
	x             *Executor
	ctx           context.Context
	vars          Args
	introspection bool
	path          []step
	queue         []*batch // whose fields are not resolved yet
	errs          gqlerror.List
}

// batch is all objects of one object type that one field of the query has given.
type batch struct {
	object *objectType
	rows   any // a []*P
	n      int
	fields []selected
	cols   []column // by field
	err    error    // what is wrong with the selection
}

// maxPooled is the largest buffer kept for later responses: one huge answer must not hold its memory.
const maxPooled = 1 << 20

func (x *Executor) answer(ctx context.Context) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	r := &run{x: x, ctx: ctx, introspection: !op.DisableIntrospection}
	root, err := r.start(op)
	if err != nil {
		r.fail(err, nil, nil)
		return &graphql.Response{Errors: r.errs}
	}
	buffer := x.buffers.Get().(*[]byte)
	out, written := (*buffer)[:0], false
	if op.Operation.Operation == ast.Mutation {
		out, written = r.writeObject(out, root, 0, func(b *batch, i int) { // one after the other
			r.resolve(b, i)
			r.drain()
		})
	} else if r.queue = append(r.queue, root); r.drain() {
		out, written = r.writeObject(out, root, 0, nil)
	}
	if err := ctx.Err(); err != nil {
		r.errs, r.path, written = nil, nil, false
		r.fail(err, nil, nil)
	}
	if !written {
		out = append(out[:0], "null"...)
	}
	data := slices.Clone(out)
	if cap(out) <= maxPooled {
		*buffer = out
		x.buffers.Put(buffer)
	}
	return &graphql.Response{Data: data, Errors: r.errs}
}

// start makes the batch that the operation begins with. Its errors are those that refuse the whole request.
func (r *run) start(op *graphql.OperationContext) (*batch, error) {
	if !r.x.built {
		return nil, errors.New("Build has not been called, or has found errors")
	}
	root := map[ast.Operation]*ast.Definition{ast.Query: r.x.schema.Query, ast.Mutation: r.x.schema.Mutation}[op.Operation.Operation]
	if root == nil {
		return nil, refusal("a %s is not served here", op.Operation.Operation)
	}
	var err error
	if r.vars, err = r.x.variables(op.Operation.VariableDefinitions, op.Variables); err != nil {
		return nil, err
	}
	return r.newBatch(r.x.objects[root.Name], []*Root{{}}, 1, []ast.SelectionSet{op.Operation.SelectionSet}), nil
}

// refusal is an error of the query's author.
func refusal(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	shown := &gqlerror.Error{Err: err, Message: err.Error()}
	errcode.Set(shown, errcode.ValidationFailed)
	return shown
}

// newBatch selects the fields of a batch; add it to the queue to have them resolved.
func (r *run) newBatch(object *objectType, rows any, n int, sets []ast.SelectionSet) *batch {
	b := &batch{object: object, rows: rows, n: n}
	if n > 0 {
		b.fields, b.err = r.x.collect(object, sets, r.vars)
		b.cols = make([]column, len(b.fields))
	}
	return b
}

// drain resolves the queued batches and those that come from them, a level of the query after the other. It is false if
// the request was cancelled.
func (r *run) drain() bool {
	for len(r.queue) > 0 {
		level := r.queue
		r.queue = nil
		for _, b := range level {
			for i := range b.fields {
				r.resolve(b, i)
			}
		}
	}
	return r.ctx.Err() == nil
}

// resolve fills the column of one field and queues the batches of objects in it. A panic on the way is an error.
func (r *run) resolve(b *batch, i int) {
	sel, c := &b.fields[i], &b.cols[i]
	f := sel.field
	defer func() {
		if p := recover(); p != nil {
			*c = column{err: cmp.Or(graphql.Recover(r.ctx, p), errors.New("internal error"))}
		}
	}()
	switch {
	case r.ctx.Err() != nil:
		c.err = r.ctx.Err()
	case sel.err != nil:
		c.err = sel.err
	case f == typenameField:
		c.leaf = b.object.typename
	case (f.name == "__schema" || f.name == "__type") && !r.introspection:
		c.err = refusal("introspection is disabled")
	default:
		results, err := f.resolve(context.WithValue(r.ctx, selectedKey{}, sel.sets), b.rows, sel.args)
		if errs, ok := err.(Errors); ok {
			c.errs = errs
		} else if err != nil {
			c.err = err
			return
		}
		n := r.complete(c, f, results, sel.sets)
		if len(c.levels) > 0 {
			n = len(c.levels[0])
		}
		if n != b.n || c.errs != nil && len(c.errs) != b.n {
			*c = column{err: fmt.Errorf("the resolver of %s.%s gave %d results and %d errors for %d parents", f.typ, f.name, n, len(c.errs), b.n)}
		}
	}
}

// complete sorts the results of a field into its column and gives the number of its values.
func (r *run) complete(c *column, f *field, results any, sets []ast.SelectionSet) (n int) {
	switch {
	case f.leaf != nil:
		c.leaf, n, c.levels = f.leaf.column(results, f.depth)
	case f.object != nil:
		rows, size, values := f.object.rows.gather(results, f.depth, c)
		n, c.batches = values, []*batch{r.newBatch(f.object, rows, size, sets)}
	default:
		var values []any
		values, c.levels, _ = f.abstract.column(results, f.depth)
		n = len(values)
		r.sort(c, f.abstract, values, sets)
	}
	r.queue = append(r.queue, c.batches...)
	return n
}

// sort makes one batch per object type of a column of interfaces or unions.
func (r *run) sort(c *column, a *abstractType, values []any, sets []ast.SelectionSet) {
	values = slices.Clone(values) // they are the resolver's
	c.pos = make([]place, len(values))
	bad := func(i int, err error) {
		if c.bad == nil {
			c.bad = map[int]error{}
		}
		c.bad[i] = err
	}
	var types []*objectType
	for i, v := range values {
		c.pos[i] = nowhere
		if v == nil {
			continue
		}
		object, value, err := r.x.typeOf(a, v)
		if err != nil {
			bad(i, err)
			continue
		}
		values[i] = value
		k := 0
		for k < len(types) && types[k] != object {
			k++
		}
		if k == len(types) {
			types = append(types, object)
		}
		c.pos[i].batch = int32(k)
	}
	for k, object := range types {
		rows, n := object.rows.pick(values, c.pos, int32(k), bad)
		c.batches = append(c.batches, r.newBatch(object, rows, n, sets))
	}
}

// typeOf finds the object type of a value of an interface or union, and the value itself.
func (x *Executor) typeOf(a *abstractType, v any) (*objectType, any, error) {
	o, named := v.(Object)
	var object *objectType
	switch {
	case named:
		object, v = x.objects[o.Type], o.Value
	case a.typeOf != nil:
		object = x.objects[a.typeOf(v)]
	default:
		object = x.goTypes[reflect.TypeOf(v)]
	}
	if object == nil || !object.names[a.name] {
		return nil, nil, fmt.Errorf("no object type of %s is known for a %T (see exec.Object and exec.Interface)", a.name, v)
	}
	return object, v, nil
}

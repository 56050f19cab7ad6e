package graph

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
)

// The pages of a connection, as integrators know them: 100 rows unless they say otherwise, 0 allowed, at most maxFirst
// are served and more is no error.
const (
	defaultFirst = 100
	maxFirst     = 5000
)

// connection is one page of a Relay connection.
type connection[T any] struct {
	edges    []*edge[T]
	total    int
	next     bool   // there is more after the page
	previous bool   // the page does not begin at the start
	step     ids.ID // of a page of proposals
	count    func(ctx context.Context, all []*connection[T]) ([]int, error)
}

type edge[T any] struct {
	node   *T
	cursor string
}

// pageInfo of whatever connection.
type pageInfo struct {
	next, previous bool
	start, end     *string
}

func (c *connection[T]) info() *pageInfo {
	p := &pageInfo{next: c.next, previous: c.previous}
	if n := len(c.edges); n > 0 {
		p.start, p.end = &c.edges[0].cursor, &c.edges[n-1].cursor
	}
	return p
}

// first reads the argument. Its error is for the client.
func first(args exec.Args) (int, error) {
	n, ok := args.Int("first")
	switch {
	case !ok:
		return defaultFirst, nil
	case n < 0:
		return 0, fault.New(fault.Invalid, "fault.api.first", "Value", n).In("first")
	}
	return min(n, maxFirst), nil
}

const (
	counted = "arrayconnection:" // a cursor that counts rows, as older clients make and keep them
	keyed   = "parvis:"          // our own: a place in an order
)

// after reads the argument: how many rows to pass over, or the text of our own cursor.
func after(args exec.Args) (offset int, own string, err error) {
	text, _ := args.String("after")
	if text == "" || text == "null" {
		return 0, "", nil
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		if n, ok := strings.CutPrefix(string(raw), counted); ok {
			if offset, err := strconv.Atoi(n); err == nil && offset >= 0 && offset < 1<<31 {
				return offset + 1, "", nil
			}
		}
		if own, ok := strings.CutPrefix(string(raw), keyed); ok {
			return 0, own, nil
		}
	}
	return 0, "", wrongCursor(nil)
}

func cursorAt(offset int) string {
	return base64.StdEncoding.EncodeToString([]byte(counted + strconv.Itoa(offset)))
}

func cursorOf(key string) string {
	return base64.StdEncoding.EncodeToString([]byte(keyed + key))
}

// counting pages a short list by position.
func counting[T any](items []*T, offset, first int) *connection[T] {
	c := &connection[T]{previous: offset > 0}
	if len(items) > first {
		items, c.next = items[:first], true
	}
	for i, n := range items {
		c.edges = append(c.edges, &edge[T]{n, cursorAt(offset + i)})
	}
	return c
}

// relay registers the fields of a connection type and its edge type.
func relay[T any](x *exec.Executor, name string) {
	exec.Field(x, name+"Connection", "totalCount", func(ctx context.Context, all []*connection[T], _ exec.Args) ([]int, error) {
		if all[0].count != nil {
			return all[0].count(ctx, all)
		}
		totals := make([]int, len(all))
		for i, c := range all {
			totals[i] = c.total
		}
		return totals, nil
	})
	exec.Get(x, name+"Connection", "pageInfo", (*connection[T]).info)
	exec.Get(x, name+"Connection", "edges", func(c *connection[T]) []*edge[T] {
		if c.edges == nil {
			return []*edge[T]{} // clients go through them without a check
		}
		return c.edges
	})
	exec.Get(x, name+"Edge", "node", func(e *edge[T]) *T { return e.node })
	exec.Get(x, name+"Edge", "cursor", func(e *edge[T]) string { return e.cursor })
}

// fetch resolves a field that points to one thing per parent, in one statement.
func fetch[P, T, R any](ctx context.Context, parents []*P, id func(*P) ids.ID, load func(ctx context.Context, list []ids.ID) ([]T, error), wrap func(T) (ids.ID, *R)) ([]*R, error) {
	list := make([]ids.ID, len(parents))
	for i, p := range parents {
		list[i] = id(p)
	}
	wanted := missing[*R](list, nil)
	out := make([]*R, len(parents))
	if len(wanted) == 0 {
		return out, nil
	}
	found, err := load(ctx, wanted)
	if err != nil {
		return nil, err
	}
	byID := make(map[ids.ID]*R, len(found))
	for _, t := range found {
		key, r := wrap(t)
		byID[key] = r
	}
	for i, key := range list {
		out[i] = byID[key]
	}
	return out, nil
}

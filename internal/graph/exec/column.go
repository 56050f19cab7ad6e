package exec

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxDepth is how deep lists of lists may be.
const maxDepth = 2

// span is one list within the flattened values of a level.
type span struct{ start, n int }

// level is one level of lists: a span per value of the level above. A nil slice has n = -1.
type level []span

// column is the completed values of one field for all rows of its batch.
type column struct {
	levels []level         // outermost first
	err    error           // of every row
	errs   Errors          // by row
	shown  *gqlerror.Error // err as it was presented
	leaf   leafWriter
	// Of objects: where each flattened value is. A nil pos says that value i is row i of the only batch.
	batches []*batch
	pos     []place
	bad     map[int]error // flattened values whose type is not known
}

// place is a row of a batch; batch is -1 for null.
type place struct{ batch, row int32 }

var nowhere = place{batch: -1}

// rowCodec handles the rows of an object type: a []*P held as any.
type rowCodec interface {
	// gather takes the objects out of a column of *P or P, in lists or not; values is how many, with the nulls.
	gather(col any, depth int, into *column) (rows any, n, values int)
	// pick takes the values that are *P of the given batch out of a mixed column, and sets their places' rows.
	pick(values []any, pos []place, batch int32, bad func(i int, err error)) (rows any, n int)
}

type rowsOf[P any] struct{}

func (rowsOf[P]) gather(col any, depth int, into *column) (any, int, int) {
	flat, levels, ok := unlist[*P](col, depth)
	if !ok {
		var values []P
		values, levels, _ = unlist[P](col, depth)
		flat = make([]*P, len(values))
		for i := range values {
			flat[i] = &values[i]
		}
	}
	into.levels = levels
	if !slices.Contains(flat, nil) {
		return flat, len(flat), len(flat)
	}
	var rows []*P
	into.pos = make([]place, len(flat))
	for i, p := range flat {
		if p == nil {
			into.pos[i] = nowhere
			continue
		}
		into.pos[i].row = int32(len(rows))
		rows = append(rows, p)
	}
	return rows, len(rows), len(flat)
}

func (rowsOf[P]) pick(values []any, pos []place, batch int32, bad func(int, error)) (any, int) {
	var rows []*P
	for i, v := range values {
		if pos[i].batch != batch {
			continue
		}
		p, ok := v.(*P)
		if !ok {
			bad(i, fmt.Errorf("the value is %T, its type needs %v", v, reflect.TypeFor[*P]()))
		}
		if p == nil {
			pos[i] = nowhere
			continue
		}
		pos[i].row = int32(len(rows))
		rows = append(rows, p)
	}
	return rows, len(rows)
}

// unlist flattens a column []E, [][]E… of so many lists within the column's own slice; false if it is of another type.
func unlist[E any](col any, depth int) (flat []E, levels []level, ok bool) {
	if depth == 0 {
		flat, ok = col.([]E)
		return flat, nil, ok
	}
	if lists, ok := col.([][]E); depth == 1 {
		flat, levels = flatten(lists, nil)
		return flat, levels, ok
	}
	lists, ok := col.([][][]E) // maxDepth
	inner, levels := flatten(lists, nil)
	flat, levels = flatten(inner, levels)
	return flat, levels, ok
}

// flatten puts lists one after the other, and says in one more level where each is.
func flatten[E any](lists [][]E, levels []level) ([]E, []level) {
	spans := make(level, len(lists))
	total := 0
	for i, l := range lists {
		spans[i] = span{total, len(l)}
		if l == nil {
			spans[i].n = -1
		}
		total += len(l)
	}
	levels = append(levels, spans)
	if len(lists) == 1 {
		return lists[0], levels
	}
	flat := make([]E, 0, total)
	for _, l := range lists {
		flat = append(flat, l...)
	}
	return flat, levels
}

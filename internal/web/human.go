package web

import (
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Human says whether a form with ui.Trap in it was filled as a person does it: the field that nobody sees is empty, and the
// page was open for a moment, where it says since when. It is no proof, and it stops programs that fill whatever they meet; there is no picture to
// recognise, and nothing is asked of anybody else. Who is stopped wrongly finds their form as it was and sends it again. Fault:
// invalid, or limited when it went too fast.
func (r *Request) Human() error {
	if r.Posted(ui.TrapField) != "" {
		return fault.New(fault.Invalid, "fault.form.trap")
	}
	if at, ok := r.shownAt(); ok && time.Since(at) < r.patience {
		return fault.New(fault.Limited, "fault.form.fast")
	}
	return nil
}

// shownAt is when the form that was sent was first shown, as it says.
func (r *Request) shownAt() (time.Time, bool) {
	ms, err := strconv.ParseInt(r.Posted(ui.ShownField), 10, 64)
	return time.UnixMilli(ms), err == nil && ms > 0
}

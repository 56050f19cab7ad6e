// Package fault holds the errors of the rooms: each has a code that the edges translate to a status, and a translation
// key with arguments, so that a person reads what happened, what was kept and what to do, in their own language.
package fault

import (
	"errors"
	"strings"
	"time"
)

// Code is the kind of a fault; the edges (web, graph, command line) map it to a status with one table each.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong; Field says where
	NotFound    Code = "not_found"   // there is no such thing, or it is not visible to this person
	Forbidden   Code = "forbidden"   // this person may not
	Conflict    Code = "conflict"    // it contradicts what is there
	Closed      Code = "closed"      // too late or too early
	Limited     Code = "limited"     // too often; RetryAfter says when
	Unavailable Code = "unavailable" // try again later
	Internal    Code = "internal"    // ours; never shown
)

// Error is a fault. Key is its sentence in the translations ("fault.…"); Sub holds every reason at once when there are several.
type Error struct {
	Code       Code
	Field      string
	Key        string
	Args       map[string]any
	RetryAfter time.Duration
	Sub        []*Error
	Err        error // the cause, for the log only
}

// New makes a fault from pairs of argument names and values.
func New(code Code, key string, pairs ...any) *Error {
	e := &Error{Code: code, Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[pairs[i].(string)] = pairs[i+1]
	}
	return e
}

// In returns the fault with the input field that it is about.
func (e *Error) In(field string) *Error { e.Field = field; return e }

// Because returns the fault with its cause.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// Error is the log text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code) + " " + e.Key)
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	for _, s := range e.Sub {
		b.WriteString("; " + s.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is says whether err is, or wraps, a fault of that code.
func Is(err error, code Code) bool { return CodeOf(err) == code }

// CodeOf gives the code of the outermost fault in err, Internal for any other error, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// All joins faults found together: nil for none, the one alone, else a fault of the first one's code with all in Sub.
func All(faults []*Error) error {
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return faults[0]
	}
	return &Error{Code: faults[0].Code, Key: "fault.several", Args: map[string]any{"Count": len(faults)}, Sub: faults}
}

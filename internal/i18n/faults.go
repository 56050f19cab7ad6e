package i18n

import (
	"errors"
	"strings"

	"github.com/parvis-civic/parvis/internal/fault"
)

// Fault says an error to a person, every reason at once; "" for nil. What is not a fault, and an internal fault, is
// only said to be ours.
func (l *Locale) Fault(err error) string { return strings.Join(l.Faults(err), " ") }

// Faults gives the sentences of Fault one by one.
func (l *Locale) Faults(err error) []string {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Code == fault.Internal {
		return []string{l.T("fault.internal")}
	}
	if len(e.Sub) == 0 {
		return []string{l.faultSentence(e)}
	}
	var all []string
	for _, sub := range e.Sub {
		all = append(all, l.Faults(sub)...)
	}
	return all
}

// faultSentence falls back to the general sentence of the code, so that nobody reads a key.
func (l *Locale) faultSentence(e *fault.Error) string {
	if !l.Has(e.Key) && !For(l.Lang.Other(), l.Zone).Has(e.Key) {
		l.c.miss(l.Lang, e.Key)
		return l.T("fault." + string(e.Code))
	}
	return l.sentence(e.Key, e.Args)
}

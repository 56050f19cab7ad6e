package control

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/transfer"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// event is one line of an answer: how far the work is, or, last, what came of it.
type event struct {
	Progress  *progress        `json:"progress,omitempty"`
	Report    *transfer.Report `json:"report,omitempty"`
	Platform  *Platform        `json:"platform,omitempty"`
	Platforms []Platform       `json:"platforms,omitempty"`
	Addresses *Addresses       `json:"addresses,omitempty"`
	Winners   *winners         `json:"winners,omitempty"`
	Basemap   *Basemap         `json:"basemap,omitempty"`
	Error     *failure         `json:"error,omitempty"`
}

type progress struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// failure carries an error so that the other side says the same sentence and ends with the same status.
type failure struct {
	Format *pabulib.FormatError `json:"format,omitempty"`
	Fault  *wireFault           `json:"fault,omitempty"`
	Text   string               `json:"text"`
}

type wireFault struct {
	Code       fault.Code     `json:"code"`
	Field      string         `json:"field,omitempty"`
	Key        string         `json:"key"`
	Args       map[string]any `json:"args,omitempty"`
	RetryAfter time.Duration  `json:"retry_after,omitempty"`
	Sub        []*wireFault   `json:"sub,omitempty"`
	Cause      string         `json:"cause,omitempty"`
}

func failureOf(err error) *failure {
	f := &failure{Text: err.Error()}
	if e, ok := errors.AsType[*pabulib.FormatError](err); ok {
		f.Format = e
	} else if e, ok := errors.AsType[*fault.Error](err); ok {
		f.Fault = wired(e)
	}
	return f
}

func wired(e *fault.Error) *wireFault {
	w := &wireFault{Code: e.Code, Field: e.Field, Key: e.Key, Args: e.Args, RetryAfter: e.RetryAfter}
	if e.Err != nil {
		w.Cause = e.Err.Error()
	}
	for _, s := range e.Sub {
		w.Sub = append(w.Sub, wired(s))
	}
	return w
}

// err gives back the error that failureOf was given, but for what it wrapped.
func (f *failure) err() error {
	switch {
	case f.Format != nil:
		f.Format.Args = restored(f.Format.Args)
		return f.Format
	case f.Fault != nil:
		return f.Fault.fault()
	}
	return errors.New(f.Text)
}

func (w *wireFault) fault() *fault.Error {
	e := &fault.Error{Code: w.Code, Field: w.Field, Key: w.Key, Args: restored(w.Args), RetryAfter: w.RetryAfter}
	if w.Cause != "" {
		e.Err = errors.New(w.Cause)
	}
	for _, s := range w.Sub {
		e.Sub = append(e.Sub, s.fault())
	}
	return e
}

// restored gives the arguments of a sentence the types that they had before they were JSON, as the sentence depends on
// them. The decoder must use json.Number.
func restored(args map[string]any) map[string]any {
	for name, v := range args {
		switch v := v.(type) {
		case json.Number:
			if n, err := v.Int64(); err == nil && !strings.ContainsAny(v.String(), ".eE") {
				args[name] = n
			} else if f, err := v.Float64(); err == nil {
				args[name] = f
			}
		case []any:
			texts := make([]string, 0, len(v))
			for _, item := range v {
				if text, ok := item.(string); ok {
					texts = append(texts, text)
				}
			}
			if len(texts) == len(v) {
				args[name] = texts
			}
		}
	}
	return args
}

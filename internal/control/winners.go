package control

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
)

const pathWinners = "/1/winners"

// winners is what came of importing winners from before Parvis, as it is answered.
type winners struct {
	Added   int          `json:"added"`
	Updated int          `json:"updated"`
	Refused []refusedRow `json:"refused"`
}

type refusedRow struct {
	Line  int        `json:"line"`
	Fault *wireFault `json:"fault"`
}

func (h here) ImportWinners(ctx context.Context, slug, name string, file io.Reader) (delivery.PastReport, error) {
	of, err := h.platform(ctx, slug)
	if err != nil {
		return delivery.PastReport{}, err
	}
	content, err := io.ReadAll(io.LimitReader(file, delivery.MaxPastFile+1))
	if err != nil {
		return delivery.PastReport{}, err
	}
	if len(content) > delivery.MaxPastFile {
		return delivery.PastReport{}, fault.New(fault.Invalid, "fault.form.large", "Limit", delivery.MaxPastFile>>20)
	}
	return delivery.ImportPast(ctx, h.db, of, name, content)
}

func (s *server) importWinners(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	report, err := s.work.ImportWinners(r.Context(), asked.Get("platform"), asked.Get("name"), r.Body)
	answer := winners{Added: report.Added, Updated: report.Updated}
	for _, one := range report.Refused {
		answer.Refused = append(answer.Refused, refusedRow{one.Line, wired(one.Err)})
	}
	s.answer(w, r).end(event{Winners: &answer}, err)
}

func (t there) ImportWinners(ctx context.Context, slug, name string, file io.Reader) (delivery.PastReport, error) {
	e, err := t.call(ctx, http.MethodPost, pathWinners+"?"+url.Values{"platform": {slug}, "name": {name}}.Encode(), file, nil)
	if err != nil {
		return delivery.PastReport{}, err
	}
	if e.Winners == nil {
		return delivery.PastReport{}, errors.New("the running serve gave no report")
	}
	report := delivery.PastReport{Added: e.Winners.Added, Updated: e.Winners.Updated}
	for _, one := range e.Winners.Refused {
		report.Refused = append(report.Refused, delivery.Refused{Line: one.Line, Err: one.Fault.fault()})
	}
	return report, nil
}

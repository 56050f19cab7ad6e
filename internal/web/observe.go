package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/parvis-civic/parvis/internal/ids"
)

// event is what the log says of a request: one line, written when it is answered.
type event struct {
	id       string
	platform string
	pattern  string
	err      error
	stack    string
	status   int
	bytes    int64
}

type eventKey struct{}

// eventOf gives the event of a request; a handler that is tested alone gets one that nobody reads.
func eventOf(r *http.Request) *event {
	if e, ok := r.Context().Value(eventKey{}).(*event); ok {
		return e
	}
	return &event{}
}

// RequestID gives the identifier that the log and the answer have of a request.
func RequestID(ctx context.Context) string {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		return e.id
	}
	return ""
}

// observing gives each request its identifier and, once it is answered, its line in the log.
func (s *server) observing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := &event{id: ids.Random().String()}
		w.Header().Set("X-Request-Id", e.id)
		defer func() {
			if e.status == 0 {
				e.status = http.StatusOK
			}
			took := time.Since(start)
			s.write(r, e, took)
			if s.Seen != nil {
				s.Seen(e.pattern, e.status, took)
			}
		}()
		next.ServeHTTP(&counter{ResponseWriter: w, e: e}, r.WithContext(context.WithValue(r.Context(), eventKey{}, e)))
	})
}

func (s *server) write(r *http.Request, e *event, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", e.id), slog.String("method", r.Method), slog.String("host", r.Host), slog.String("path", r.URL.Path),
		slog.Int("status", e.status), slog.Int64("bytes", e.bytes), slog.Duration("took", took),
	}
	if e.platform != "" {
		attrs = append(attrs, slog.String("platform", e.platform))
	}
	if e.err != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", e.err.Error()))
	}
	if e.stack != "" {
		attrs = append(attrs, slog.String("stack", e.stack))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// recovering answers a handler that panicked with the page that says it is ours, unless something was written already.
func (s *server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			e := eventOf(r)
			e.err, e.stack = fmt.Errorf("panic: %v", cause), string(debug.Stack())
			if e.status != 0 {
				panic(http.ErrAbortHandler) // half an answer is out: the connection must break
			}
			lang, _ := languageOf(r.URL.Path)
			p, _, _, _ := s.requested(r, lang)
			s.show(w, r, View{Status: http.StatusInternalServerError, Page: brokenPage(p, p.T("web.broken.title"), p.T("web.broken.why"))})
		}()
		next.ServeHTTP(w, r)
	})
}

// counter notes the status and the bytes of an answer.
type counter struct {
	http.ResponseWriter
	e *event
}

func (c *counter) WriteHeader(status int) {
	if c.e.status == 0 && status >= 200 {
		c.e.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	if c.e.status == 0 {
		c.e.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.e.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is under it.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

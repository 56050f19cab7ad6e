package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	gqllru "github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/graph/exec/direct"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/result"
)

// Options are what the API is made of.
type Options struct {
	DB    *db.DB
	Log   *slog.Logger
	Local string // scheme and host of the links of platforms that have no address of their own
}

// Limits of a request. The largest known client asks nine levels deep for some 25,000 rows at once.
const (
	maxBody    = 1 << 20
	maxTokens  = 15_000
	maxQueries = 1000 // parsed and validated ones that are kept
	maxTime    = 20 * time.Second
)

// The memory of answers: while nothing changes, the same question has the same answer. What depends on the time (the
// state of a step) may be as late as an answer may be old.
const (
	maxAnswers    = 512
	maxAnswerSize = 64 << 10
	maxAge        = time.Second
)

type server struct {
	Options
	gql     *handler.Server
	turns   chan struct{} // a token for each query that is being resolved
	answers *lru.Cache[[sha256.Size]byte, answer]
}

// answer is a whole response with what it held at.
type answer struct {
	version string
	until   time.Time
	status  int
	whole   bool // without errors
	body    []byte
}

// New gives the handler of /graphql. It fails when a field of the schema has no resolver, or two.
func New(o Options) (http.Handler, error) {
	x, err := executor()
	if err != nil {
		return nil, err
	}
	answers, err := lru.New[[sha256.Size]byte, answer](maxAnswers)
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, gql: handler.New(x), answers: answers, turns: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	s.gql.AddTransport(direct.New(transport.GET{}))
	s.gql.AddTransport(direct.New(transport.POST{}))
	s.gql.SetValidationRulesFn(x.Rules)
	s.gql.SetQueryCache(gqllru.New[*ast.QueryDocument](maxQueries))
	s.gql.SetParserTokenLimit(maxTokens)
	s.gql.Use(extension.Introspection{})
	s.gql.Use(manyFields{})
	s.gql.AroundResponses(s.read)
	s.gql.SetErrorPresenter(s.present)
	return s, nil
}

// ServeHTTP answers a query from one snapshot of the platform of the host. It reads no cookie: whoever asks is anyone,
// from any site.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "the request is too large: at most 1 MiB")
		return
	}
	if r.Method == http.MethodPost {
		if body, err = plain(r.Header.Get("Content-Type"), body); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	if text := append(body, r.URL.RawQuery...); !utf8.Valid(body) || bytes.Contains(text, []byte(`\u0000`)) || bytes.Contains(text, []byte("%00")) {
		refuse(w, http.StatusBadRequest, "the request must be UTF-8 without NUL")
		return
	}
	a, err := s.answer(r, body)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// answer gives a remembered answer, or a new one. Only whole answers are remembered: an error may be one visitor's own.
func (s *server) answer(r *http.Request, body []byte) (answer, error) {
	version, err := s.DB.Version(r.Context())
	if err != nil {
		return answer{}, err
	}
	key := keyOf(r, body)
	if a, ok := s.answers.Get(key); ok && a.version == version && time.Now().Before(a.until) {
		return a, nil
	}
	a, err := s.fresh(r, body)
	if err != nil {
		return answer{}, err
	}
	a.version, a.until = version, time.Now().Add(maxAge)
	if a.whole && len(a.body) <= maxAnswerSize && r.Context().Err() == nil {
		s.answers.Add(key, a)
	}
	return a, nil
}

func keyOf(r *http.Request, body []byte) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range []string{r.Method, r.Host, r.URL.RawQuery} {
		_, _ = io.WriteString(h, part)
		_, _ = h.Write([]byte{0})
	}
	_, _ = h.Write(body)
	return [sha256.Size]byte(h.Sum(nil))
}

type hostKey struct{}

// call is what the library is asked, and what became of it.
type call struct {
	host  string
	whole bool  // without errors
	err   error // of the snapshot
}

// fresh has the library parse and validate the query, then answers from the database.
func (s *server) fresh(r *http.Request, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), maxTime)
	defer cancel()
	c := &call{host: r.Host}
	inner := r.Clone(context.WithValue(ctx, hostKey{}, c))
	inner.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	inner.Body = io.NopCloser(bytes.NewReader(body))
	out := buffer{header: http.Header{}, status: http.StatusOK}
	s.gql.ServeHTTP(&out, inner)
	if c.err != nil {
		return answer{}, c.err
	}
	a := answer{status: out.status, body: out.body.Bytes(), whole: c.whole && out.status == http.StatusOK}
	if a.status == http.StatusUnprocessableEntity { // old clients read the body of 200 alone, but for a syntax error
		a.status = http.StatusOK
		if bytes.Contains(a.body, []byte(errcode.ParseFailed)) {
			a.status = http.StatusBadRequest
		}
	}
	return a, nil
}

// read resolves a valid query in one snapshot, which is let go before a slow client takes the answer. Few queries are
// resolved at once, so that pages never wait for a reader.
func (s *server) read(ctx context.Context, next graphql.ResponseHandler) (response *graphql.Response) {
	if !graphql.HasOperationContext(ctx) || graphql.GetOperationContext(ctx).Operation == nil {
		return next(ctx) // the query was refused: there is nothing to resolve
	}
	c := ctx.Value(hostKey{}).(*call)
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		c.err = fault.New(fault.Unavailable, "fault.unavailable").Because(ctx.Err())
		return nil
	}
	c.err = s.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := platform.ByHost(ctx, tx, c.host)
		if err != nil {
			return err
		}
		q := &request{tx: tx, platform: p, base: p.Base(s.Local), now: p.Now(tx.Now()), projects: map[ids.ID]*Project{}, lines: map[ids.ID][]result.LineOf{}}
		response = next(with(ctx, q))
		return nil
	})
	c.whole = response != nil && len(response.Errors) == 0
	return response
}

// buffer is a response that is kept.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffer) Header() http.Header         { return b.header }
func (b *buffer) WriteHeader(status int)      { b.status = status }
func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }

// present words an error: a fault in its own words with its code, the library's as it is; what is ours is logged and
// not shown.
func (s *server) present(ctx context.Context, err error) *gqlerror.Error {
	shown := graphql.DefaultErrorPresenter(ctx, err)
	cause := errors.Unwrap(shown)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code != fault.Internal {
		shown.Message = i18n.For(i18n.EN, nil).Fault(f)
		shown.Extensions = map[string]any{"code": string(f.Code)}
		return shown
	}
	if cause == nil {
		return shown
	}
	s.Log.ErrorContext(ctx, "a resolver failed", "error", err, "path", shown.Path.String())
	shown.Message, shown.Extensions = "internal error", map[string]any{"code": string(fault.Internal)}
	return shown
}

func (s *server) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch fault.CodeOf(err) {
	case fault.NotFound:
		refuse(w, http.StatusNotFound, "there is no platform here yet")
	case fault.Unavailable:
		refuse(w, http.StatusServiceUnavailable, "try again in a moment")
	default:
		s.Log.ErrorContext(r.Context(), "a query failed", "error", err)
		refuse(w, http.StatusInternalServerError, "internal error")
	}
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(graphql.Response{Errors: gqlerror.List{{Message: message}}})
}

package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// The requests of the protocol, whose number changes when an older command would misunderstand. Bodies and answers are
// JSON, an event a line, but for the bytes of an imported file and of a backup.
const (
	pathImport    = "/1/import"
	pathBackup    = "/1/backup"
	pathPlatforms = "/1/platforms"
	pathAddresses = "/1/addresses"
	pathRoles     = "/1/roles"
)

// failureTrailer follows a backup that broke off, with the failure.
const failureTrailer = "Parvis-Failure"

// server does what commands hand over.
type server struct {
	log      *slog.Logger
	work     Work
	spool    string
	patience time.Duration // how long a command may take to read what it is sent
}

// Handler answers commands with the work of a database. Files that are being imported lie in the folder spool, which is
// emptied first. It is for the socket alone: whoever reaches it may do everything.
func Handler(log *slog.Logger, work Work, spool string) (http.Handler, error) {
	if err := os.RemoveAll(spool); err != nil {
		return nil, fmt.Errorf("empty the spool: %w", err)
	}
	if err := os.Mkdir(spool, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool: %w", err)
	}
	return (&server{log, work, spool, readerPatience}).handler(), nil
}

// readerPatience is how long a backup waits for a command that reads nothing: its snapshot keeps the log of the database
// from being emptied, so it must not wait for ever.
const readerPatience = time.Minute

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathImport, s.importFile)
	mux.HandleFunc("GET "+pathBackup, s.backup)
	mux.HandleFunc("POST "+pathPlatforms, s.createPlatform)
	mux.HandleFunc("GET "+pathPlatforms, s.listPlatforms)
	mux.HandleFunc("POST "+pathAddresses, s.importAddresses)
	mux.HandleFunc("POST "+pathWinners, s.importWinners)
	mux.HandleFunc("POST "+pathBasemap, s.importBasemap)
	mux.HandleFunc("DELETE "+pathBasemap, s.removeBasemap)
	mux.HandleFunc("POST "+pathRoles, s.giveRoles)
	return mux
}

// answer writes events, and the errors of the work into the log as well.
type answer struct {
	s   *server
	r   *http.Request
	out *http.ResponseController
	enc *json.Encoder
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) *answer {
	w.Header().Set("Content-Type", "application/x-ndjson")
	return &answer{s, r, http.NewResponseController(w), json.NewEncoder(w)}
}

// send ignores that the command has left: the context ends the work.
func (a *answer) send(e event) {
	if a.enc.Encode(e) == nil {
		_ = a.out.Flush()
	}
}

func (a *answer) end(e event, err error) {
	if err = a.s.meaning(a.r.Context(), err); err != nil {
		e = event{Error: failureOf(err)}
	}
	a.send(e)
	a.s.logged(a.r, err)
}

func (s *server) logged(r *http.Request, err error) {
	if err != nil {
		s.log.Warn("command", "path", r.URL.Path, "error", err)
		return
	}
	s.log.Info("command", "path", r.URL.Path)
}

// meaning tells a command that its work was cut short because serve ends.
func (s *server) meaning(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), ErrStopping) {
		return fault.New(fault.Unavailable, "fault.control.stopping").Because(err)
	}
	return err
}

// ErrStopping is the cause with which serve ends the context of the requests when it stops.
var ErrStopping = errors.New("serve is stopping")

func (s *server) importFile(w http.ResponseWriter, r *http.Request) {
	a := s.answer(w, r)
	path, err := s.receive(r.Body)
	if err != nil {
		a.end(event{}, fmt.Errorf("receive the file: %w", err))
		return
	}
	q := r.URL.Query()
	report, err := s.work.Import(r.Context(),
		transfer.File{Name: q.Get("name"), Open: func() (io.ReadCloser, error) { return os.Open(path) }},
		transfer.Options{Platform: q.Get("platform"), Replace: q.Has("replace"), Progress: func(done, total int) {
			a.send(event{Progress: &progress{done, total}})
		}})
	if removed := os.Remove(path); removed != nil {
		s.log.Error("remove a spooled file", "error", removed)
	}
	a.end(event{Report: &report}, err)
}

// receive spools a file: an import reads it twice, and must not hold its transactions open for a slow sender.
func (s *server) receive(body io.Reader) (path string, err error) {
	f, err := os.CreateTemp(s.spool, "import-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, body)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func (s *server) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/zstd")
	err := s.meaning(r.Context(), s.work.Backup(r.Context(), patient{w, http.NewResponseController(w), s.patience}))
	s.logged(r, err)
	if err != nil {
		text, _ := json.Marshal(failureOf(err)) // it holds texts and numbers only
		w.Header().Set(http.TrailerPrefix+failureTrailer, string(text))
	}
}

// patient gives each write its own deadline.
type patient struct {
	w    io.Writer
	out  *http.ResponseController
	wait time.Duration
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.out.SetWriteDeadline(time.Now().Add(p.wait)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

func (s *server) createPlatform(w http.ResponseWriter, r *http.Request) {
	a := s.answer(w, r)
	var n NewPlatform
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		a.end(event{}, err)
		return
	}
	p, err := s.work.CreatePlatform(r.Context(), n)
	a.end(event{Platform: &p}, err)
}

func (s *server) giveRoles(w http.ResponseWriter, r *http.Request) {
	a := s.answer(w, r)
	var n NewRoles
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		a.end(event{}, err)
		return
	}
	a.end(event{}, s.work.GiveRoles(r.Context(), n))
}

func (s *server) listPlatforms(w http.ResponseWriter, r *http.Request) {
	list, err := s.work.Platforms(r.Context())
	s.answer(w, r).end(event{Platforms: list}, err)
}

func (s *server) importAddresses(w http.ResponseWriter, r *http.Request) {
	n, err := s.work.ImportAddresses(r.Context(), r.URL.Query().Get("platform"), r.Body)
	s.answer(w, r).end(event{Addresses: &n}, err)
}

// Spool gives the folder of files that are being imported into the database in dir.
func Spool(dir string) string { return filepath.Join(dir, "spool") }

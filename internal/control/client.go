package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"syscall"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// patience is how long a command waits for the socket of a process that has the lock: a serve that is starting listens
// soon, another command never does.
const patience = 5 * time.Second

// Open gives the work on a database: through the serve that has it open, else by opening it here. The fault
// database_in_use (conflict) says that a process other than a serve has it.
func Open(ctx context.Context, cfg db.Config) (Work, error) {
	if cfg.Dir == "" { // PostgreSQL takes many at once
		return open(ctx, cfg)
	}
	for deadline := time.Now().Add(patience); ; {
		if there, err := dial(ctx, cfg.Dir); err != nil || there != nil {
			return there, err
		}
		work, err := open(ctx, cfg)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != "fault.database_in_use" || time.Now().After(deadline) {
			return work, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func open(ctx context.Context, cfg db.Config) (Work, error) {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return Here(d), nil
}

// there hands the work over to a serve.
type there struct{ http *http.Client }

// dial finds the serve of a folder, nil when none listens.
func dial(ctx context.Context, dir string) (Work, error) {
	path, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	if filepath.Base(path) != socketName {
		if err := ownFolder(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	connect := func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", path) }
	conn, err := connect(ctx)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) || // opening it says why
		errors.Is(err, syscall.ECONNREFUSED) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reach the serve of %s: %w", dir, err)
	}
	conn.Close()
	return there{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return connect(ctx) },
	}}}, nil
}

func (t there) request(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://serve"+path, body)
	if err != nil {
		return nil, err
	}
	res, err := t.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("hand the work to the running serve: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("the running serve does not know %s %s: it is of another version; restart it with this one", method, path)
	}
	return res, nil
}

// call gives the last event of the answer, and tells the others as they come.
func (t there) call(ctx context.Context, method, path string, body io.Reader, tell func(done, total int)) (event, error) {
	res, err := t.request(ctx, method, path, body)
	if err != nil {
		return event{}, err
	}
	defer res.Body.Close()
	in := json.NewDecoder(res.Body)
	in.UseNumber()
	for {
		var e event
		if err := in.Decode(&e); err != nil {
			return event{}, fmt.Errorf("the running serve broke off: %w", err)
		}
		switch {
		case e.Error != nil:
			return event{}, e.Error.err()
		case e.Progress == nil:
			return e, nil
		case tell != nil:
			tell(e.Progress.Done, e.Progress.Total)
		}
	}
}

func (t there) Import(ctx context.Context, f transfer.File, o transfer.Options) (transfer.Report, error) {
	in, err := f.Open()
	if err != nil {
		return transfer.Report{}, err
	}
	defer in.Close()
	q := url.Values{"name": {f.Name}, "platform": {o.Platform}}
	if o.Replace {
		q.Set("replace", "")
	}
	e, err := t.call(ctx, http.MethodPost, pathImport+"?"+q.Encode(), in, o.Progress)
	if err != nil {
		return transfer.Report{}, err
	}
	if e.Report == nil {
		return transfer.Report{}, errors.New("the running serve gave no report")
	}
	for i := range e.Report.Refused {
		e.Report.Refused[i].Args = restored(e.Report.Refused[i].Args)
	}
	return *e.Report, nil
}

func (t there) Backup(ctx context.Context, w io.Writer) error {
	res, err := t.request(ctx, http.MethodGet, pathBackup, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("copy from the running serve: %w", err)
	}
	text := res.Trailer.Get(failureTrailer)
	if text == "" {
		return nil
	}
	var f failure
	in := json.NewDecoder(bytes.NewReader([]byte(text)))
	in.UseNumber()
	if err := in.Decode(&f); err != nil {
		return fmt.Errorf("the running serve broke off: %w", err)
	}
	return f.err()
}

func (t there) CreatePlatform(ctx context.Context, n NewPlatform) (Platform, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return Platform{}, err
	}
	e, err := t.call(ctx, http.MethodPost, pathPlatforms, bytes.NewReader(body), nil)
	if err != nil {
		return Platform{}, err
	}
	if e.Platform == nil {
		return Platform{}, errors.New("the running serve gave no platform")
	}
	return *e.Platform, nil
}

func (t there) Platforms(ctx context.Context) ([]Platform, error) {
	e, err := t.call(ctx, http.MethodGet, pathPlatforms, nil, nil)
	return e.Platforms, err
}

func (t there) ImportAddresses(ctx context.Context, platform string, file io.Reader) (Addresses, error) {
	e, err := t.call(ctx, http.MethodPost, pathAddresses+"?"+url.Values{"platform": {platform}}.Encode(), file, nil)
	if err != nil {
		return Addresses{}, err
	}
	if e.Addresses == nil {
		return Addresses{}, errors.New("the running serve gave no count")
	}
	return *e.Addresses, nil
}

func (t there) GiveRoles(ctx context.Context, r NewRoles) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = t.call(ctx, http.MethodPost, pathRoles, bytes.NewReader(body), nil)
	return err
}

func (t there) Close() error { t.http.CloseIdleConnections(); return nil }

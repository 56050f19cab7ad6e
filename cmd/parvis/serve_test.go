package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// process is the built command at work.
type process struct {
	*exec.Cmd
	url  string
	log  *bytes.Buffer
	once sync.Once
	err  error
}

// serving starts the binary with arguments and returns once it has said its address.
func serving(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(binary, append(args, "--addr", "127.0.0.1:0", "--log-format", "json")...), log: new(bytes.Buffer)}
	p.Stderr = p.log
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill() // it may have ended
		_ = p.wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), " at "); ok {
			// Go's resolver may not know localhost's relatives, and the test needs one address only.
			p.url = strings.Replace(url, "localhost", "127.0.0.1", 1)
			return p
		}
	}
	t.Fatalf("it never answered: %v\n%s", p.wait(), p.log)
	return nil
}

func (p *process) wait() error {
	p.once.Do(func() { p.err = p.Wait() })
	return p.err
}

// stop asks it to end, and wants it to end well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		tail := p.log.String()
		t.Fatalf("after SIGTERM: %v\n…%s", err, tail[max(0, len(tail)-1000):])
	}
}

func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// titles asks the API for the projects.
func (p *process) titles(t *testing.T) string {
	t.Helper()
	res, err := http.Post(p.url+"/graphql", "application/json", strings.NewReader(`{"query":"{ projects { totalCount edges { node { title } } } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCommandsHandTheirWorkToTheServeThatHasTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := serving(t, "serve", "--data", dir)
	if out := done(t, "platform", "list", "--data", dir); !strings.Contains(out, "There is no platform yet.") {
		t.Errorf("empty list: %s", out)
	}
	if got := lines[imported](t, done(t, "import", elections+toulouse, "--data", dir, "--json"))[0]; got.Ballots != 4532 || got.Proposals != 199 {
		t.Errorf("import: %+v", got)
	}
	if got := lines[imported](t, done(t, "import", elections+toulouse, "--data", dir, "--json"))[0]; !got.Unchanged {
		t.Errorf("again: %+v", got)
	}
	if got := p.titles(t); !strings.Contains(got, "Budget participatif 2022") {
		t.Errorf("the API does not show what came in: %s", got)
	}
	done(t, "platform", "create", "lyon", "--name", "Lyon", "--data", dir)
	if out := done(t, "platform", "list", "--data", dir); !strings.Contains(out, "lyon") || !strings.Contains(out, "toulouse") {
		t.Errorf("list: %s", out)
	}

	// The same sentences and exit codes as without a serve.
	bad, _, _ := withBadLines(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import", write(t, "x.pb", electionText(t, "Poland_Lodz_2022.pb")[:9000])}, exitWrong, "line 102: The section VOTES is missing"},
		{[]string{"import", "missing.pb"}, exitWrong, "The file missing.pb does not exist."},
		{[]string{"import", bad, "--platform", "nowhere"}, exitWrong, "There is no platform “nowhere”"},
		{[]string{"platform", "create", "lyon", "--name", "Lyon"}, exitWrong, "another platform’s already"},
		{[]string{"platform", "create", "No", "--name", "No", "--accent", "red"}, exitWrong, "The colour “red”"},
		{[]string{"import", bad}, exitRefused, ""},
		{[]string{"restore", saveBackup(t, dir)}, exitWrong, "Choose another folder with --data"},
	} {
		r := parvis(t, append(c.args, "--data", dir)...)
		if r.code != c.code || !strings.Contains(r.err, c.want) {
			t.Errorf("%v: exit %d, %s%s", c.args, r.code, r.out, r.err)
		}
	}
	spooled, err := os.ReadDir(filepath.Join(dir, "spool"))
	if err != nil || len(spooled) != 0 {
		t.Errorf("left in the spool: %v, %v", spooled, err)
	}
	p.stop(t)
	if _, err := os.Lstat(filepath.Join(dir, "control.sock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// saveBackup copies the database of a folder.
func saveBackup(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.tar.zst")
	done(t, "backup", path, "--data", dir)
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left beside the backup: %v", left)
	}
	return path
}

func TestBackupMadeWhileItServesIsRestoredOnTheOtherEngine(t *testing.T) {
	from := filepath.Join(t.TempDir(), "data")
	done(t, "import", elections+quarter, "--data", from)
	p := serving(t, "serve", "--data", from)
	copied := saveBackup(t, from)
	other := dbtest.EmptyPostgres(t)
	done(t, "restore", copied, "--database", other)
	q := serving(t, "serve", "--database", other)
	if a, b := p.titles(t), q.titles(t); a != b || !strings.Contains(a, "Saint-Cyprien") {
		t.Errorf("the API says %s on SQLite, %s on PostgreSQL", a, b)
	}
	q.stop(t)
	p.stop(t)

	var viaPipe, errs bytes.Buffer
	if code := execute(t.Context(), []string{"backup", "-", "--database", other}, nil, &viaPipe, &errs); code != exitDone {
		t.Fatalf("backup -: exit %d: %s", code, errs.String())
	}
	back := filepath.Join(t.TempDir(), "data")
	done(t, "restore", write(t, "back.tar.zst", viaPipe.String()), "--data", back)
	was, is := counts(t, from), counts(t, back)
	if was["ballot"] != 436 || is["ballot"] != 436 || was["result_line"] != is["result_line"] {
		t.Errorf("rows were %v, came back as %v", was, is)
	}
}

func TestServeSaysHowItIs(t *testing.T) {
	dir := t.TempDir()
	done(t, "import", elections+quarter, "--data", dir)
	p := serving(t, "serve", "--data", dir)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, body := p.get(t, path); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	if status, body := p.get(t, "/"); status != http.StatusOK || !strings.Contains(body, "Toulouse") {
		t.Errorf("/: %d", status)
	}
	_, text := p.get(t, "/metrics")
	for _, want := range []string{`parvis_http_requests_total{route="GET /{$}",status="200"} 1`, `parvis_db_seconds_count{kind="read"}`,
		"parvis_db_commits_total", "go_goroutines", "process_resident_memory_bytes", "parvis_build_info"} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	p.stop(t)
	found := false
	for line := range strings.Lines(p.log.String()) {
		var e struct{ Msg, Request, Path string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Errorf("the log has %s", line)
		}
		found = found || e.Msg == "request" && e.Request != "" && e.Path == "/"
	}
	if !found {
		t.Errorf("no request with its identifier in the log:\n%s", p.log)
	}
}

func TestSecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	dir := t.TempDir()
	p := serving(t, "serve", "--data", dir)
	out, err := exec.Command(binary, "serve", "--data", dir, "--addr", "127.0.0.1:0").CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitFailed || !strings.Contains(string(out), "is using the database") {
		t.Errorf("%v: %s", err, out)
	}
	out, err = exec.Command(binary, "serve", "--data", t.TempDir(), "--addr", strings.TrimPrefix(p.url, "http://")).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitFailed || !strings.Contains(string(out), "choose another address with --addr") {
		t.Errorf("%v: %s", err, out)
	}
}

// Under load, every request that was sent gets its whole answer; only new connections are refused.
func TestSIGTERMUnderLoadLosesNoAnswer(t *testing.T) {
	dir := t.TempDir()
	done(t, "import", elections+quarter, "--data", dir)
	p := serving(t, "serve", "--data", dir)
	var answered, refused atomic.Int64
	var clients sync.WaitGroup
	under := make(chan struct{}, 1)
	for i := range 16 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
			for {
				res, err := client.Get(p.url + "/projets/budget-participatif-2022-6-saint-cyprien")
				// A door that closes while one knocks resets the connection before anything was asked.
				if op, ok := errors.AsType[*net.OpError](err); errors.Is(err, syscall.ECONNREFUSED) || ok && op.Op == "dial" && errors.Is(err, syscall.ECONNRESET) {
					refused.Add(1)
					return
				}
				if err != nil {
					t.Errorf("lost: %v", err)
					return
				}
				body, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK || !bytes.HasSuffix(bytes.TrimSpace(body), []byte("</html>")) {
					t.Errorf("status %d, %d bytes, %v", res.StatusCode, len(body), err)
					return
				}
				if answered.Add(1) == 100 {
					under <- struct{}{}
				}
			}
		})
	}
	<-under
	p.stop(t)
	clients.Wait()
	if refused.Load() != 16 {
		t.Errorf("%d clients of 16 ended at a closed door", refused.Load())
	}
	t.Logf("%d answers", answered.Load())
}

func TestImportThatDiesIsSweptAtStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	done(t, "import", elections+quarter, "--data", dir)
	before := counts(t, dir)
	const large = elections + "Poland_Lodz_2022.pb"
	for _, how := range []string{"alone", "through serve"} {
		var victim *os.Process
		var command sync.WaitGroup
		if how == "alone" {
			cmd := exec.Command(binary, "import", large, "--data", dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			victim = cmd.Process
		} else {
			p := serving(t, "serve", "--data", dir)
			victim = p.Process
			command.Go(func() { execute(t.Context(), []string{"import", large, "--data", dir}, nil, io.Discard, io.Discard) })
		}
		// The log of the database grows by whole megabytes once ballots come in.
		growing(t, filepath.Join(dir, db.FileName+"-wal"), 2<<20)
		if err := victim.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := victim.Wait(); err != nil {
			t.Fatal(err)
		}
		command.Wait()
		if dead := counts(t, dir); dead["ballot"] <= before["ballot"] {
			t.Fatalf("%s: it died before a ballot was in: the test proves nothing", how)
		}
		p := serving(t, "serve", "--data", dir)
		if got := p.titles(t); strings.Contains(got, `"totalCount":2`) {
			t.Errorf("%s: half an election is shown: %s", how, got)
		}
		done(t, "platform", "list", "--data", dir) // the socket opens once the sweep is over
		p.stop(t)
		after := counts(t, dir)
		for table, n := range before {
			if after[table] != n {
				t.Errorf("%s: %s had %d rows, has %d", how, table, n, after[table])
			}
		}
	}
}

// growing waits until a file is larger than so many bytes.
func growing(t *testing.T, path string, size int64) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		if info, err := os.Stat(path); err == nil && info.Size() > size {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never grew beyond %d bytes", path, size)
		}
		time.Sleep(time.Millisecond)
	}
}

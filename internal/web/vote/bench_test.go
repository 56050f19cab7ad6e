package vote_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest/server"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// clients is how many people vote at once in the benchmark.
const clients = 64

// BenchmarkVote casts valid ballots over HTTP, each with a real session, on 64 connections, and beside it, in the same run,
// what the databases do by themselves. Its unit is a ballot; `make bench-vote` runs it.
func BenchmarkVote(b *testing.B) {
	pg, err := server.NewOwn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := pg.Remove(context.Background()); err != nil {
			b.Error(err)
		}
	})
	b.Run("sqlite/one insert per commit", inserts)
	b.Run("sqlite/parvis", func(b *testing.B) { ballots(b, db.Config{Dir: b.TempDir()}) })
	for _, n := range []int{1, 16, clients} {
		b.Run(fmt.Sprintf("postgres/pgbench of %d", n), func(b *testing.B) { pgbench(b, pg, n) })
	}
	b.Run("postgres/parvis", func(b *testing.B) { ballots(b, db.Config{URL: fresh(b, pg)}) })
}

// fresh gives the address of a new database.
func fresh(b *testing.B, pg *server.Own) string {
	name := fmt.Sprint("vote", time.Now().UnixNano())
	if out, err := exec.Command(pg.Program("createdb"), "-h", pg.Socket(), "-U", "postgres", name).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return "postgres://postgres@/" + name + "?host=" + pg.Socket()
}

// ballots casts b.N ballots, each of another person, over HTTP.
func ballots(b *testing.B, cfg db.Config) {
	d, err := db.Open(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	h := open(b, d, 300, func(r *rulebook.Rulebook) { r.Vote.Ballot = rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 5} })
	voters := bench.Voters(b, d, h.Of, b.N)
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	took := make([]time.Duration, b.N)
	var next, accepted atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range clients {
		all.Go(func() {
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := send(conn, answers, h, voters[i].Token, i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(start)
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(accepted.Load())/b.Elapsed().Seconds(), "ballots/s")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
	if n := len(boxOf(b, d, h.Polls)); n != b.N {
		b.Errorf("%d ballots are in, of %d", n, b.N)
	}
}

// send casts a ballot of five projects on an open connection.
func send(conn net.Conn, answers *bufio.Reader, h hall, token string, i int) error {
	form := "bulletin="
	for c := range 5 {
		if c > 0 {
			form += "%2C"
		}
		form += strconv.Itoa((i*7+c*61)%300 + 1)
	}
	request := "POST " + h.at("/bulletin") + " HTTP/1.1\r\nHost: ville.localhost:8080\r\nCookie: parvis=" + token +
		"\r\nContent-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form
	if _, err := conn.Write([]byte(request)); err != nil {
		return err
	}
	res, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != h.at("/merci") {
		return fmt.Errorf("ballot %d: %s to %q", i, res.Status, res.Header.Get("Location"))
	}
	return res.Body.Close()
}

// inserts is what SQLite does by itself: a row, and a commit that waits for the disk.
func inserts(b *testing.B) {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	if _, err := d.Exec(`CREATE TABLE ballot (id BLOB PRIMARY KEY, choices TEXT) WITHOUT ROWID`); err != nil {
		b.Fatal(err)
	}
	insert, err := d.Prepare(`INSERT INTO ballot VALUES (randomblob(16), '12,73,134,195,256')`)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if _, err := insert.Exec(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ballots/s")
	b.ReportMetric(0, "ns/op")
}

// pgbench runs PostgreSQL's own benchmark with a vote: a row, and one counter.
func pgbench(b *testing.B, pg *server.Own, n int) {
	address := fresh(b, pg)
	d, err := sql.Open("pgx", address)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(`CREATE TABLE ballot (id uuid PRIMARY KEY, choices text); CREATE TABLE counter (id int PRIMARY KEY, n bigint); INSERT INTO counter SELECT i, 0 FROM generate_series(1, 300) i`); err != nil {
		b.Fatal(err)
	}
	script := filepath.Join(b.TempDir(), "vote.sql")
	if err := os.WriteFile(script, []byte("\\set n random(1, 300)\nBEGIN;\nINSERT INTO ballot VALUES (gen_random_uuid(), '12,73,134,195,256');\nUPDATE counter SET n = n + 1 WHERE id = :n;\nCOMMIT;\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	out, err := exec.Command(pg.Program("pgbench"), "-n", "-M", "prepared", "-c", strconv.Itoa(n), "-j", "2", "-t", strconv.Itoa(max(b.N/n, 1)), "-f", script, address).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	m := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		b.Fatalf("pgbench does not say how many: %s", out)
	}
	tps, _ := strconv.ParseFloat(string(m[1]), 64)
	b.ReportMetric(tps, "ballots/s")
	b.ReportMetric(0, "ns/op")
}

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest/server"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

var kills = flag.Int("kills", 10, "how often the process is killed while people vote, on each engine")

// perKill is how many ballots are acknowledged between two kills, at least.
const perKill = 60

// ballots is people who vote in a process that dies.
type ballots struct {
	t      *testing.T
	polls  bench.Polls
	voters []bench.Voter

	mu    sync.Mutex
	acked map[int]string // what each voter's acknowledged ballot says
	next  int
	again []int // voters whose cast was not answered, and who cast again
}

// who gives the next voter: first those who do not know whether their ballot is in.
func (b *ballots) who() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.again); n > 0 {
		i := b.again[n-1]
		b.again = b.again[:n-1]
		return i
	}
	b.next++
	return b.next - 1
}

// choices are those of a voter.
func choices(i int) string { return fmt.Sprintf("%d,%d", 1+i%9, 11+i%9) }

// vote casts one ballot and notes it when it was acknowledged.
func (b *ballots) vote(client *http.Client, base string, i int) error {
	form := url.Values{"bulletin": {choices(i)}}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/projets/"+b.polls.Slug+"/vote/bulletin", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "parvis", Value: b.voters[i].Token})
	res, err := client.Do(r)
	if err != nil {
		return err // it died, perhaps after the ballot was in
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "/merci") {
		return fmt.Errorf("%s to %q", res.Status, res.Header.Get("Location"))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acked[i] = choices(i)
	return nil
}

// round lets people vote until so many ballots more are in, then calls die, in the middle of the others.
func (b *ballots) round(base string, die func()) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var once sync.Once
	over := make(chan struct{})
	done := 0
	for range 16 {
		all.Go(func() {
			for {
				i := b.who()
				err := b.vote(client, base, i)
				b.mu.Lock()
				if err == nil {
					done++
				} else {
					b.again = append(b.again, i)
				}
				enough := done >= perKill
				b.mu.Unlock()
				if enough {
					once.Do(func() { die(); close(over) })
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	all.Wait()
}

// counted fails unless every acknowledged ballot is in the box once, nobody has two, and the counters are the ballots'.
func (b *ballots) counted(d *db.DB) {
	b.t.Helper()
	in := map[ids.ID]string{}
	votes := map[int]int64{}
	err := d.Read(context.Background(), func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT g.participant, b.choices FROM signature g JOIN ballot b ON b.platform = g.platform AND b.step = g.step AND b.id = g.ballot
			WHERE g.platform = ? AND g.step = ?`, b.polls.Of.Key, b.polls.Step)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var person ids.ID
			var text string
			if err := rows.Scan(&person, &text); err != nil {
				return err
			}
			in[person] = text
			list, err := ballot.Decode(text)
			if err != nil {
				return err
			}
			for _, c := range list {
				votes[c.Number]++
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		var all, counter, wrong int
		if err := tx.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM ballot b WHERE b.platform = s.platform AND b.step = s.id), s.ballots FROM step s WHERE s.platform = ? AND s.id = ?`,
			b.polls.Of.Key, b.polls.Step).Scan(&all, &counter); err != nil {
			return err
		}
		if all != len(in) || counter != len(in) {
			b.t.Errorf("%d ballots, %d with a signature, a counter of %d", all, len(in), counter)
		}
		waiting, err := tx.Query(ctx, `SELECT w.choices FROM total_waiting w WHERE w.platform = ? AND w.step = ?`, b.polls.Of.Key, b.polls.Step)
		if err != nil {
			return err
		}
		defer waiting.Close()
		for waiting.Next() {
			var text string
			if err := waiting.Scan(&text); err != nil {
				return err
			}
			list, err := ballot.Decode(text)
			if err != nil {
				return err
			}
			for _, c := range list {
				votes[c.Number]-- // what waits is not in the totals yet
			}
		}
		totals, err := tx.Query(ctx, `SELECT x.number, x.votes FROM selection x WHERE x.platform = ? AND x.step = ?`, b.polls.Of.Key, b.polls.Step)
		if err != nil {
			return err
		}
		defer totals.Close()
		for totals.Next() {
			var number int
			var n int64
			if err := totals.Scan(&number, &n); err != nil {
				return err
			}
			if n != votes[number] {
				wrong++
			}
		}
		if wrong > 0 {
			b.t.Errorf("%d totals are not those of the ballots", wrong)
		}
		return totals.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for i, want := range b.acked {
		if got := in[b.voters[i].ID]; got != want {
			b.t.Errorf("the ballot of voter %d was acknowledged as %q and is %q", i, want, got)
		}
	}
	b.t.Logf("%d ballots acknowledged, %d in the box", len(b.acked), len(in))
}

// killed kills the process again and again while people vote, and looks into the box at the end. crash, when there is one,
// is called in the middle of two rounds in its place, and leaves the process alive.
func killed(t *testing.T, cfg db.Config, crash func(), args ...string) {
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	simple := func(r *rulebook.Rulebook) { r.Vote.Ballot = rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 5} }
	b := &ballots{t: t, polls: bench.Open(t, d, "ville", 20, simple), acked: map[int]string{}}
	b.voters = bench.Voters(t, d, b.polls.Of, *kills*perKill*3)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range *kills {
		p := serving(t, append([]string{"serve"}, args...)...)
		if crash != nil && (round == 2 || round == 5) {
			b.round(p.url, crash)
		}
		b.round(p.url, func() { _ = p.Process.Kill() })
		_ = p.wait() // killed: its error says so
	}
	d, err = db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b.counted(d)
}

func TestNoAcknowledgedBallotIsLostWhenSQLitesProcessIsKilled(t *testing.T) {
	dir := t.TempDir()
	killed(t, db.Config{Dir: dir}, nil, "--data", dir)
}

func TestNoAcknowledgedBallotIsLostWhenPostgresOrItsClientIsKilled(t *testing.T) {
	pg, err := server.NewOwn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Remove(context.Background()); err != nil {
			t.Error(err)
		}
	})
	killed(t, db.Config{URL: pg.URL()}, func() {
		if err := pg.Crash(t.Context()); err != nil {
			t.Error(err)
		}
		if err := pg.Start(t.Context()); err != nil {
			t.Error(err)
		}
	}, "--database", pg.URL())
}

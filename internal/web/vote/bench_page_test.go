package vote_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/browsertest"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// presses the first button to vote as soon as the page's scripts have run, and notes when it answered, and when the server did,
// in milliseconds since the page was asked for.
const presses = `document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
	const button = document.querySelector(".add"), box = document.querySelector(".ballot-box.floating");
	if (!button || !box) return;
	const look = () => {
		if (!window.answered && button.getAttribute("aria-pressed") === "true") window.answered = performance.now();
		if (box.querySelector('.chosen-list [name="retirer"]')) window.kept = performance.now();
		if (!window.kept) setTimeout(look, 5);
	};
	button.click();
	look();
}));`

// BenchmarkFirstVoteButton opens the vote page of 300 proposals on a cheap phone with a poor connection (CPU ÷ 4, 1.6 Mbit/s, 150 ms
// round trip), nothing cached, and presses the first button: how long until it answers, and until the server has kept the choice.
// Aim: 2 s.
func BenchmarkFirstVoteButton(b *testing.B) {
	h := open(b, dbtest.Open(b, db.SQLite), 300, nil)
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	var answered, kept float64
	chromium := browsertest.New(b)
	for b.Loop() {
		p := chromium.Visit(b, s.URL+"/projets/"+h.Slug, browsertest.Options{Width: 360, Height: 740, Touch: true})
		p.On(browsertest.Device{Slower: 4, Bandwidth: 1.6e6, RoundTrip: 150 * time.Millisecond}, presses)
		p.Go(s.URL + h.at(""))
		answered += browsertest.Eval[float64](p, `new Promise((done) => { const look = () => window.kept ? done(window.answered) : setTimeout(look, 20); look(); })`)
		kept += browsertest.Eval[float64](p, `window.kept`)
	}
	b.ReportMetric(answered/float64(b.N), "ms/answered")
	b.ReportMetric(kept/float64(b.N), "ms/kept")
}

package vote_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/parvis-civic/parvis/internal/bench"
	"github.com/parvis-civic/parvis/internal/db"
)

func TestAFullDiskIsSaidAndLosesNoBallot(t *testing.T) {
	dir := t.TempDir()
	reopen := func(pages int) *db.DB {
		d, err := db.Open(t.Context(), db.Config{Dir: dir, MaxPages: pages})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() }) // again does nothing
		return d
	}
	d := reopen(0)
	h := open(t, d, 20, nil)
	voters := bench.Voters(t, d, h.Of, 3000)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(dir, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	d = reopen(int(file.Size()/4096) + 40)
	h = serve(t, d, h.Polls)
	in, refused := 0, -1
	for i, p := range voters {
		w := h.visitor(p.Token).post(h.at("/bulletin"), "bulletin", "3,4")
		if w.Code == http.StatusSeeOther {
			in++
			continue
		}
		if w.Code != http.StatusServiceUnavailable {
			t.Fatalf("ballot %d on a full disk: %d", i, w.Code)
		}
		h.visitor("").says(w.Body.String(), "recommencez")
		refused = i
		break
	}
	if refused < 1 {
		t.Fatalf("the disk was never full: %d ballots", in)
	}
	if got := len(boxOf(t, d, h.Polls)); got != in {
		t.Errorf("%d ballots are in, %d were accepted", got, in)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = reopen(0) // there is room again
	h = serve(t, d, h.Polls)
	if w := h.visitor(voters[refused].Token).post(h.at("/bulletin"), "bulletin", "3,4"); w.Code != http.StatusSeeOther {
		t.Errorf("once there is room: %d", w.Code)
	}
	if got := len(boxOf(t, d, h.Polls)); got != in+1 {
		t.Errorf("%d ballots are in, want %d", got, in+1)
	}
}

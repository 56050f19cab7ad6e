package ids_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestSlugsAreReadableAndSafe(t *testing.T) {
	for _, c := range []struct {
		name string
		max  int
		want string
	}{
		{"Un été à l’Île n° 7", 60, "un-ete-a-l-ile-n-7"},
		{"  --Place__du  Marché!! ", 60, "place-du-marche"},
		{"Zażółć gęślą jaźń", 60, "zazolc-gesla-jazn"},
		{"", 60, "x"},
		{"???", 60, "x"},
		{"北京 2026", 60, "2026"},
		{"planter des arbres", 12, "planter-des"}, // between words
		{"planter des arbres", 11, "planter-des"},
		{"planter des", 7, "planter"},
		{"anticonstitutionnellement vôtre", 10, "anticonsti"}, // no word ends in time
		{"a bcdefghijkl", 10, "a-bcdefghi"},                   // a cut there would leave too little
		{"abcdefghi jkl", 10, "abcdefghi"},
	} {
		if got := ids.Slug(i18n.Fold(c.name), c.max); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.name, c.max, got, c.want)
		}
	}
}

func TestEverySlugFitsAnAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, most := rapid.String().Draw(t, "name"), rapid.IntRange(1, 70).Draw(t, "max")
		slug := ids.Slug(i18n.Fold(name), most)
		odd := strings.ContainsFunc(slug, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' })
		if slug == "" || len(slug) > most || odd || strings.Contains(slug, "--") || strings.Trim(slug, "-") != slug {
			t.Errorf("%q in %d: %q", name, most, slug)
		}
		if again := ids.Slug(slug, most); again != slug {
			t.Errorf("the slug of %q is %q", slug, again)
		}
	})
}

// Keys grow with time, to the microsecond that transactions tell.
func TestDatedIdentifiersSortByTheirTime(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	var list []ids.ID
	for _, after := range []time.Duration{0, time.Microsecond, 2 * time.Microsecond, 998 * time.Microsecond, 999 * time.Microsecond, time.Millisecond, time.Second, 24 * 365 * time.Hour} {
		list = append(list, ids.Dated(start.Add(after)))
	}
	if !slices.IsSortedFunc(list, func(a, b ids.ID) int { return bytes.Compare(a[:], b[:]) }) {
		t.Errorf("out of order: %v", list)
	}
	for _, id := range list {
		if s := id.String(); s[14] != '7' || !strings.ContainsRune("89ab", rune(s[19])) {
			t.Errorf("%s is no UUIDv7 (RFC 9562)", s)
		}
	}
	if list[0].String()[:18] != "01a196fb-1600-7000" { // 1,793,534,400,000 ms
		t.Errorf("%s does not begin with its milliseconds and their fraction", list[0])
	}
	if a, b := ids.Dated(start), ids.Dated(start); a == b {
		t.Error("two of one moment are the same")
	}
}

func TestRandomIdentifiersAreVersion4(t *testing.T) {
	seen := map[ids.ID]bool{}
	for range 100 {
		id := ids.Random()
		if s := id.String(); s[14] != '4' || !strings.ContainsRune("89ab", rune(s[19])) || seen[id] {
			t.Errorf("%s is no UUIDv4, or comes twice", s)
		}
		seen[id] = true
	}
}

// any16 draws an identifier.
var any16 = rapid.Custom(func(t *rapid.T) ids.ID {
	return ids.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
})

func TestIdentifiersComeBackFromEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := any16.Draw(t, "id")
		if back, err := ids.Parse(id.String()); err != nil || back != id {
			t.Errorf("%s parses as %s: %v", id, back, err)
		}
		text, err := id.MarshalText()
		var back ids.ID
		if err != nil || back.UnmarshalText(text) != nil || back != id {
			t.Errorf("%s as text %q comes back as %s", id, text, back)
		}
		for _, stored := range []any{id[:], id.String()} { // a BLOB, a uuid
			if err := back.Scan(stored); err != nil || back != id {
				t.Errorf("%s stored as %v comes back as %s: %v", id, stored, back, err)
			}
		}
		typ := rapid.StringMatching(`[A-Z][A-Za-z]{0,20}`).Draw(t, "type")
		global := ids.Global(typ, id)
		for _, form := range []string{global, base64.RawURLEncoding.EncodeToString([]byte(typ + ":" + id.String()))} {
			if gotType, got, err := ids.FromGlobal(form); err != nil || gotType != typ || got != id {
				t.Errorf("%s of %s %s comes back as %s %s: %v", form, typ, id, gotType, got, err)
			}
		}
		if gotType, got, err := ids.FromGlobal(id.String()); err != nil || gotType != "" || got != id {
			t.Errorf("the bare %s comes back as %q %s: %v", id, gotType, got, err)
		}
	})
}

func TestNothingIsStoredAsNull(t *testing.T) {
	var zero ids.ID
	if v, err := zero.Value(); v != nil || err != nil || !zero.IsZero() {
		t.Errorf("%v, %v", v, err)
	}
	id := ids.Random()
	if v, err := id.Value(); err != nil || !bytes.Equal(v.([]byte), id[:]) {
		t.Errorf("%s is stored as %v: %v", id, v, err)
	}
	if err := id.Scan(nil); err != nil || !id.IsZero() {
		t.Errorf("NULL is read as %s: %v", id, err)
	}
	if text, err := id.MarshalText(); len(text) != 0 || err != nil {
		t.Errorf("nothing is written as %q: %v", text, err)
	}
}

func TestWhatIsNoIdentifierIsRefused(t *testing.T) {
	for _, s := range []string{"", "x", "019a3f50cc007000800000000000000", "019a3f50-cc00-7000-8000-00000000000g", "019a3f50-cc00-7000-8000-0000000000000", "{019a3f50-cc00-7000-8000-00000000000}"} {
		if id, err := ids.Parse(s); err == nil || !id.IsZero() {
			t.Errorf("%q is read as %s", s, id)
		}
		for _, global := range []string{s, base64.StdEncoding.EncodeToString([]byte("Proposal:" + s)), base64.StdEncoding.EncodeToString([]byte(":" + ids.Random().String()))} {
			if typ, id, err := ids.FromGlobal(global); err == nil {
				t.Errorf("%q is read as %s %s", global, typ, id)
			}
		}
	}
	var id ids.ID
	for _, v := range []any{7, []byte("seventeen bytes!!"), "nothing of the kind", true} {
		if err := id.Scan(v); err == nil {
			t.Errorf("%v is read as %s", v, id)
		}
	}
}

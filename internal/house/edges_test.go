package house

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room is a line of the table of allowed edges. Rooms are named by their folder, without "internal/".
type room struct {
	name string
	may  string // the rooms that its code may import; tests may import any
	why  string
}

// Groups of rooms that are mostly allowed together.
const (
	leaves = "fault ids i18n access "
	base   = leaves + "db journal platform jobs notify account audit " // what every capability may stand on
)

// rooms is the table of allowed edges. A package that is not in it fails; adding a line here is the moment to ask why.
var rooms = []room{
	{"tally", "", "public: a count needs its input and nothing else"},
	{"tally/pabulib", "tally", "public: reads and writes the files that a count takes"},

	{"fault", "", "leaf: errors are known everywhere"},
	{"ids", "", "leaf"},
	{"access", "", "leaf: who may do or see what, as one table that asks nobody"},
	{"i18n", "fault", "leaf, but that it says faults to people"},
	{"drawing", "fault i18n", "leaf, pure: pictures made by code, which say what they show"},
	{"geo", "", "leaf: places, outlines, and what lies in what"},
	{"run", "", "leaf: starts and stops tasks, knows none of them"},
	{"rulebook", "tally fault ids i18n", "pure: the rules of an edition hold the counting rule itself, and say themselves as a règlement"},

	{"db", leaves, "the only way to a database"},
	{"db/dbtest", leaves + "db db/dbtest/server", "databases for tests"},
	{"db/dbtest/server", "", "the PostgreSQL of the tests"},
	{"db/dbtest/pgtest", "db/dbtest/server", "starts and stops it by hand"},

	{"journal", leaves + "db", "every public act ends in it, so it stands below them all"},
	{"platform", leaves + "db journal", "what every other row belongs to"},
	{"jobs", leaves + "db", "the outbox, below whatever has work to do after a commit"},
	{"notify", leaves + "db platform jobs", "tells people, for every room"},
	{"account", leaves + "db journal platform jobs notify", "who acts"},
	{"audit", leaves + "db account", "what agents did, for every room in which they act"},
	{"media", base + "drawing", "files of all rooms"},

	{"address", base + "geo", "the commune's own addresses: where a street and a number are"},
	{"basemap", base + "geo", "the ground of the city's maps, from a file that the city gives"},
	{"project", base + "media rulebook tally", "an edition, its steps and its rules"},
	{"news", base + "media project", "what the city writes: pages and news, of the platform or of an edition"},
	{"search", leaves + "db", "words and numbers, for every room whose texts are searched"},
	{"proposal", base + "search project", "what is proposed in a project, as everybody reads it"},
	{"deposit", base + "geo media rulebook tally project proposal", "what residents fill in: forms, drafts and files, until they are a proposal"},
	{"analysis", base + "rulebook tally project proposal deposit", "what the services say of proposals"},
	{"decision", base + "rulebook tally project proposal analysis", "what the city answers, and when: from what services say to what is put to the vote"},
	{"decision/decisiontest", base + "rulebook tally project proposal deposit analysis decision", "a town under analysis, for tests"},

	{"ballot", base + "rulebook tally project proposal", "choices are proposals of a project's step"},
	{"result", base + "rulebook tally project proposal ballot", "counts ballots on proposals under the rulebook"},
	{"delivery", base + "geo media rulebook tally project proposal deposit result", "follows what won until it is built, and what won before Parvis"},

	{"discussion", base + "project proposal analysis", "what people say of proposals, and what their authors and the services write to each other (analysis: who studies which)"},

	{"moderation", base + "project proposal deposit discussion", "what becomes of what people wrote and others reported"},

	{"follow", base + "project proposal", "who follows an edition or a district, and the letters that tell them what happened"},
	{"live", base + "project", "counters of an edition's step, pushed while it is open"},

	{"transfer", base + "media rulebook tally tally/pabulib project proposal deposit ballot result delivery", "fills every room from a file"},
	{"demo", base + "discussion decision basemap geo drawing media rulebook tally tally/pabulib news project proposal deposit analysis ballot result delivery transfer moderation", "fills every room with a city that does not exist"},

	{"demo/demotest", "db db/dbtest demo", "the demonstration's city for tests"},

	{"rehearsal", base + "rulebook tally project proposal deposit ballot result transfer", "runs an edition through the rooms before it is real (transfer: erases its platform)"},

	{"graph/exec", "", "runs any schema, knows nothing of Parvis"},
	{"graph/exec/direct", "", "lets the library's transports write what the executor made"},
	{"graph", base + "media rulebook tally project proposal ballot result delivery graph/exec graph/exec/direct", "answers from the rooms, holds no SQL"},

	{"control", base + "address basemap geo media rulebook tally tally/pabulib project proposal deposit ballot result delivery transfer demo moderation", "hands the work of commands to the serve that has the files open"},

	{"web/assets", "", "styles, scripts and pictures, embedded"},
	{"web/citymap", "geo", "pure: where outlines, marks and names go on a drawn map"},
	{"web/ui", leaves + "drawing platform project proposal rulebook tally result delivery web/assets web/citymap", "components that several pages share"},
	{"web", base + "media web/ui web/assets", "what all pages share: hosts, languages, middleware, errors"},
	{"web/edition", base + "basemap web/basemap rulebook tally project proposal result geo web web/ui web/citymap", "what the public pages of an edition have in common, hold no SQL"},
	{"odt", "", "leaf: text documents that offices open"},
	{"web/results", base + "rulebook tally project proposal ballot result transfer geo odt web web/edition web/ui web/citymap", "the pages of what came out of a vote, from the rooms (transfer: the files of ballots), hold no SQL"},
	{"web/works", base + "rulebook tally project proposal result delivery geo web web/edition web/ui web/citymap media deposit", "the pages of what became of the winners, from the rooms, hold no SQL"},
	{"web/site", base + "media rulebook tally news project proposal deposit ballot result delivery transfer live geo search web web/edition web/articles web/works web/ui web/assets web/citymap web/talk web/analysis moderation web/moderate web/decide", "the public pages, from the rooms (transfer: where an edition came from), hold no SQL"},
	{"web/basemap", base + "basemap web web/ui web/citymap", "serves the ground of maps and lays it under them"},

	{"web/deposit", base + "basemap web/basemap geo address media rulebook project proposal deposit web web/ui web/assets web/citymap", "depositing a proposal, changing it and following others, from the rooms, hold no SQL"},
	{"web/admin", base + "web web/ui", "the pages of who runs the platform, hold no SQL"},
	{"web/moderate", base + "moderation web web/ui", "reporting, the moderators' pages, one's own decisions and the public register, hold no SQL"},
	{"web/desk", base + "project ballot web web/ui", "the pages of agents, hold no SQL"},
	{"web/analysis", base + "geo media rulebook tally project proposal deposit analysis web web/ui web/assets web/citymap", "the pages on which services study proposals, and organisers say who studies what, hold no SQL"},

	{"web/tour", base + "project demo web web/ui", "the guided tour of the demonstration"},
	{"web/me", base + "media rulebook tally project proposal deposit ballot result delivery web web/ui web/assets", "one's own pages, from the rooms, hold no SQL"},
	{"web/vote", base + "media rulebook project proposal ballot web web/ui", "the pages on which people vote, from the rooms, hold no SQL"},

	{"web/decide", base + "media rulebook tally project proposal analysis decision web web/ui", "the pages of who assesses and decides, and the answer as its author and everybody read it, hold no SQL"},

	{"web/print", leaves + "db project web web/ui", "what is printed of an edition, and its short address, hold no SQL"},
	{"web/talk", base + "follow rulebook project proposal discussion web web/ui moderation web/moderate media news web/articles analysis", "the pages on which people talk, follow and are written to, from the rooms, hold no SQL"},
	{"web/articles", base + "media project news web web/ui", "the pages on which everybody reads what the city writes, hold no SQL"},
	{"web/explorer", leaves + "web web/ui", "the page on which developers try the API"},
	{"web/editor", base + "media project news web web/ui", "the pages on which the city writes, from the rooms, hold no SQL"},
	{"web/office", base + "media rulebook tally project web web/ui web/assets proposal deposit", "the pages of who organises, from the rooms, hold no SQL"},
	{"cmd/parvis", base + "media rulebook tally tally/pabulib news project proposal ballot result delivery transfer live address demo control run graph web web/site web/results web/works web/admin web/desk web/tour web/me web/deposit web/vote web/office web/explorer web/editor web/print web/articles web/ui web/assets rehearsal web/rehearse deposit discussion basemap web/basemap web/talk moderation analysis web/analysis web/moderate follow decision web/decide", "wiring"},
	{"web/rehearse", base + "project rehearsal tally web web/ui", "the pages on which who organises rehearses an edition, hold no SQL"},

	{"web/webtest", leaves + "platform account", "people for tests of pages"},
	{"house", "", "tests of the tree"},
	{"browsertest", "", "a browser for tests"},
	{"bench", base + "rulebook tally project proposal ballot result", "large cities for benchmarks"},
}

func lookup(name string) (room, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return r.name == name })
	if i < 0 {
		return room{}, false
	}
	return rooms[i], true
}

// roomOf names the room of a folder, or of a package of ours.
func roomOf(dir string) string {
	return strings.TrimPrefix(strings.TrimPrefix(dir, module+"/"), "internal/")
}

// publicMay lists what the public rooms import from outside, besides the standard library.
var publicMay = regexp.MustCompile(`^(golang\.org/x/|github\.com/gowebpki/jcs$)`)

// impure are the imports that a rules file does without: what reads, writes, waits or draws lots.
var impure = []string{
	"bufio", "context", "crypto/rand", "database/sql", "io", "io/fs", "io/ioutil", "log", "log/slog", "math/rand", "math/rand/v2",
	"net", "net/http", "os", "os/exec", "path/filepath", "syscall",
	module + "/internal/db", module + "/internal/journal", module + "/internal/run",
}

// telling are the functions of package time that look at a clock.
var telling = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// forbidden says what a Go file imports or does that its room may not.
func forbidden(t *testing.T, f file) []string {
	t.Helper()
	set, parsed := f.parse(t)
	name := roomOf(path.Dir(f.path))
	here, known := lookup(name)
	if !known {
		return []string{fmt.Sprintf("%s: the room %q is not in the table of rooms (internal/house/edges_test.go): add its line", f.path, name)}
	}
	if f.test() {
		return nil
	}
	rules := strings.HasPrefix(path.Base(f.path), "rules")
	public := name == "tally" || strings.HasPrefix(name, "tally/")
	var wrong []string
	say := func(n ast.Node, format string, args ...any) {
		wrong = append(wrong, set.Position(n.Pos()).String()+": "+fmt.Sprintf(format, args...))
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		ours := strings.HasPrefix(imported, module+"/")
		switch {
		case ours && !slices.Contains(strings.Fields(here.may), roomOf(imported)):
			say(spec, "forbidden edge %s → %s", name, roomOf(imported))
		case public && !ours && strings.Contains(imported, ".") && !publicMay.MatchString(imported):
			say(spec, "forbidden edge %s → %s: a public room stands on the standard library", name, imported)
		}
		if rules && slices.Contains(impure, imported) {
			say(spec, "a rules file imports %s: rules are pure", imported)
		}
	}
	if rules {
		ast.Inspect(parsed, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(telling, s.Sel.Name) {
					say(s, "a rules file calls time.%s: rules are told the time", s.Sel.Name)
				}
			}
			return true
		})
	}
	return wrong
}

func TestRoomsImportOnlyWhatTheTableAllows(t *testing.T) {
	exist := map[string]bool{}
	for _, f := range files(t) {
		if f.is(".go") && !f.under("tools") {
			exist[roomOf(path.Dir(f.path))] = true
			for _, wrong := range forbidden(t, f) {
				t.Error(wrong)
			}
		}
	}
	for _, r := range rooms {
		if !exist[r.name] {
			t.Errorf("the table of rooms has %q, the tree has not: a room appears with its first use", r.name)
		}
	}
}

func TestForbiddenImportIsNamed(t *testing.T) {
	for _, c := range []struct{ path, source, want string }{
		{"tally/x.go", `import "` + module + `/internal/db"`, "tally/x.go:2:8: forbidden edge tally → db"},
		{"tally/x.go", `import "github.com/google/go-cmp/cmp"`, "forbidden edge tally → github.com/google/go-cmp/cmp"},
		{"internal/proposal/x.go", `import "` + module + `/internal/web/site"`, "forbidden edge proposal → web/site"},
		{"internal/graph/exec/x.go", `import _ "` + module + `/internal/platform"`, "forbidden edge graph/exec → platform"},
		{"internal/project/x.go", `import "` + module + `/internal/db/dbtest"`, "forbidden edge project → db/dbtest"},
		{"internal/gossip/x.go", ``, `the room "gossip" is not in the table`},
		{"internal/ballot/rules_vote.go", `import "os"`, "a rules file imports os"},
		{"internal/ballot/rules.go", `import "time"; var x = time.Now()`, "a rules file calls time.Now"},
	} {
		got := forbidden(t, file{path: c.path, text: []byte("package x\n" + c.source + "\n")})
		if len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s with %s: %q, want one that says %q", c.path, c.source, got, c.want)
		}
	}
	for _, c := range []struct{ path, source string }{
		{"internal/proposal/x.go", `import "` + module + `/internal/project"`},
		{"internal/proposal/x_test.go", `import "` + module + `/internal/db/dbtest"`},
		{"internal/ballot/rules.go", `import "time"; func open(now, end time.Time) bool { return now.Before(end) }`},
		{"tally/x.go", `import ("math/big"; "golang.org/x/text/language"; "github.com/gowebpki/jcs")`},
	} {
		if got := forbidden(t, file{path: c.path, text: []byte("package x\n" + c.source + "\n")}); len(got) != 0 {
			t.Errorf("%s with %s: %q", c.path, c.source, got)
		}
	}
}

func TestTableOfRoomsHasNoCycleAndNoUnknownName(t *testing.T) {
	below := map[string]bool{} // a room stands on rooms of which everything is known: repeat until nothing moves
	for moved := true; moved; {
		moved = false
		for _, r := range rooms {
			if below[r.name] || slices.ContainsFunc(strings.Fields(r.may), func(name string) bool { return !below[name] }) {
				continue
			}
			below[r.name], moved = true, true
		}
	}
	for _, r := range rooms {
		if !below[r.name] {
			t.Errorf("%s may import %s: one of them is unknown, or leads back to it", r.name, r.may)
		}
		if r.why == "" {
			t.Errorf("%s has no reason", r.name)
		}
	}
}

var update = flag.Bool("update", false, "write the table of rooms into ARCHITECTURE.md")

// The marks in ARCHITECTURE.md between which the table stands.
const tableStart, tableEnd = "<!-- rooms -->\n", "<!-- /rooms -->\n"

func TestArchitectureShowsTheTableOfRooms(t *testing.T) {
	var table strings.Builder
	table.WriteString("| room | may import | because |\n|---|---|---|\n")
	for _, r := range rooms {
		may := strings.TrimSpace(r.may)
		for _, group := range []struct{ names, name string }{{base, "*base*"}, {leaves, "*leaves*"}} {
			may = strings.Replace(may+" ", group.names, group.name+" ", 1)
			may = strings.TrimSpace(may)
		}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", r.name, may, r.why)
	}
	name := filepath.Join(root, "ARCHITECTURE.md")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), tableStart)
	shown, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("ARCHITECTURE.md has no table between %q and %q", tableStart, tableEnd)
	}
	if shown == table.String() {
		return
	}
	if !*update {
		t.Fatal("ARCHITECTURE.md shows another table of rooms: go test ./internal/house -update")
	}
	if err := os.WriteFile(name, []byte(before+tableStart+table.String()+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A room with a Room is asked when somebody proves an address, asks for their data or is forgotten; one that is not wired
// would keep what it has of them.
func TestEveryRoomThatHasSomethingOfPeopleIsWired(t *testing.T) {
	var wired []byte
	for _, f := range files(t) {
		if f.path == "cmd/parvis/handler.go" {
			wired = f.text
		}
	}
	n := 0
	for _, f := range files(t) {
		if f.is(".go") && !f.test() && bytes.Contains(f.text, []byte("\nfunc Room() account.Room")) {
			n++
			if call := path.Base(path.Dir(f.path)) + ".Room()"; !bytes.Contains(wired, []byte(call)) {
				t.Errorf("cmd/parvis/handler.go does not give %s to the accounts", call)
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d rooms have one", n)
	}
}

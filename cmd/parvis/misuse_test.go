package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db/dbtest"
)

// english are words of the parser that must not stand in a French sentence, and driverish what no person should read.
var (
	english   = regexp.MustCompile(`\b(unexpected|unknown|expected|missing|must|value|did you|got|flag)\b`)
	driverish = regexp.MustCompile(`SQLSTATE|pgconn|dial |sqlite|lookup|syscall|failed to`)
)

func TestMisusesAreSaidWhollyInThePersonsLanguage(t *testing.T) {
	t.Setenv("LANG", "fr_FR.UTF-8")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"imprt"}, "« imprt » n’a pas sa place ici. Vouliez-vous dire \"import\" ?"},
		{[]string{"platform"}, "Il manque une commande : \"create\", \"list\""},
		{[]string{"import"}, "Il manque : <file> ..."},
		{[]string{"platform", "create", "x"}, "Il manque : --name"},
		{[]string{"import", "--frob", "x.pb"}, "L’option --frob n’existe pas."},
		{[]string{"import", "--replac", "x.pb"}, "L’option --replac n’existe pas. Vouliez-vous dire \"--replace\" ?"},
		{[]string{"import", "x.pb", "--data"}, "--data attend une valeur, qui manque."},
		{[]string{"import", "--replace=peut-être", "x.pb"}, "--replace s’écrit sans valeur : « peut-être » ne convient pas."},
		{[]string{"serve", "--log-format", "xml"}, "--log-format attend l’une de ces valeurs : \"text\", \"json\". « xml » ne convient pas."},
		{[]string{"completion", "cmd"}, "attend l’une de ces valeurs : \"bash\", \"zsh\", \"fish\""},
		{[]string{"platform", "list", "--lang", "de"}, "--lang attend fr ou en : « de » ne convient pas."},
	} {
		r := parvis(t, c.args...)
		said := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(r.err)
		first, _, _ := strings.Cut(said, "\n")
		if r.code != exitWrong || !strings.Contains(first, c.want) || english.MatchString(first) {
			t.Errorf("%q: exit %d: %s\nwant %s", c.args, r.code, said, c.want)
		}
	}
	if r := parvis(t, "--lang", "en", "imprt"); !strings.Contains(r.err, `Did you mean "import"?`) {
		t.Errorf("the language asked for in a command that cannot be read: %s", r.err)
	}
	t.Setenv("PARVIS_LANG", "de")
	if r := parvis(t, "version"); r.code != exitWrong {
		t.Errorf("PARVIS_LANG=de: exit %d", r.code)
	}
}

func TestVersionIsAFlagToo(t *testing.T) {
	if flag, command := done(t, "--version"), done(t, "version"); flag != command || flag == "" {
		t.Errorf("%q and %q", flag, command)
	}
}

func TestCommandsThatNeedADatabaseDoNotMakeOne(t *testing.T) {
	empty := t.TempDir()
	for _, dir := range []string{filepath.Join(empty, "mistyped"), empty} {
		for _, args := range [][]string{{"platform", "list"}, {"backup", filepath.Join(t.TempDir(), "x.tar.zst")}, {"platform", "role", "--email", "a@exemple.fr", "--role", "organiser"},
			{"import-addresses", write(t, "a.csv", "id\n")}, {"import-winners", write(t, "w.csv", "id\n")}} {
			r := parvis(t, append(args, "--data", dir)...)
			if r.code != exitWrong || r.out != "" || !strings.Contains(r.err, "The folder "+dir+" holds no database of Parvis.") {
				t.Errorf("%q: exit %d: %s%s", args, r.code, r.out, r.err)
			}
		}
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("they left %v, %v", left, err)
	}
	r := parvis(t, "backup", filepath.Join(t.TempDir(), "x.tar.zst"), "--database", dbtest.EmptyPostgres(t))
	if r.code != exitWrong || !strings.Contains(r.err, "This PostgreSQL database is not one of Parvis.") {
		t.Errorf("on PostgreSQL: exit %d: %s", r.code, r.err)
	}
}

func TestRestoreThatFailsLeavesNothing(t *testing.T) {
	root := t.TempDir()
	bad := write(t, "bad.tar.zst", "no backup")
	if r := parvis(t, "restore", bad, "--data", filepath.Join(root, "new", "below")); r.code != exitWrong {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	mine := filepath.Join(root, "mine")
	if err := os.Mkdir(mine, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mine, "note"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := parvis(t, "restore", bad, "--data", mine); r.code != exitWrong {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	var left []string
	if err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, root))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(left, " "); got != " /mine /mine/note" {
		t.Errorf("left: %s", got)
	}
	data := filepath.Join(root, "data")
	done(t, "platform", "create", "lyon", "--name", "Lyon", "--data", data)
	if r := parvis(t, "restore", bad, "--data", data); r.code != exitWrong || len(counts(t, data)) == 0 {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

func TestBadPlacesAreSaidInSentences(t *testing.T) {
	server, err := url.Parse(dbtest.EmptyPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	address := func(user, path string) string {
		u := *server
		if u.User = url.UserPassword(user, "wrong"); user == "" {
			u.User = server.User
		}
		if path != "" {
			u.Path = path
		}
		return u.String()
	}
	file := write(t, "file", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--addr", "127.0.0.1:99999"}, "--addr takes an address and a port"},
		{[]string{"serve", "--addr", "127.0.0.1:http-ish"}, "--addr takes an address and a port"},
		{[]string{"serve", "--addr", "192.0.2.1:8137", "--data", t.TempDir()}, "This machine does not have the address 192.0.2.1:8137."},
		{[]string{"serve", "--addr", "nowhere.invalid:8137", "--data", t.TempDir()}, "This machine does not have the address nowhere.invalid:8137."},
		{[]string{"serve", "--addr", "127.0.0.1:0", "--data", file}, "can’t be the folder of the database"},
		{[]string{"platform", "list", "--data", file + "/below"}, "holds no database of Parvis"},
		{[]string{"platform", "list", "--database", "mysql://x"}, "--database takes an address like postgres://"},
		{[]string{"platform", "list", "--database", "postgres://localhost:port/x"}, "--database takes an address like postgres://"},
		{[]string{"platform", "list", "--database", "postgres://nowhere.invalid/x"}, "The host “nowhere.invalid” is not known."},
		{[]string{"platform", "list", "--database", "postgres://127.0.0.1:1/x"}, "No PostgreSQL server answers at 127.0.0.1:1."},
		{[]string{"platform", "list", "--database", address("nobody", "")}, "does not accept the user “nobody”"},
		{[]string{"platform", "list", "--database", address("", "/nothing")}, "has no database “nothing”. Check its name, or create it: createdb nothing."},
	} {
		r := parvis(t, c.args...)
		words := strings.Join(strings.FieldsFunc(r.err, func(c rune) bool { return c == '\n' }), "\n")
		if i := strings.Index(words, "parvis: "); i >= 0 {
			words = words[i:] // below what serve logs
		}
		if r.code != exitWrong || !strings.Contains(words, c.want) || driverish.MatchString(words) {
			t.Errorf("%q: exit %d: %s", c.args, r.code, r.err)
		}
	}
}

func TestDemoDoesNotSettleInACitysOwnFolder(t *testing.T) {
	dir := t.TempDir()
	done(t, "platform", "create", "lyon", "--name", "Lyon", "--data", dir)
	before := counts(t, dir)
	r := parvis(t, "demo", "--data", dir, "--addr", "127.0.0.1:0")
	if r.code != exitWrong || !strings.Contains(r.err, "is not that of a demonstration") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if after := counts(t, dir); after["platform"] != before["platform"] {
		t.Errorf("it left %d platforms", after["platform"])
	}
}

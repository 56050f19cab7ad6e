package main

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// grammar gives the commands as kong sees them.
func grammar(t *testing.T) *kong.Kong {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("parvis"), variables())
	if err != nil {
		t.Fatal(err)
	}
	return parser
}

func TestHelpOfEveryCommandHasExamplesAndExitCodes(t *testing.T) {
	for _, n := range grammar(t).Model.Leaves(true) {
		words := strings.Fields(strings.TrimPrefix(n.FullPath(), "parvis"))
		var path []string
		for _, w := range words {
			if !strings.HasPrefix(w, "<") {
				path = append(path, w)
			}
		}
		help := done(t, append(path, "--help")...)
		for _, want := range []string{"Exit code", "Example", "parvis " + strings.Join(path, " ")} {
			if !strings.Contains(help, want) {
				t.Errorf("the help of %q has no %q", path, want)
			}
		}
	}
}

// Each setting of serve can be given by the environment too.
func TestEveryFlagOfServeIsAlsoAVariable(t *testing.T) {
	for _, n := range grammar(t).Model.Leaves(true) {
		if n.Name != "serve" {
			continue
		}
		for _, f := range n.Flags {
			want := "PARVIS_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			if !slices.Contains(f.Envs, want) {
				t.Errorf("--%s is in %v, not in %s", f.Name, f.Envs, want)
			}
		}
	}
}

func TestWrongCommandSaysWhereHelpIs(t *testing.T) {
	for _, args := range [][]string{{"imprt"}, {"import"}, {"import", "--frob", "x.pb"}, {"tally"}, {"serve", "--log-format", "xml"}, {"completion", "cmd"},
		{"platform", "create", "x"}, {"serve", "--trusted-proxy", "proxy"}, {"serve", "--addr", "8080"}, {"backup", "no/such/folder/x"}, {"serve", "--public-url", "example.org"},
		{"platform", "list", "--data", "d", "--database", "postgres://x"}} {
		r := parvis(t, args...)
		if r.code != exitWrong || !strings.Contains(r.err, "--help") || r.out != "" {
			t.Errorf("%q: exit %d, %q, %q", args, r.code, r.out, r.err)
		}
	}
}

func TestLanguageIsThatOfThePerson(t *testing.T) {
	for _, c := range []struct {
		flag, all, lang string
		want            i18n.Lang
	}{
		{"", "", "fr_FR.UTF-8", i18n.FR}, {"", "", "en_GB.UTF-8", i18n.EN}, {"", "C", "fr_FR", i18n.EN}, {"", "fr", "de_DE", i18n.FR},
		{"", "", "pl_PL", i18n.EN}, {"", "", "", i18n.EN}, {"fr", "en", "en", i18n.FR}, {"en", "fr", "fr", i18n.EN},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LANG", c.lang)
		if got := languageOf(c.flag); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestPlatformIsCreatedWithItsLogo(t *testing.T) {
	dir := t.TempDir()
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	path := write(t, "logo.png", logo.String())
	made := lines[control.Platform](t, done(t, "platform", "create", "lyon", "--name", "Lyon", "--host", "lyon.example", "--zone", "Europe/Paris", "--licence", "ODbL-1.0",
		"--accent", "#a4133c", "--address", "https://lyon.example", "--logo", path, "--data", dir, "--json"))[0]
	if made.Slug != "lyon" || made.Name != "Lyon" || made.Licence != "ODbL-1.0" || made.Accent != "#a4133c" || made.Address != "https://lyon.example" || !made.Default {
		t.Errorf("made %+v", made)
	}
	if listed := lines[control.Platform](t, done(t, "platform", "list", "--json", "--data", dir)); len(listed) != 1 || listed[0].Slug != "lyon" {
		t.Errorf("listed %+v", listed)
	}
	if n := counts(t, dir)["media"]; n != 1 {
		t.Errorf("%d pictures", n)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"lyon", "--name", "Other"}, "The slug “lyon” is another platform’s already."},
		{[]string{"other", "--name", "Other", "--host", "lyon.example"}, "Another platform answers at “lyon.example” already."},
		{[]string{"other", "--name", "Other", "--zone", "Mars/Olympus"}, "The time zone “Mars/Olympus” is not known."},
		{[]string{"other", "--name", "Other", "--logo", write(t, "logo.svg", "<svg/>")}, "Choose a JPEG, PNG, WebP or GIF file."},
		{[]string{"other", "--name", "Other", "--logo", write(t, "none.png", "")}, "Choose a JPEG, PNG, WebP or GIF file."},
		{[]string{"other", "--name", "Other", "--logo", "missing.png"}, "The file missing.png does not exist."},
	} {
		r := parvis(t, append([]string{"platform", "create", "--data", dir}, c.args...)...)
		if r.code != exitWrong || !strings.Contains(r.err, c.want) {
			t.Errorf("%q: exit %d: %s", c.args, r.code, r.err)
		}
	}
	if rows := counts(t, dir); rows["platform"] != 1 || rows["media"] != 1 {
		t.Errorf("refused commands left %v", rows)
	}
}

func TestTheFirstOrganiserIsNamedFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	done(t, "platform", "create", "lyon", "--name", "Lyon", "--data", dir)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--email", "claire@exemple.fr", "--role", "organiser,administrator"}, exitDone, "claire@exemple.fr has these roles once signed in"},
		{[]string{"--email", "claire@exemple.fr", "--role", "organiser", "--platform", "lyon"}, exitDone, "organiser"},
		{[]string{"--email", "claire@exemple.fr", "--role", "mayor"}, exitWrong, "“mayor” is not a role"},
		{[]string{"--email", "claire@exemple.fr", "--role", "resident"}, exitWrong, "“resident” is not a role"},
		{[]string{"--email", "claire", "--role", "organiser"}, exitWrong, "address"},
		{[]string{"--email", "claire@exemple.fr", "--role", "organiser", "--platform", "paris"}, exitWrong, "no platform “paris”"},
	} {
		r := parvis(t, append([]string{"platform", "role", "--data", dir}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.want) {
			t.Errorf("%q: exit %d: %s%s", c.args, r.code, r.out, r.err)
		}
	}
	if n := counts(t, dir)["role_given"]; n != 2 {
		t.Errorf("%d roles were given", n)
	}
}

func TestVersionIsSaid(t *testing.T) {
	if out := done(t, "version"); !strings.HasPrefix(out, "parvis ") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q", out)
	}
}

// complete asks bash what it offers for a command line, at its end.
func complete(t *testing.T, words ...string) []string {
	t.Helper()
	script := done(t, "completion", "bash") + `
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_parvis
printf '%s\n' "${COMPREPLY[@]}"`
	out, err := exec.Command("bash", append([]string{"--norc", "-uc", script, "bash", "parvis"}, words...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("bash: %v\n%s", err, out)
	}
	return strings.Fields(string(out))
}

func TestBashCompletes(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"ta"}, []string{"tally"}},
		{[]string{"platform", ""}, []string{"create", "list", "role"}},
		{[]string{"platform", "create", "--l"}, []string{"--lang", "--licence", "--logo"}},
		{[]string{"tally", "--rule", "greedy-n"}, []string{"greedy-no-skip"}},
		{[]string{"tally", "--rule", "=", "greedy-n"}, []string{"greedy-no-skip"}},
		{[]string{"tally", "--lang", ""}, []string{"fr", "en"}},
		{[]string{"import", "--re"}, []string{"--replace"}},
		{[]string{"--lang", "fr", "import", "x.pb", "--pl"}, []string{"--platform"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish"}},
		{[]string{"import", ""}, nil}, // files, which bash adds
	} {
		if got := complete(t, c.words...); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
}

func TestOtherShellsKnowEveryCommandAndFlag(t *testing.T) {
	zsh, fish := done(t, "completion", "zsh"), done(t, "completion", "fish")
	for _, n := range grammar(t).Model.Leaves(true) {
		for _, f := range n.Flags {
			if !strings.Contains(zsh, "'--"+f.Name+":") || !strings.Contains(fish, " -l "+f.Name+" ") {
				t.Errorf("--%s is missing", f.Name)
			}
		}
		if !strings.Contains(zsh, "'"+n.Name+":") || !strings.Contains(fish, " -a "+n.Name+" ") {
			t.Errorf("%s is missing", n.Name)
		}
	}
}

func TestForwardedHeadersCountFromATrustedProxyOnly(t *testing.T) {
	var host, remote, header string
	h := trusting([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		host, remote, header = r.Host, r.RemoteAddr, r.Header.Get("X-Forwarded-Host")
	}))
	ask := func(from string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Host = from, "inside"
		r.Header.Set("X-Forwarded-Host", "spoofed.example, ville.example")
		r.Header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.1.1.1")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("10.2.3.4:5678")
	if host != "ville.example" || remote != "203.0.113.9:0" {
		t.Errorf("from the proxy: host %q, remote %q", host, remote)
	}
	ask("192.0.2.1:5678")
	if host != "inside" || remote != "192.0.2.1:5678" || header != "" {
		t.Errorf("from anybody: host %q, remote %q, header %q", host, remote, header)
	}
}

package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// misuses are what the parser of command lines says, in English only, and the sentence for each, whose arguments are named
// as the groups.
var misuses = []struct {
	said *regexp.Regexp
	key  string
}{
	{regexp.MustCompile(`^unexpected argument (?P<Value>.*?)(?:, did you mean (?:one of )?(?P<Near>.+)\?)?$`), "cli.misuse.argument"},
	{regexp.MustCompile(`^unknown flag (?P<Value>.*?)(?:, did you mean (?:one of )?(?P<Near>.+)\?)?$`), "cli.misuse.flag"},
	{regexp.MustCompile(`^unexpected flag argument "(?P<Value>.*)"$`), "cli.misuse.argument"},
	{regexp.MustCompile(`^expected one of (?P<Known>.+)$`), "cli.misuse.command"},
	{regexp.MustCompile(`^expected "(?P<Value>.+)"$`), "cli.misuse.missing"},
	{regexp.MustCompile(`^missing (?:flags:|positional arguments) (?P<Value>.+)$`), "cli.misuse.missing"},
	{regexp.MustCompile(`^(?P<Flag>.+): expected (?:.+) value but got .*$`), "cli.misuse.value"},
	{regexp.MustCompile(`^(?P<Flag>.+): bool value must be .* but got "(?P<Value>.*)"$`), "cli.misuse.alone"},
	{regexp.MustCompile(`^(?P<Flag>.+) must be one of (?P<Known>.+) but got "(?P<Value>.*)"$`), "cli.misuse.choice"},
}

// misuse says an error of the parser in the person's language.
func misuse(l *i18n.Locale, text string) string {
	for _, m := range misuses {
		found := m.said.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		var args []any
		near := ""
		for i, name := range m.said.SubexpNames() {
			switch name {
			case "":
			case "Near":
				near = found[i]
			default:
				args = append(args, name, strings.ReplaceAll(found[i], `","`, `", "`))
			}
		}
		said := l.T(m.key, args...)
		if near != "" {
			said += " " + l.T("cli.misuse.near", "Words", near)
		}
		return said
	}
	return l.T("cli.misuse.other", "Text", text)
}

// languages are the values of --lang.
var languages = []string{string(i18n.FR), string(i18n.EN)}

// askedLanguage finds --lang in a command line that cannot be parsed.
func askedLanguage(args []string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return value
		}
		if arg == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv("PARVIS_LANG")
}

// values are what can follow a flag, where that is a closed list; for completions.
func values(f *kong.Flag) []string {
	switch f.Name {
	case "lang":
		return languages
	case "rule":
		return pabulib.RuleNames()
	case "licence":
		return []string{string(platform.Etalab), string(platform.ODbL)}
	case "role":
		return access.Names[access.Analyst:]
	}
	return f.EnumSlice()
}

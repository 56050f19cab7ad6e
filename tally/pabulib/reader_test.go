package pabulib

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/parvis-civic/parvis/tally"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readAll reads everything, and stops at what makes the file unusable.
func readAll(file []byte) (r *Reader, ballots []Ballot, refusals []Refusal, err error) {
	r, err = Open(bytes.NewReader(file), func(refusal Refusal) { refusals = append(refusals, refusal) })
	if err != nil {
		return nil, nil, refusals, err
	}
	for b, err := range r.Ballots() {
		if err != nil {
			return r, ballots, refusals, err
		}
		ballots = append(ballots, b)
	}
	return r, ballots, refusals, nil
}

// clean reads a fixture that has nothing wrong.
func clean(t *testing.T, name string) (*Reader, []Ballot) {
	t.Helper()
	r, ballots, refusals, err := readAll(fixture(t, name))
	if err != nil || refusals != nil {
		t.Fatalf("%s: %v, %v", name, err, refusals)
	}
	return r, ballots
}

func TestGradesAreRead(t *testing.T) {
	r, ballots := clean(t, "scoring.pb")
	if m := r.Meta; m.VoteType != VoteScoring || m.Budget != 1000050 || m.MaxPoints != 5 || m.Currency != "EUR" ||
		!m.Begin.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) || !m.End.Equal(time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("META: %+v", m)
	}
	votes, score, selected := int64(3), int64(9), 1
	want := Project{
		Project: tally.Project{
			ID: "p1", Name: "Un banc", Cost: 400025, Districts: []string{"Nord", "Sud"}, Categories: []string{"Espaces verts", "sport"}, Order: 1,
		},
		Line: 19, Votes: &votes, Score: &score, Selected: &selected, Targets: []string{"enfants", "seniors"}, Place: &Place{43.6047, 1.4442},
	}
	if diff := cmp.Diff(want, r.Projects[0]); diff != "" {
		t.Error(diff)
	}
	if got := r.Projects[1].Categories; !slices.Equal(got, []string{"éducation, enfance et jeunesse"}) {
		t.Errorf("categories: %q", got)
	}
	first := Ballot{
		Ballot: tally.Ballot{Choices: []tally.Choice{{Project: 0, Points: 5}, {Project: 1, Points: 4}}},
		Line:   24, Voter: "v1", Age: "34", Sex: "F", Method: "internet", Neighborhood: "Nord",
	}
	if diff := cmp.Diff(first, ballots[0]); diff != "" {
		t.Error(diff)
	}
	checkFixture(t, "scoring.pb", []string{"p1", "p2"})
}

func TestRankingsAreReadAndPoznansReserveIsCounted(t *testing.T) {
	r, _ := clean(t, "ordinal.pb")
	rule, counted := r.Meta.Rule("")
	if !counted || !slices.Equal(rule.Scoring.Weights, []int64{3, 2, 1}) || rule.Fit != (tally.Fit{Then: tally.FitReserve, Reserve: 80}) {
		t.Errorf("rule: %+v", rule)
	}
	checkFixture(t, "ordinal.pb", []string{"A/1", "A/2"})
}

// checkFixture counts a fixture and compares it with its own columns.
func checkFixture(t *testing.T, name string, winners []string) {
	t.Helper()
	r, _, result, totals := count(t, filepath.Join("testdata", name))
	if d := r.Differences(totals); d != nil {
		t.Errorf("%s: %v", name, d)
	}
	if o := r.Official(result); !o.Known || !o.Same || !slices.Equal(o.Winners, winners) {
		t.Errorf("%s: %+v", name, o)
	}
}

func TestMarksQuotesAndMixedLineEndsAreRead(t *testing.T) {
	r, ballots := clean(t, "bom.pb")
	if got := r.Meta.Comment; got != `#1: un ; deux, "trois"` {
		t.Errorf("comment: %q", got)
	}
	if got := r.Projects[0].Name; got != "Place \"verte\" ; côté nord\net côté sud" {
		t.Errorf("name: %q", got)
	}
	if got := r.Projects[1]; got.Name != "Café" || got.Line != 15 {
		t.Errorf("%q on line %d, want the composed form on line 15", got.Name, got.Line)
	}
	if len(ballots) != 2 || ballots[1].Line != 20 {
		t.Errorf("ballots: %+v", ballots)
	}
}

func TestBadLinesAreRefusedAlone(t *testing.T) {
	r, ballots, refusals, err := readAll(fixture(t, "refusals.pb"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, refusal := range refusals {
		got = append(got, fmt.Sprint(refusal.Line-20, " ", refusal.Code))
	}
	want := []string{
		"6 id", "7 id_comma", "8 project_twice", "9 cost", "10 cost_decimals", "11 cost_range", "12 cost_range", "13 number", "14 place", "15 fields",
		"20 voter", "21 voter_twice", "22 choice_empty", "23 choice_unknown", "24 choice_twice", "25 too_many", "26 too_few", "27 points_count",
		"28 points", "29 points", "30 points_range", "31 points_sum_many", "32 points_sum_few", "33 cost_of_choices", "34 fields", "35 quotes", "36 encoding",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Projects) != 3 || len(ballots) != 3 {
		t.Errorf("%d projects and %d ballots taken, want 3 and 3", len(r.Projects), len(ballots))
	}
	if b := ballots[1]; b.Voter != "2" || b.Dropped != 1 || len(b.Choices) != 1 {
		t.Errorf("a choice whose project was refused: %+v", b)
	}
	first := refusals[11]
	if first.Section != sectionVotes || first.Args["Voter"] != "1" || first.Args["First"] != 38 {
		t.Errorf("arguments: %+v", first)
	}
}

// A ballot that names a project whose own line was refused loses that choice, whatever was wrong with the line.
func TestChoiceOfARefusedProjectIsLeftOutAlone(t *testing.T) {
	good := string(fixture(t, "ordinal.pb"))
	line := good[strings.Index(good, "\nA/1;")+1:]
	line = line[:strings.Index(line, "\n")]
	_, ballots, _, err := readAll([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	naming := 0
	for _, b := range ballots {
		if slices.ContainsFunc(b.Choices, func(c tally.Choice) bool { return c.Project == 0 }) {
			naming++
		}
	}
	for name, bad := range map[string]string{
		"a field too many": line + ";", "a field too few": line[:strings.LastIndex(line, ";")], "control characters": line + "\a", "not UTF-8": line + "\xe9",
		"a quote in a text": line + `x"x`, "an open quote": line[:strings.LastIndex(line, ";")+1] + `"`, "a line without end": line + strings.Repeat("x", maxLine),
	} {
		r, got, refusals, err := readAll([]byte(strings.Replace(good, line, bad, 1)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(refusals) != 1 || refusals[0].Section != sectionProjects || len(got) != len(ballots) || r.Dropped != naming || naming == 0 {
			t.Errorf("%s: %v; %d of %d ballots, %d of %d choices left out", name, refusals, len(got), len(ballots), r.Dropped, naming)
		}
	}
}

func TestFileThatIsNotUTF8SaysSoOnce(t *testing.T) {
	latin := func(s string) []byte {
		b, err := charmap.ISO8859_1.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	file := strings.NewReplacer("num_projects;4", "num_projects;4\ncomment;sans accent", "A/1;", "A/1;").Replace(string(fixture(t, "ordinal.pb")))
	for i := range 3 {
		name := file[strings.Index(file, fmt.Sprintf("\nA/%d;", i+1))+1:]
		name = name[:strings.Index(name, "\n")]
		file = strings.Replace(file, name, name+"é", 1)
	}
	_, _, refusals, err := readAll(latin(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range refusals {
		got = append(got, r.Section+" "+r.Code)
	}
	if want := []string{"PROJECTS encoding", "PROJECTS text", "PROJECTS text"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	_, _, _, err = readAll(latin(strings.Replace(file, "sans accent", "avec un café", 1)))
	if e, ok := errors.AsType[*FormatError](err); !ok || e.Code != FormatEncoding {
		t.Errorf("in META: %v", err)
	}
}

func TestUnusableFilesAreRefusedWhole(t *testing.T) {
	good := string(fixture(t, "ordinal.pb"))
	for name, c := range map[string]struct {
		file, code string
		arg        any
	}{
		"empty":              {"", FormatSection, "META"},
		"something else":     {"%PDF-1.7\n", FormatSection, "META"},
		"a broken quote":     {"\"", FormatSection, "META"},
		"META alone":         {good[:strings.Index(good, "PROJECTS")], FormatSection, "PROJECTS"},
		"no PROJECTS":        {strings.Replace(good, "PROJECTS\n", "", 1), FormatMetaLine, nil},
		"cut in PROJECTS":    {good[:strings.Index(good, "A/3")+2], FormatSection, "VOTES"},
		"no VOTES":           {good[:strings.Index(good, "VOTES")], FormatSection, "VOTES"},
		"no header of VOTES": {good[:strings.Index(good, "voter_id")], FormatColumn, "VOTES"},
		"fewer projects":     {strings.Replace(good, "num_projects;4", "num_projects;5", 1), FormatProjects, nil},
		"cut in VOTES":       {good[:strings.Index(good, "\nz;")+1], FormatVotes, nil},
		"no column":          {strings.Replace(good, ";cost;", ";price;", 1), FormatColumn, "PROJECTS"},
		"column twice":       {strings.Replace(good, ";subunit;", ";cost;", 1), FormatColumnTwice, "PROJECTS"},
		"no points":          {strings.Replace(good, "ordinal", "cumulative", 1), FormatColumn, "VOTES"},
		"no header of META":  {strings.Replace(good, "key;value\n", "", 1), FormatColumn, "META"},
		"META without value": {strings.Replace(good, "unit;Essai", "unit", 1), FormatMetaLine, nil},
		"META not UTF-8":     {strings.Replace(good, "unit;Essai", "unit;\xff", 1), FormatEncoding, nil},
		"META twice":         {strings.Replace(good, "country;France", "unit;France", 1), FormatMetaTwice, nil},
		"no unit":            {strings.Replace(good, "unit;Essai\n", "", 1), FormatMetaMissing, nil},
		"empty budget":       {strings.Replace(good, "budget;300", "budget;", 1), FormatMetaMissing, nil},
		"unreadable budget":  {strings.Replace(good, "budget;300", "budget;3e2", 1), FormatMetaValue, nil},
		"negative budget":    {strings.Replace(good, "budget;300", "budget;-3", 1), FormatMetaValue, nil},
		"unreadable date":    {strings.Replace(good, "01.03.2026", "2026-03-01", 1), FormatMetaValue, nil},
		"unreadable length":  {strings.Replace(good, "max_length;3", "max_length;0", 1), FormatMetaValue, nil},
		"unknown vote type":  {strings.Replace(good, "ordinal", "borda", 1), FormatVoteType, nil},
		"a default grade":    {strings.Replace(good, "max_length;3", "default_score;1", 1), FormatMetaValue, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := readAll([]byte(c.file))
			got, ok := errors.AsType[*FormatError](err)
			if !ok || got.Code != c.code || c.arg != nil && got.Args["Section"] != c.arg {
				t.Errorf("%v, want %s %v", err, c.code, c.arg)
			}
		})
	}
}

func TestARealFileCutInTheMiddleIsRefusedWhole(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join(corpus, "Poland_Lodz_2022.pb"))
	if err != nil {
		t.Fatal(err)
	}
	for size, code := range map[int]string{100: FormatMetaLine, 9000: FormatSection, 100000: FormatVotes, len(whole) - 200: FormatVotes} {
		_, _, _, err := readAll(whole[:size])
		if got, ok := errors.AsType[*FormatError](err); !ok || got.Code != code {
			t.Errorf("%d bytes: %v, want %s", size, err, code)
		}
	}
}

func TestTheInputsOwnErrorIsPassedOn(t *testing.T) {
	broken := errors.New("broken disk")
	file := fixture(t, "ordinal.pb")
	for _, size := range []int{0, 50, len(file) - 20} {
		r, err := Open(io.MultiReader(bytes.NewReader(file[:size]), iotest.ErrReader(broken)), nil)
		if err == nil {
			for _, err = range r.Ballots() {
				if err != nil {
					break
				}
			}
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", size, err)
		}
	}
}

func TestABallotIsReadOnceEvenWhenTheReadingStops(t *testing.T) {
	r, err := Open(bytes.NewReader(fixture(t, "ordinal.pb")), nil)
	if err != nil {
		t.Fatal(err)
	}
	var voters []string
	for range 4 {
		for b := range r.Ballots() {
			voters = append(voters, b.Voter)
			break
		}
	}
	if !slices.Equal(voters, []string{"x", "y", "z"}) {
		t.Errorf("%v", voters)
	}
}

func TestRulesByName(t *testing.T) {
	m := Meta{RuleName: RuleGreedy, Budget: 100, VoteType: VoteOrdinal, NumProjects: 2, MaxLength: 3, Threshold: 5}
	for name, want := range map[string]struct {
		method  tally.Method
		fit     tally.Fit
		counted bool
	}{
		"":                 {tally.MethodGreedy, tally.Fit{Then: tally.FitSkip}, true},
		"greedy":           {tally.MethodGreedy, tally.Fit{Then: tally.FitSkip}, true},
		"greedy-threshold": {tally.MethodGreedy, tally.Fit{Then: tally.FitSkip}, true},
		"greedy-exclusive": {tally.MethodGreedy, tally.Fit{Then: tally.FitSkip}, true},
		"greedy-no-skip":   {tally.MethodGreedy, tally.Fit{Then: tally.FitStop}, true},
		"greedy-custom":    {tally.MethodGreedy, tally.Fit{Then: tally.FitReserve, Reserve: 80}, true},
		"equalshares":      {tally.MethodEqualShares, tally.Fit{Then: tally.FitSkip}, false},
		"equalshares/add1": {tally.MethodEqualShares, tally.Fit{Then: tally.FitSkip}, false},
		"unknown":          {tally.MethodUnknown, tally.Fit{Then: tally.FitSkip}, false},
		"greedy-else":      {tally.MethodUnknown, tally.Fit{Then: tally.FitSkip}, false},
	} {
		rule, counted := m.Rule(name)
		if problems := rule.Check(nil); problems != nil {
			t.Errorf("%q: %v", name, problems)
		}
		if rule.Method != want.method || rule.Fit != want.fit || counted != want.counted || rule.Minimum.Total != 5 || !slices.Equal(rule.Scoring.Weights, []int64{3, 2}) {
			t.Errorf("%q: %+v, %v", name, rule, counted)
		}
		if known := name == "" || slices.Contains(RuleNames(), name); known != counted {
			t.Errorf("%q is among the rules that are counted: %v", name, known)
		}
	}
}

// Every code of a file, a line or a rule has its sentence in both languages, and no sentence is without code.
func TestEveryCodeHasASentence(t *testing.T) {
	var want []string
	for file, prefixes := range map[string]map[string]string{
		"errors.go":   {"Format": "format.", "Refused": "refused."},
		"../check.go": {"Problem": "tally.problem."},
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			for prefix, key := range prefixes {
				if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING && strings.HasPrefix(spec.Names[0].Name, prefix) {
					code, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, key+code)
				}
			}
			return true
		})
	}
	slices.Sort(want)
	for _, lang := range []string{"fr", "en"} {
		raw, err := os.ReadFile("../../internal/i18n/locales/pabulib." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var sentences map[string]string
		if err := json.Unmarshal(raw, &sentences); err != nil {
			t.Fatal(err)
		}
		var got []string
		for key := range sentences {
			got = append(got, key)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
}

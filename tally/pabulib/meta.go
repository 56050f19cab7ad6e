package pabulib

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/parvis-civic/parvis/tally"
)

// Meta is what META says of the election. Text is trimmed and in Unicode's form NFC. Numbers are 0, amounts and dates
// zero, where META says nothing; no limit of a ballot can be 0.
type Meta struct {
	Description string
	Country     string
	Unit        string // the city or region
	District    string // the part of it that votes in this file, if not all
	Subunit     string // the same, with the category of projects
	Instance    string // usually the year
	Edition     string
	Language    string
	Currency    string // ISO 4217
	Comment     string
	NumProjects int // lines of PROJECTS, at least what META announces
	NumVotes    int // lines of VOTES that META announces
	Budget      tally.Amount
	VoteType    VoteType
	RuleName    string // what the city applied
	Begin, End  time.Time
	FullyFunded bool // the budget covered every project

	Threshold    int64        // the score that a project needs (min_project_score_threshold)
	MinLength    int          // choices on a ballot
	MaxLength    int          //
	MinPoints    int64        // points for one project
	MaxPoints    int64        //
	MinSumPoints int64        // points of one ballot
	MaxSumPoints int64        //
	MaxSumCost   tally.Amount // cost of a ballot's projects together

	Stated *tally.Rule // the whole rule, in a file that states it (RuleStated); else nil

	Values map[string]string // all of META, as written
}

// VoteType is how people voted.
type VoteType string

// The vote types.
const (
	VoteApproval   VoteType = "approval"   // any of the projects, each counts one
	VoteChooseOne  VoteType = "choose-1"   // one project
	VoteOrdinal    VoteType = "ordinal"    // a ranking, the best first
	VoteCumulative VoteType = "cumulative" // points shared out among projects
	VoteScoring    VoteType = "scoring"    // a grade for each project
)

// pointed says whether ballots carry points.
func (t VoteType) pointed() bool { return t == VoteCumulative || t == VoteScoring }

// needed are the keys without which an election can't be told from others or counted. num_projects and num_votes are
// among them because nothing else tells that the end of a file is missing.
var needed = []string{"unit", "instance", "num_projects", "num_votes", "budget", "vote_type", "rule"}

// readMeta reads the section up to the title of the next one.
func (r *Reader) readMeta() error {
	if err := r.header(sectionMeta, "key", "value"); err != nil {
		return err
	}
	m := metaReader{values: map[string]string{}, lines: map[string]int{}}
	for {
		fields, line, err := r.next()
		if err == io.EOF {
			return formatError(line, FormatSection, "Section", sectionProjects)
		}
		if isBadLine(err) {
			return formatError(line, r.metaLine(r.lines.broken))
		}
		if err != nil {
			return err
		}
		if isSection(fields, sectionProjects) {
			r.Meta, r.stated = m.meta(line), m.lines[keyRule]
			return m.err()
		}
		if isSection(fields, sectionVotes) {
			return formatError(line, FormatSection, "Section", sectionProjects)
		}
		if len(fields) != 2 || strings.TrimSpace(fields[0]) == "" || !readable(fields[0]) || !readable(fields[1]) {
			return formatError(line, r.metaLine(fields...))
		}
		key := strings.TrimSpace(fields[0])
		if _, twice := m.values[key]; twice {
			return formatError(line, FormatMetaTwice, "Key", key)
		}
		m.values[key], m.lines[key] = text(fields[1]), line
	}
}

// metaLine says what is wrong with a line of META.
func (r *Reader) metaLine(fields ...string) string {
	if slices.ContainsFunc(fields, func(f string) bool { return !utf8.ValidString(f) }) {
		return FormatEncoding
	}
	return FormatMetaLine
}

// metaReader turns values into a Meta and keeps the first error.
type metaReader struct {
	values map[string]string
	lines  map[string]int
	failed *FormatError
}

// err is nil as an interface when nothing failed.
func (m *metaReader) err() error {
	if m.failed == nil {
		return nil
	}
	return m.failed
}

func (m *metaReader) fail(e *FormatError) {
	if m.failed == nil {
		m.failed = e
	}
}

func (m *metaReader) unreadable(key string) {
	m.fail(formatError(m.lines[key], FormatMetaValue, "Key", key, "Value", m.values[key]))
}

// meta reads all values; end is the line after the section.
func (m *metaReader) meta(end int) Meta {
	for _, key := range needed {
		if m.values[key] == "" {
			m.fail(formatError(end, FormatMetaMissing, "Key", key))
		}
	}
	v := m.values
	meta := Meta{
		Description: v["description"], Country: v["country"], Unit: v["unit"], District: v["district"], Subunit: v["subunit"],
		Instance: v["instance"], Edition: v["edition"], Language: v["language"], Currency: v["currency"], Comment: v["comment"],
		NumProjects: int(m.whole("num_projects", 0)), NumVotes: int(m.whole("num_votes", 0)), Budget: m.amount("budget"),
		VoteType: VoteType(v["vote_type"]), RuleName: v["rule"], Begin: m.date("date_begin"), End: m.date("date_end"),
		FullyFunded: v["fully_funded"] == "1", Threshold: m.whole("min_project_score_threshold", 0),
		MinLength: int(m.whole("min_length", 0)), MaxLength: int(m.whole("max_length", 1)),
		MinPoints: m.whole("min_points", 0), MaxPoints: m.whole("max_points", 1),
		MinSumPoints: m.whole("min_sum_points", 0), MaxSumPoints: m.whole("max_sum_points", 1),
		MaxSumCost: m.amount("max_sum_cost"), Values: v,
	}
	switch meta.VoteType {
	case VoteApproval, VoteChooseOne, VoteOrdinal, VoteCumulative, VoteScoring:
	default:
		m.fail(formatError(m.lines["vote_type"], FormatVoteType, "Value", v["vote_type"]))
	}
	meta.Stated = m.stated(meta.Budget, meta.VoteType)
	if meta.VoteType == VoteChooseOne {
		meta.MaxLength = 1
	}
	// The grade of a project that a ballot does not name: nothing, or its totals would not be those of the ballots.
	if m.whole("default_score", 0) != 0 {
		m.unreadable("default_score")
	}
	// A limit below its own minimum would refuse every ballot, one by one.
	for _, limit := range []struct {
		least, most int64
		key         string
	}{
		{int64(meta.MinLength), int64(meta.MaxLength), "min_length"},
		{meta.MinPoints, meta.MaxPoints, "min_points"},
		{meta.MinSumPoints, meta.MaxSumPoints, "min_sum_points"},
	} {
		if limit.most > 0 && limit.least > limit.most {
			m.unreadable(limit.key)
		}
	}
	return meta
}

// whole reads a whole number of at least low, and at most what every count here stays exact with.
func (m *metaReader) whole(key string, low int64) int64 {
	if m.values[key] == "" {
		return 0
	}
	n, ok := whole(m.values[key])
	if !ok || n < low || n > 1<<31-1 {
		m.unreadable(key)
		return 0
	}
	return n
}

func (m *metaReader) amount(key string) tally.Amount {
	if m.values[key] == "" {
		return 0
	}
	a, err := tally.ParseAmount(m.values[key])
	if err != nil || a < 0 {
		m.unreadable(key)
	}
	return a
}

// date reads dd.mm.yyyy.
func (m *metaReader) date(key string) time.Time {
	if m.values[key] == "" {
		return time.Time{}
	}
	t, err := time.Parse("02.01.2006", m.values[key])
	if err != nil {
		m.unreadable(key)
	}
	return t
}

// whole reads a whole number; some files write them as "12.0".
func whole(s string) (int64, bool) {
	if integer, zeros, point := strings.Cut(s, "."); point {
		if strings.Trim(zeros, "0") != "" {
			return 0, false
		}
		s = integer
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// text gives a text as Parvis keeps it.
func text(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// readable says whether a field is UTF-8 without control characters other than tabs and line breaks.
func readable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, c := range s {
		if unicode.IsControl(c) && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

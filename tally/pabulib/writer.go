package pabulib

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/tally"
)

// RuleStated names the rule of a file that states it whole, in META's key parvis_rule: a tally.Rule as JSON. The other
// names of the format have no word for what a city may decide (districts, lots, shares of the ballots); a program that
// does not know this key cannot take the file for an election of another rule.
const RuleStated = "parvis"

const keyRule = "parvis_rule"

// Writer writes an election as Open reads it, streaming its ballots.
type Writer struct {
	out      *csv.Writer
	projects []Project
	pointed  bool
	n        int
}

// NewWriter begins a file: META with the rule, and PROJECTS with their official outcome. As many ballots as m.NumVotes
// says follow. The description, the place, the currency and the dates are as in Meta; its Budget, RuleName and
// NumProjects are those of the rule and the projects.
func NewWriter(out io.Writer, m Meta, rule tally.Rule, projects []Project) (*Writer, error) {
	w := &Writer{out: csv.NewWriter(out), projects: projects, pointed: m.VoteType.pointed()}
	w.out.Comma = ';'
	stated, err := json.Marshal(rule)
	if err != nil {
		return nil, err
	}
	w.line(sectionMeta)
	w.line("key", "value")
	for _, pair := range [][2]string{
		{"description", m.Description}, {"country", m.Country}, {"unit", m.Unit}, {"instance", m.Instance}, {"language", m.Language}, {"currency", m.Currency},
		{"num_projects", strconv.Itoa(len(projects))}, {"num_votes", strconv.Itoa(m.NumVotes)}, {"budget", rule.Budget.String()},
		{"vote_type", string(m.VoteType)}, {"rule", RuleStated}, {keyRule, string(stated)}, {"date_begin", date(m.Begin)}, {"date_end", date(m.End)},
		{"min_length", limit(int64(m.MinLength))}, {"max_length", limit(int64(m.MaxLength))}, {"min_points", limit(m.MinPoints)}, {"max_points", limit(m.MaxPoints)},
		{"min_sum_points", limit(m.MinSumPoints)}, {"max_sum_points", limit(m.MaxSumPoints)}, {"comment", m.Comment},
	} {
		if pair[1] != "" {
			w.line(pair[0], pair[1])
		}
	}
	if m.MaxSumCost > 0 {
		w.line("max_sum_cost", m.MaxSumCost.String())
	}
	w.line(sectionProjects)
	w.line("project_id", "cost", "name", "district", "category", "votes", "score", "selected")
	for _, p := range projects {
		w.line(p.ID, p.Cost.String(), p.Name, strings.Join(p.Districts, ","), strings.Join(p.Categories, ","), whole64(p.Votes), whole64(p.Score), whole64(p.Selected))
	}
	w.line(sectionVotes)
	w.line((&Reader{Meta: m}).ballotColumns()...)
	return w, w.Flush()
}

// Ballot writes the next ballot. Voters have numbers, in the order in which they are given.
func (w *Writer) Ballot(b tally.Ballot) error {
	w.n++
	names, points := make([]string, len(b.Choices)), make([]string, len(b.Choices))
	for i, c := range b.Choices {
		names[i], points[i] = w.projects[c.Project].ID, strconv.FormatInt(c.Points, 10)
	}
	line := []string{strconv.Itoa(w.n), strings.Join(names, ",")}
	if w.pointed {
		line = append(line, strings.Join(points, ","))
	}
	return w.out.Write(line)
}

// Flush hands on what was written.
func (w *Writer) Flush() error {
	w.out.Flush()
	return w.out.Error()
}

// line writes a record; Flush gives its error.
func (w *Writer) line(fields ...string) { _ = w.out.Write(fields) }

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02.01.2006")
}

func limit(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func whole64[N int | int64](n *N) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(int64(*n), 10)
}

// stated reads the rule that a file states whole; nil when it states none. It must be about what the rest of META says.
func (m *metaReader) stated(budget tally.Amount, vote VoteType) *tally.Rule {
	text, ok := m.values[keyRule]
	if !ok || m.values["rule"] != RuleStated {
		return nil
	}
	in := json.NewDecoder(strings.NewReader(text))
	in.DisallowUnknownFields() // what it does not know it would leave out of the count
	var rule tally.Rule
	if err := in.Decode(&rule); err != nil || in.More() || rule.Budget != budget || (rule.Scoring.By == tally.ByPoints) != vote.pointed() {
		m.unreadable(keyRule)
		return nil
	}
	return &rule
}

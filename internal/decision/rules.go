package decision

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// The bounds of what is written.
const (
	MinExplanation = 30 // characters: less explains nothing
	MaxText        = 4000
	MaxTitle       = 120
	MaxAppealDays  = 90
)

// needs is what an outcome cannot be published without.
type needs struct{ cost, article, explanation, possible, contact, deadline bool }

// needs gives what the outcome needs; nil for one that is none.
func (o Outcome) needs() *needs {
	switch o {
	case ToVote:
		return &needs{cost: true}
	case Refused:
		return &needs{article: true, explanation: true, possible: true}
	case Planned, Outside, Passed:
		return &needs{explanation: true, contact: true}
	case Rework:
		return &needs{explanation: true, possible: true, deadline: true}
	case Kept:
		return &needs{explanation: true, possible: true}
	}
	return nil
}

// Ground is what an assessment stands on.
type Ground struct {
	Articles  []rulebook.Article // those that a decision may cite
	Templates map[string]string  // by article; "": for the others
	Services  map[ids.ID]bool
	Asked     int64     // what the author said that it costs, hundredths
	Now       time.Time // the platform's
	Vote      time.Time // when people begin to vote; zero: not known
}

// Article gives the article of a key.
func (g Ground) Article(key string) (rulebook.Article, bool) {
	for _, a := range g.Articles {
		if a.Key == key {
			return a, true
		}
	}
	return rulebook.Article{}, false
}

// Template gives the words with which an explanation by that article begins.
func (g Ground) Template(article string) string {
	if t, ok := g.Templates[article]; ok {
		return t
	}
	return g.Templates[""]
}

// Check says everything that keeps an assessment from being signed. Faults: invalid (outcome, cost, article, explanation,
// possible, service, deadline).
func (a Assessment) Check(g Ground) error {
	need := a.Outcome.needs()
	if need == nil {
		return fault.New(fault.Invalid, "fault.decision.outcome").In("outcome")
	}
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.decision."+key, pairs...).In(field))
	}
	if need.cost && (a.Cost == nil || *a.Cost <= 0) {
		wrong("cost", "cost")
	}
	if _, known := g.Article(a.Article); need.article && !known {
		wrong("article", "article")
	}
	explained := need.explanation || need.cost && a.Cost != nil && *a.Cost != g.Asked // who is told another cost is told why
	switch text := strings.TrimSpace(a.Explanation); {
	case Unfinished(text, g.Template(a.Article)):
		wrong("explanation", "template")
	case explained && text == "" && need.cost:
		wrong("explanation", "cost_why")
	case explained && utf8.RuneCountInString(text) < MinExplanation:
		wrong("explanation", "explanation", "Count", MinExplanation)
	}
	switch text := strings.TrimSpace(a.Possible); {
	case Unfinished(text, ""):
		wrong("possible", "template")
	case need.possible && text == "":
		wrong("possible", "possible")
	}
	if need.contact && !g.Services[a.Service] {
		wrong("service", "service")
	}
	if need.deadline {
		switch {
		case a.Deadline.IsZero() || !a.Deadline.After(g.Now):
			wrong("deadline", "deadline")
		case !g.Vote.IsZero() && !a.Deadline.Before(g.Vote):
			wrong("deadline", "deadline_vote", "When", g.Vote)
		}
	}
	return fault.All(found)
}

// kept refuses what is too long to be kept at all. Fault: invalid.
func (a Assessment) kept() error {
	var found []*fault.Error
	for field, text := range map[string]string{"explanation": a.Explanation, "possible": a.Possible} {
		if utf8.RuneCountInString(text) > MaxText {
			found = append(found, fault.New(fault.Invalid, "fault.decision.long", "Count", MaxText).In(field))
		}
	}
	if a.Outcome != Undecided && !a.Outcome.Known() {
		found = append(found, fault.New(fault.Invalid, "fault.decision.outcome").In("outcome"))
	}
	if a.Cost != nil && *a.Cost < 0 || a.Running != nil && *a.Running < 0 {
		found = append(found, fault.New(fault.Invalid, "fault.decision.cost").In("cost"))
	}
	return fault.All(found)
}

// Unfinished says whether a text still has a blank of a template, as « [précisez…] », or is the template with its blanks
// taken out and nothing said instead.
func Unfinished(text, template string) bool {
	if len(blanks(text)) > 0 {
		return true
	}
	return template != "" && text != "" && bare(text) == bare(template)
}

// blanks gives where the blanks of a text begin and end.
func blanks(text string) (list [][2]int) {
	for from := 0; ; {
		open := strings.Index(text[from:], "[")
		if open < 0 {
			return list
		}
		open += from
		end := strings.Index(text[open:], "]")
		if end < 0 {
			return list
		}
		if inner := text[open+1 : open+end]; strings.HasSuffix(inner, "…") || strings.HasSuffix(inner, "...") {
			list = append(list, [2]int{open, open + end + 1})
		}
		from = open + end + 1
	}
}

// bare is the letters of a text without its blanks.
func bare(text string) string {
	list := blanks(text)
	for i := len(list) - 1; i >= 0; i-- {
		text = text[:list[i][0]] + text[list[i][1]:]
	}
	var b strings.Builder
	for _, r := range i18n.Fold(text) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Quarrel is in what services differ on a proposal.
type Quarrel struct {
	Verdict bool // one is for it, another against
	Cost    bool // the highest cost is half as much again as the lowest, or more
}

// Any says whether they differ at all.
func (q Quarrel) Any() bool { return q.Verdict || q.Cost }

// Differ compares what services have said of one proposal; drafts say nothing yet.
func Differ(opinions []analysis.Opinion) (q Quarrel) {
	seen := map[analysis.Verdict]bool{}
	var lowest, highest int64
	for _, o := range opinions {
		if o.GivenAt.IsZero() {
			continue
		}
		if o.Verdict != analysis.Undecided {
			seen[o.Verdict] = true
		}
		if o.Invest != nil && *o.Invest > 0 {
			if lowest == 0 || *o.Invest < lowest {
				lowest = *o.Invest
			}
			highest = max(highest, *o.Invest)
		}
	}
	q.Verdict = seen[analysis.Favourable] && (seen[analysis.Unfavourable] || seen[analysis.TooLate])
	q.Cost = lowest > 0 && 2*highest >= 3*lowest
	return q
}

// check refuses what a wave cannot be. voted says when people begin to vote. Faults: invalid (title, at, tell, days).
func (w Wave) check(now, voted time.Time) error {
	var found []*fault.Error
	wrong := func(field, key string, pairs ...any) {
		found = append(found, fault.New(fault.Invalid, "fault.decision.wave."+key, pairs...).In(field))
	}
	if w.Title == "" || utf8.RuneCountInString(w.Title) > MaxTitle {
		wrong("title", "title", "Count", MaxTitle)
	}
	switch {
	case w.PublishAt.IsZero() || !w.PublishAt.After(now):
		wrong("at", "past")
	case !voted.IsZero() && w.PublishAt.After(voted):
		wrong("at", "vote", "When", voted)
	case w.TellAt.After(w.PublishAt):
		wrong("tell", "tell")
	}
	if w.AppealDays < 0 || w.AppealDays > MaxAppealDays {
		wrong("days", "days", "Count", MaxAppealDays)
	}
	return fault.All(found)
}

// AppealUntil is when the last appeal can be sent: the end of the last of the days after the wave, where the city is.
func (w Wave) AppealUntil(zone *time.Location) time.Time {
	if w.AppealDays == 0 {
		return time.Time{}
	}
	at := w.PublishAt.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day()+w.AppealDays+1, 0, 0, 0, 0, zone)
}

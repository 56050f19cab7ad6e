package rehearsal

import (
	"errors"
	"slices"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// Report is what a rehearsal found. Money is in hundredths of the edition's currency.
type Report struct {
	Missing   []string       `json:"missing,omitempty"` // what the edition lacks to be published, as the check-list names it
	People    int            `json:"people"`            // who have moved in
	Deposits  int            `json:"deposits"`
	Candidate int            `json:"candidates"` // put to the vote
	TooDear   []string       `json:"too_dear,omitempty"`
	Ballots   int            `json:"ballots"`
	Changed   int            `json:"changed"`   // ballots that were changed
	Forgotten int            `json:"forgotten"` // selections that were never cast
	Refused   []Refusal      `json:"refused,omitempty"`
	Mails     map[string]int `json:"mails,omitempty"` // by their kind
	Outcome   *Outcome       `json:"outcome,omitempty"`
	Warnings  []Warning      `json:"warnings,omitempty"`
}

// Refusal is what the services did not take, in their words.
type Refusal struct {
	Of       string               `json:"of"` // deposit or vote
	Why      map[i18n.Lang]string `json:"why"`
	Count    int                  `json:"count"`
	Expected bool                 `json:"expected"` // it was tried in order to be refused
}

// Outcome is the result.
type Outcome struct {
	Budget  int64    `json:"budget"`
	Spent   int64    `json:"spent"`
	Winners []Winner `json:"winners,omitempty"`
}

// Left is the money that is left.
func (o Outcome) Left() int64 { return o.Budget - o.Spent }

// Winner is a project that won.
type Winner struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Total  int64  `json:"total"` // votes, or points
	Cost   int64  `json:"cost"`
}

// Warning is something that the organiser should look at before it is real. Its sentence is the translation
// "rehearsal.warning.KEY".
type Warning struct {
	Key    string   `json:"key"`
	Count  int      `json:"count,omitempty"`
	Names  []string `json:"names,omitempty"`
	Amount int64    `json:"amount,omitempty"`
}

// Sent is how many e-mails would have gone.
func (r Report) Sent() (n int) {
	for _, one := range r.Mails {
		n += one
	}
	return n
}

// refuse notes a fault in the words of each language. What is no fault is given back.
func (r *Report) refuse(of string, err error, expected bool, in func(i18n.Lang) *i18n.Locale) error {
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code == fault.Internal || f.Code == fault.Unavailable {
		return err
	}
	why := map[i18n.Lang]string{}
	for _, lang := range i18n.Langs {
		why[lang] = in(lang).Fault(err)
	}
	at := slices.IndexFunc(r.Refused, func(one Refusal) bool {
		return one.Of == of && one.Expected == expected && one.Why[i18n.FR] == why[i18n.FR]
	})
	if at < 0 {
		at, r.Refused = len(r.Refused), append(r.Refused, Refusal{Of: of, Why: why, Expected: expected})
	}
	r.Refused[at].Count++
	return nil
}

// leftMuch is the part of the envelope, in hundredths, above which what is left is worth a warning.
const leftMuch = 10

// judge looks at a result and says what an organiser would regret.
func (r *Report) judge(b rulebook.Rulebook, districts []project.District, c result.Counted) {
	warn := func(w Warning) { r.Warnings = append(r.Warnings, w) }
	o := Outcome{Budget: int64(c.Budget), Spent: int64(c.Spent)}
	ties, below, won := 0, 0, map[string]bool{}
	there := map[string]bool{}
	for _, k := range c.Candidates {
		for _, d := range k.Districts {
			there[d] = true
		}
	}
	for _, p := range c.Projects {
		k := c.Candidates[p.Project]
		if p.Winner {
			o.Winners = append(o.Winners, Winner{Number: k.Number, Title: k.Name, Total: p.Total, Cost: int64(k.Cost)})
			for _, d := range k.Districts {
				won[d] = true
			}
		}
		if p.Reason.Tie != "" {
			ties++
		}
		if p.Reason.Code == tally.OutSupporters || p.Reason.Code == tally.OutShare || p.Reason.Code == tally.OutTotal {
			below++
		}
	}
	r.Outcome = &o
	var empty, none []string
	for _, d := range districts {
		switch {
		case !there[d.Slug]:
			empty = append(empty, d.Name)
		case !won[d.Slug]:
			none = append(none, d.Name)
		}
	}
	if len(o.Winners) == 0 {
		warn(Warning{Key: "no_winner"})
	}
	if len(empty) > 0 {
		warn(Warning{Key: "district_empty", Count: len(empty), Names: empty})
	}
	if len(none) > 0 {
		warn(Warning{Key: "district_none", Count: len(none), Names: none})
	}
	if below > 0 {
		warn(Warning{Key: "minimum", Count: below})
	}
	if ties > 0 {
		warn(Warning{Key: "tie", Count: ties})
	}
	if o.Left()*100 > o.Budget*leftMuch {
		warn(Warning{Key: "left", Amount: o.Left()})
	}
}

// foresee says what a rehearsal of an edition leaves out.
func foresee(v project.View, asksCost bool) (list []Warning) {
	count := func(kind project.Kind) (n int) {
		for _, s := range v.Steps {
			if s.Kind == kind {
				n++
			}
		}
		return n
	}
	if v.Rulebook.Deliberation {
		list = append(list, Warning{Key: "no_vote"})
	} else if count(project.Analysis) > 0 {
		list = append(list, Warning{Key: "no_analysis"})
	}
	if count(project.Collect) > 1 || count(project.Vote) > 1 || count(project.Preselection) > 0 {
		list = append(list, Warning{Key: "steps"})
	}
	if !asksCost {
		list = append(list, Warning{Key: "no_cost"})
	}
	return list
}

// unexpected warns of refusals of people who did nothing out of the ordinary.
func (r *Report) unexpected() {
	n := 0
	for _, one := range r.Refused {
		if !one.Expected {
			n += one.Count
		}
	}
	if n > 0 {
		r.Warnings = append([]Warning{{Key: "refused", Count: n}}, r.Warnings...)
	}
}

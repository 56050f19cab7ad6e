package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// tallyCmd counts an election from its file.
type tallyCmd struct {
	File string `arg:"" help:"An election in Pabulib's format (.pb)."`

	Rule string `placeholder:"NAME" help:"Count by another rule than the file's: ${rules}, or equalshares…, which is not built yet."`
	JSON bool   `name:"json" help:"Print one line of JSON."`
}

// Help is shown by --help.
func (tallyCmd) Help() string {
	return `The ballots are added up and the projects decided one after the other, with the reason of each; then the outcome is compared with the city's own, if the file has it. A rule that is not built yet gives totals and no winners.

Exit codes: 0 counted, or totals only; 2 the file cannot be used, or the command is wrong; 3 some lines were refused and not counted; 1 any other failure.

Examples:

  parvis tally Poland_Krakow_2024.pb
  parvis tally --rule greedy-no-skip Poland_Krakow_2024.pb
  parvis tally --json France_Toulouse_2022.pb`
}

// counted is what --json prints. Amounts are exact decimals.
type counted struct {
	Rule     string           `json:"rule"`
	Counted  bool             `json:"counted"`
	VoteType string           `json:"vote_type"`
	Budget   string           `json:"budget"`
	Spent    string           `json:"spent"`
	Winners  []string         `json:"winners"`
	Projects []countedProject `json:"projects"` // in the order of their totals, ties broken
	Official countedOfficial  `json:"official"`
}

type countedProject struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Cost       string `json:"cost"`
	Total      int64  `json:"total"`
	Supporters int64  `json:"supporters"`
	Winner     bool   `json:"winner"`
	Reason     string `json:"reason"`
}

type countedOfficial struct {
	Known       bool     `json:"known"`
	Same        bool     `json:"same"`
	Differences []string `json:"differences"`
}

// election is a file that was counted.
type election struct {
	*pabulib.Reader
	rule     string
	result   tally.Result
	official pabulib.Official
	refused  []pabulib.Refusal
	names    map[string]string // of projects by identifier
}

// Run does it.
func (c *tallyCmd) Run(a *app) error {
	if c.Rule != "" && !slices.Contains(pabulib.RuleNames(), c.Rule) && !strings.HasPrefix(c.Rule, "equalshares") {
		return usage(a.l.T("cli.tally.rule", "Rule", c.Rule, "Known", pabulib.RuleNames()))
	}
	e, err := c.count()
	if err != nil {
		return err
	}
	for _, r := range e.refused {
		fmt.Fprintln(a.errs, a.l.T("cli.line", "Line", plain(r.Line), "Text", a.l.T("refused."+r.Code, pairs(r.Args)...)))
	}
	if e.Dropped > 0 {
		fmt.Fprintln(a.errs, a.l.T("cli.import.dropped", "Count", e.Dropped))
	}
	if c.JSON {
		err = a.json(e.json(a.l))
	} else {
		err = e.tell(a)
	}
	if err == nil && len(e.refused) > 0 {
		return exit(exitRefused)
	}
	return err
}

func (c *tallyCmd) count() (*election, error) {
	f, err := openInput(c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e := &election{names: map[string]string{}}
	if e.Reader, err = pabulib.Open(f, func(r pabulib.Refusal) { e.refused = append(e.refused, r) }); err != nil {
		return nil, err
	}
	if e.rule = c.Rule; e.rule == "" {
		e.rule = e.Meta.RuleName
	}
	rule, _ := e.Meta.Rule(c.Rule)
	if e.result, err = tally.Count(rule, e.Candidates(), e.Votes()); err != nil {
		return nil, err
	}
	for _, p := range e.Projects {
		e.names[p.ID] = p.Name
	}
	e.official = e.Official(e.result)
	return e, nil
}

// currency is the file's, or ISO 4217's code for none.
func (e *election) currency() string {
	if e.Meta.Currency == "" {
		return "XXX"
	}
	return e.Meta.Currency
}

func (e *election) reason(l *i18n.Locale, o tally.Outcome) string {
	return rulebook.ReasonText(l, o.Reason, e.currency(),
		func(id string) string { return e.names[id] }, func(key string) string { return key })
}

func (e *election) json(l *i18n.Locale) counted {
	c := counted{Rule: e.rule, Counted: e.result.Counted, VoteType: string(e.Meta.VoteType), Budget: e.result.Budget.String(), Spent: e.result.Spent.String(),
		Winners: []string{}, Projects: []countedProject{}, Official: countedOfficial{e.official.Known, e.official.Same, e.official.Differences}}
	for _, w := range e.result.Winners {
		c.Winners = append(c.Winners, e.Projects[w].ID)
	}
	for _, o := range e.result.Projects {
		p := e.Projects[o.Project]
		c.Projects = append(c.Projects, countedProject{p.ID, p.Name, p.Cost.String(), o.Total, o.Supporters, o.Winner, e.reason(l, o)})
	}
	return c
}

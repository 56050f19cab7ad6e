package analysis

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Sheet makes a workbook of the tasks that a filter wants, at most MaxRows. Fault: forbidden.
func (s *Service) Sheet(ctx context.Context, of platform.Platform, who account.Person, f Filter, l *i18n.Locale) ([]byte, error) {
	if !who.Roles.Ever(access.Analyse) {
		return nil, forbidden()
	}
	var rows []Filled
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := deskOf(ctx, tx, of, who, f)
		if err != nil {
			return err
		}
		d.Tasks = d.Tasks[:min(len(d.Tasks), MaxRows)]
		said, err := Opinions(ctx, tx, of.Key, proposalsOf(d.Tasks))
		if err != nil {
			return err
		}
		for _, t := range d.Tasks {
			v, _ := d.Seat.Service(t.Service)
			round := slices.IndexFunc(d.Rounds, func(r Round) bool { return r.ID == t.Round })
			row := Filled{Task: t, Reference: reference(t.Edition, t.Number, d.Rounds[round].Position, v.Slug, t.Version)}
			for _, o := range said[t.Proposal] {
				if o.Service == t.Service && o.Round == t.Round {
					row.Said, row.GivenBy = o.said(), o.Given()
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return WriteSheet(rows, l)
}

func proposalsOf(tasks []Task) []ids.ID {
	list := make([]ids.ID, len(tasks))
	for i, t := range tasks {
		list[i] = t.Proposal
	}
	return list
}

// Bring reads a sheet that was filled in and keeps what it says until it is applied; nothing of it holds before. Faults: forbidden,
// invalid (sheet).
func (s *Service) Bring(ctx context.Context, of platform.Platform, who account.Person, content []byte) (id ids.ID, err error) {
	if !who.Roles.Ever(access.Analyse) {
		return id, forbidden()
	}
	lines, err := ReadLines(content)
	if err != nil {
		return id, err
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		return id, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM analysis_sheet WHERE platform = ? AND participant = ?`, of.Key, who.ID); err != nil { // one at a time
			return err
		}
		id = ids.Random()
		_, err := tx.Exec(ctx, `INSERT INTO analysis_sheet (platform, id, participant, lines, at) VALUES (?, ?, ?, ?, ?)`, of.Key, id, who.ID, string(raw), db.Micros(tx.Now()))
		return err
	})
	return id, err
}

// Difference is what a line changes in a field.
type Difference struct{ Field, Before, After string }

// Change is what a line of a sheet would do.
type Change struct {
	Line
	Number   int
	Title    string
	Edition  string
	Changes  []Difference
	Gives    bool  // the opinion is given with it
	Err      error // what is wrong with it: a fault; nil: nothing
	Conflict bool  // somebody saved another text since the sheet was made; Changes compare with it
	opinion  Opinion
}

// Applies says whether the line changes something.
func (c Change) Applies() bool {
	return c.Err == nil && !c.Conflict && (len(c.Changes) > 0 || c.Gives)
}

// Brought gives what a sheet that was brought would do, line by line. Fault: not_found.
func (s *Service) Brought(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, l *i18n.Locale) (list []Change, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		list, err = brought(ctx, tx, of, who, id, l)
		return err
	})
	return list, err
}

func brought(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, id ids.ID, l *i18n.Locale) ([]Change, error) {
	var raw string
	err := tx.QueryRow(ctx, `SELECT s.lines FROM analysis_sheet s WHERE s.platform = ? AND s.id = ? AND s.participant = ?`, of.Key, id, who.ID).Scan(&raw)
	if db.None(err) {
		return nil, notFound()
	}
	var lines []Line
	if err == nil {
		err = json.Unmarshal([]byte(raw), &lines)
	}
	if err != nil {
		return nil, err
	}
	d, err := deskOf(ctx, tx, of, who, Filter{Show: ShowAll})
	if err != nil {
		return nil, err
	}
	said, err := Opinions(ctx, tx, of.Key, proposalsOf(d.Tasks))
	if err != nil {
		return nil, err
	}
	return d.compare(lines, said, l), nil
}

// compare finds the task of each line, and what the line would change.
func (d Desk) compare(lines []Line, said map[ids.ID][]Opinion, l *i18n.Locale) []Change {
	type key struct {
		edition, service string
		number, round    int
	}
	tasks, rounds := map[key]Task{}, map[ids.ID]Round{}
	for _, r := range d.Rounds {
		rounds[r.ID] = r
	}
	for _, t := range d.All {
		v, _ := d.Seat.Service(t.Service)
		tasks[key{t.Edition, v.Slug, t.Number, rounds[t.Round].Position}] = t
	}
	seen := map[Key]bool{}
	list := make([]Change, len(lines))
	for i, line := range lines {
		c := &list[i]
		c.Line = line
		ref, ok := parseReference(line.Reference)
		t, found := tasks[key{ref.edition, ref.service, ref.number, ref.round}]
		if !ok || !found {
			c.Err = invalid("reference", "sheet_reference", "Reference", line.Reference)
			continue
		}
		c.Number, c.Title, c.Edition = t.Number, t.Title, t.Edition
		if seen[t.Key()] {
			c.Err = invalid("reference", "sheet_twice")
			continue
		}
		seen[t.Key()] = true
		c.weigh(d, t, ref.version, rounds[t.Round].Kind == Costing && t.Lead, said[t.Proposal], l)
	}
	return list
}

// weigh compares a line with what the service says already.
func (c *Change) weigh(d Desk, t Task, version int, costs bool, said []Opinion, l *i18n.Locale) {
	o := Opinion{Round: t.Round, Service: t.Service, Proposal: t.Proposal}
	if i := slices.IndexFunc(said, func(o Opinion) bool { return o.Round == t.Round && o.Service == t.Service }); i >= 0 {
		o = said[i]
	}
	w, give, err := c.said()
	w.Answers = maps.Clone(o.Answers) // the sheet has none: they stay
	give = give || o.Given()          // what was given stays so
	if c.Err = err; err == nil {
		c.Err = w.check(give, costs)
	}
	c.Changes = differences(o.said(), w, t.Currency, l)
	c.Gives = give && !o.Given()
	c.Conflict = c.Err == nil && o.Version != version && len(c.Changes) > 0
	o.take(w)
	o.Version, o.SavedBy, o.SavedAt = o.Version+1, d.Seat.Person.ID, d.Now
	if give {
		o.GivenAt = d.Now
	}
	c.opinion = o
}

// differences lists the fields that change, in words.
func differences(was, now Said, currency string, l *i18n.Locale) (list []Difference) {
	add := func(field, before, after string) {
		if before != after {
			list = append(list, Difference{field, before, after})
		}
	}
	money := func(v *int64) string {
		if v == nil {
			return ""
		}
		return l.Money(*v, currency)
	}
	months := func(v *int) string {
		if v == nil {
			return ""
		}
		return l.T("analysis.months", "Count", *v)
	}
	add("verdict", verdictWord(l, was.Verdict), verdictWord(l, now.Verdict))
	add("invest", money(was.Invest), money(now.Invest))
	add("running", money(was.Running), money(now.Running))
	add("months", months(was.Months), months(now.Months))
	add("land", landWord(l, was.Land), landWord(l, now.Land))
	add("public", was.Public, now.Public)
	add("private", was.Private, now.Private)
	return list
}

// Apply does, in one act, what a sheet that was brought says, but for the lines that are wrong or in conflict; count is how many
// were seen to apply. Faults: not_found, conflict (it is no longer what was seen, and nothing is done).
func (s *Service) Apply(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, count int, l *i18n.Locale) (n int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		list, err := brought(ctx, tx, of, who, id, l)
		if err != nil {
			return err
		}
		var opinions []Opinion
		for _, c := range list {
			if c.Applies() {
				opinions = append(opinions, c.opinion)
			}
		}
		if n = len(opinions); n != count || n == 0 {
			return fault.New(fault.Conflict, "fault.analysis.sheet_moved")
		}
		if err := giveAll(ctx, tx, of.Key, opinions); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM analysis_sheet WHERE platform = ? AND id = ?`, of.Key, id)
		return err
	})
	return n, err
}

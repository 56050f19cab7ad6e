package follow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Digests writes the letters of a turn.
type Digests struct {
	db    *db.DB
	local string // scheme and host of platforms without an address
}

// NewDigests gives the handler of the jobs that notify.Tell writes.
func NewDigests(d *db.DB, local string) *Digests { return &Digests{d, local} }

const (
	peopleAtOnce = 50 // whose letters are written in one transaction
	linesMax     = 30 // of one letter
	memory       = 31 * 24 * time.Hour
)

// Handle writes the letters of some people of a turn, and a job for those who follow. A turn that comes late tells all that has
// happened until now at once. What is told, and to whom, is kept in the same transaction, so that nobody is told twice.
func (g *Digests) Handle(ctx context.Context, j jobs.Job) error {
	var turn notify.Turn
	if err := json.Unmarshal(j.Body, &turn); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrPark, err)
	}
	return g.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		of, err := platform.ByKey(ctx, tx, j.Platform)
		if err != nil {
			return err
		}
		if err := tx.Lock(ctx, "letters of "+of.ID.String()); err != nil { // a late turn and the next one take turns
			return err
		}
		until := latest(turn, of.Zone, of.Now(tx.Now()))
		since := until.Add(-memory)
		people, err := readers(ctx, tx, of.Key, since, until, turn.Period, turn.After, peopleAtOnce)
		if err != nil {
			return err
		}
		if len(people) > 0 {
			if err := g.write(ctx, tx, of, turn, since, until, people); err != nil {
				return err
			}
		}
		if len(people) == peopleAtOnce {
			rest := turn
			rest.After = people[len(people)-1]
			if err := jobs.Add(ctx, tx, of.Key, notify.DigestJob, rest, time.Time{}); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	})
}

// latest is the last turn that is over, when a turn's own moment is long past.
func latest(t notify.Turn, zone *time.Location, now time.Time) time.Time {
	until := t.At
	for next := t.Period.Next(until, zone); !next.After(now); next = t.Period.Next(until, zone) {
		until = next
	}
	return until
}

// write writes the letters of some people.
func (g *Digests) write(ctx context.Context, tx db.Tx, of platform.Platform, turn notify.Turn, since, until time.Time, people []ids.ID) error {
	list, err := newsOf(ctx, tx, of.Key, since, until, turn.Period, people)
	if err != nil {
		return err
	}
	said, err := sayings(ctx, tx, of.Key, list)
	if err != nil {
		return err
	}
	reachable, err := account.Reachable(ctx, tx, of.Key, people)
	if err != nil {
		return err
	}
	var mails []notify.Mail
	for _, p := range reachable {
		lang, ok := i18n.Parse(p.Language)
		if !ok {
			lang = i18n.FR
		}
		var lines []saying
		for _, s := range said {
			if s.person == p.ID {
				lines = append(lines, s)
			}
		}
		if len(lines) == 0 {
			continue
		}
		mails = append(mails, notify.Mail{To: p.Email, Name: p.Name, Lang: lang, Kind: "followed", List: List, Person: p.ID, Path: "/mon-espace/suivis",
			Args: map[string]any{"Count": len(lines), "Lines": g.lines(of, lang, lines)}})
	}
	if err := notify.QueueAll(ctx, tx, of.Key, mails); err != nil {
		return err
	}
	return told(ctx, tx, of.Key, people, until)
}

// saying is news with the names that its sentence needs.
type saying struct {
	news
	title  string // of the proposal; empty: it is of none
	number int
	in     string // title of the edition; empty: of the platform
}

// sayings leaves out what is about a proposal that cannot be read any more, or about an edition that is not public.
func sayings(ctx context.Context, tx db.Tx, platform int64, list []news) ([]saying, error) {
	var proposals, projects []ids.ID
	for _, n := range list {
		proposals, projects = append(proposals, n.Proposal), append(projects, n.Project)
	}
	proposals, projects = distinct(proposals), distinct(projects)
	named, err := proposal.ByIDs(ctx, tx, platform, proposals)
	if err != nil {
		return nil, err
	}
	editions, err := project.ByIDs(ctx, tx, platform, projects)
	if err != nil {
		return nil, err
	}
	byID, titles := map[ids.ID]proposal.Proposal{}, map[ids.ID]string{}
	for _, p := range named {
		byID[p.ID] = p
	}
	for _, e := range editions {
		titles[e.ID] = e.Title
	}
	var all []saying
	for _, n := range list {
		s := saying{news: n, in: titles[n.Project]}
		if !n.Project.IsZero() && s.in == "" {
			continue
		}
		if !n.Proposal.IsZero() {
			p, ok := byID[n.Proposal]
			if !ok || !p.Trashed.Readable() {
				continue
			}
			s.title, s.number = p.Title, p.Number
		}
		all = append(all, s)
	}
	return all, nil
}

func distinct(list []ids.ID) []ids.ID {
	seen := map[ids.ID]bool{}
	var out []ids.ID
	for _, id := range list {
		if !id.IsZero() && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// weight is the order of a letter: what the city decided and built, then what it says, then what people say.
var weight = map[string]int{"comment": 9, "answer": 8, "news": 7}

// Words says what happened, in a sentence of a language.
func Words(l *i18n.Locale, h notify.Happening, count int, title string, number int, in string) string {
	key := "follow." + h.Kind
	if !l.Has(key) {
		key = "follow.other"
		if title == "" {
			key = "follow.other.edition"
		}
	}
	pairs := []any{"Title", title, "Number", number, "Project", in, "Count", count}
	for name, value := range h.Args {
		if n, ok := value.(float64); ok { // as JSON gives it
			value = int(n)
		}
		pairs = append(pairs, name, value)
	}
	return l.T(key, pairs...)
}

// lines is the body of a letter: a line for each thing, with its address.
func (g *Digests) lines(of platform.Platform, lang i18n.Lang, list []saying) string {
	l := i18n.For(lang, of.Zone)
	slices.SortStableFunc(list, func(a, b saying) int {
		return cmp.Or(cmp.Compare(weight[a.Kind], weight[b.Kind]), b.At.Compare(a.At))
	})
	var lines []string
	for i, s := range list {
		if i == linesMax {
			lines = append(lines, l.T("follow.more", "Count", len(list)-linesMax))
			break
		}
		path := s.Path
		if lang != i18n.FR {
			path = "/" + string(lang) + path
		}
		lines = append(lines, Words(l, s.Happening, s.n, s.title, s.number, s.in)+"\n"+of.Base(g.local)+path)
	}
	return strings.Join(lines, "\n\n")
}

package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/result"
	"github.com/parvis-civic/parvis/tally"
	"github.com/parvis-civic/parvis/tally/pabulib"
)

// Import brings in one election in Pabulib's format. A first pass validates the whole file; the second writes it in
// chunks, into an edition that nobody sees until the last transaction. Errors: *pabulib.FormatError when the file can't
// be used (nothing changes); faults invalid (its rules contradict themselves), not_found (platform), conflict (another
// file of the same unit, subunit and instance is in, and Replace is not set).
func (s *Service) Import(ctx context.Context, f File, o Options) (Report, error) {
	e, err := validate(f)
	if err != nil {
		return Report{}, err
	}
	im := &importing{db: s.db, file: f, options: o, election: e, pace: pace{size: firstChunk}}
	report, known, err := im.begin(ctx)
	if err != nil || known {
		return report, err
	}
	if err = im.write(ctx); err == nil {
		report, err = im.finish(ctx)
	}
	rest := context.WithoutCancel(ctx) // an interrupt leaves as little behind as anything else
	if err != nil {
		return im.failed(rest, s, report, err)
	}
	if im.replaces != nil {
		// The edition that gave way goes now; if this fails, the next sweep takes it.
		_, _ = s.bury(rest, dead{im.platform.Key, im.replaces.ID, im.replaces.Project}, time.Time{})
	}
	return report, nil
}

// errTwin says that the same bytes came in while this import ran.
var errTwin = errors.New("the same file came in meanwhile")

// failed ends an import that met an error: what it wrote goes at once, unless the last transaction took place after all
// and only its answer was lost.
func (im *importing) failed(ctx context.Context, s *Service, report Report, err error) (Report, error) {
	ours, failed := s.bury(ctx, dead{im.platform.Key, im.source.ID, im.source.Project}, forever)
	if failed != nil {
		return Report{}, errors.Join(err, failed) // the next sweep takes it
	}
	var standing stored
	var known bool
	if !ours || errors.Is(err, errTwin) {
		failed = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			if standing, known, err = finished(ctx, tx, im.platform.Key, im.source); err != nil || !known || standing.ID == im.source.ID {
				return err
			}
			report, err = im.known(ctx, tx, standing)
			return err
		})
	}
	if failed != nil || !known || !errors.Is(err, errTwin) && standing.ID != im.source.ID {
		return Report{}, errors.Join(err, failed)
	}
	return report, nil
}

// election is what the first pass learns of a file: all but its ballots.
type election struct {
	meta        pabulib.Meta
	projects    []pabulib.Project
	totals      tally.Totals
	differences []pabulib.Difference
	refused     []Refused
	dropped     int
	sha256      []byte
}

func validate(f File) (*election, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	sum := sha256.New()
	e := &election{}
	r, err := pabulib.Open(io.TeeReader(in, sum), func(r pabulib.Refusal) {
		e.refused = append(e.refused, Refused{r.Line, r.Code, amountsAsText(r.Args)})
	})
	if err != nil {
		return nil, err
	}
	rule, _ := r.Meta.Rule("")
	counter := tally.NewCounter(rule.Scoring, r.Candidates())
	for b, err := range r.Votes() {
		if err != nil {
			return nil, err
		}
		if err := counter.Add(b); err != nil {
			return nil, err
		}
	}
	e.meta, e.projects, e.totals, e.sha256 = r.Meta, r.Projects, counter.Totals(), sum.Sum(nil)
	e.dropped = r.Dropped
	e.differences = r.Differences(e.totals)
	return e, nil
}

// amountsAsText makes the arguments of a refusal the same before and after they were stored as JSON.
func amountsAsText(args map[string]any) map[string]any {
	for k, v := range args {
		if a, ok := v.(tally.Amount); ok {
			args[k] = a.String()
		}
	}
	return args
}

// importing is an import at work.
type importing struct {
	db       *db.DB
	file     File
	options  Options
	election *election
	pace     pace

	platform platform.Platform
	source   Source
	view     project.View // of the invisible edition
	shelf    shelf
	vote     project.Step
	replaces *stored
}

// begin finds or makes the platform and registers the import; known says that the same file is in already.
func (im *importing) begin(ctx context.Context) (report Report, known bool, err error) {
	m := im.election.meta
	err = im.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		report, known, im.replaces = Report{}, false, nil
		if err := tx.Lock(ctx, platform.LockName); err != nil { // or a sweep could take the platform away meanwhile
			return err
		}
		if im.platform, err = findPlatform(ctx, tx, m, im.options.Platform); err != nil {
			return err
		}
		im.source = Source{ID: ids.Dated(tx.Now()), Project: ids.Dated(tx.Now()), Unit: m.Unit, Subunit: m.Subunit, Instance: m.Instance, File: im.file.Name,
			SHA256: im.election.sha256, Comment: m.Comment, Proposals: len(im.election.projects), Ballots: im.election.totals.Ballots,
			Refused: len(im.election.refused), Dropped: im.election.dropped, Differing: len(im.election.differences)}
		old, ok, err := finished(ctx, tx, im.platform.Key, im.source)
		switch {
		case err != nil:
			return err
		case ok && bytes.Equal(old.SHA256, im.source.SHA256):
			known = true
			report, err = im.known(ctx, tx, old)
			return err
		case ok && !im.options.Replace:
			return fault.New(fault.Conflict, "fault.import.other", "Unit", m.Unit, "Instance", m.Instance, "Subunit", m.Subunit, "File", old.File)
		case ok:
			im.replaces = &old
		}
		if err := im.lay(ctx, tx); err != nil {
			return err
		}
		return start(ctx, tx, im.platform.Key, im.source)
	})
	return report, known, err
}

func findPlatform(ctx context.Context, tx db.Tx, m pabulib.Meta, slug string) (platform.Platform, error) {
	if slug != "" {
		return platform.BySlug(ctx, tx, slug)
	}
	p, err := platform.BySlug(ctx, tx, slugOf(m.Unit))
	if !fault.Is(err, fault.NotFound) {
		return p, err
	}
	return platform.Create(ctx, tx, platform.New{Slug: slugOf(m.Unit), Name: m.Unit, Kind: platform.Replay, Zone: zoneOf(m)})
}

func (im *importing) known(ctx context.Context, tx db.Tx, old stored) (Report, error) {
	slug, err := project.SlugOf(ctx, tx, im.platform.Key, old.Project)
	return Report{Platform: im.platform.Slug, Project: slug, Title: titleOf(im.election.meta), Proposals: old.Proposals, Districts: old.Districts, Ballots: old.Ballots,
		Refused: im.election.refused, Dropped: im.election.dropped, Differences: im.election.differences, Unchanged: true}, err
}

// lay writes the empty, invisible edition: project, rulebook, steps.
func (im *importing) lay(ctx context.Context, tx db.Tx) error {
	m, now := im.election.meta, tx.Now()
	im.shelf = sortOut(im.election, im.source.Project, now)
	im.source.Districts = len(im.shelf.districts)
	author, err := account.House(ctx, tx, im.platform.Key, im.platform.Name)
	if err != nil {
		return err
	}
	from, to := calendarOf(m, im.platform.Zone)
	published := from
	if published.IsZero() {
		published = now
	}
	p := project.Project{ID: im.source.Project, Slug: "import-" + im.source.ID.String(), Title: titleOf(m), Currency: currencyOf(m), Language: languageOf(m),
		State: project.Importing, Origin: project.Imported, Author: author, Rulebook: 1, PublishedAt: published, CreatedAt: now}
	if err := project.Insert(ctx, tx, im.platform.Key, p); err != nil {
		return err
	}
	book := rulebookOf(m, namedDistricts(im.shelf.districts), namedCategories(im.shelf.categories))
	if err := project.SetRulebook(ctx, tx, im.platform.Key, p.ID, 1, book); err != nil {
		return err
	}
	steps := []project.Step{
		{ID: ids.Dated(now), Project: p.ID, Position: 0, Kind: project.Collect, Slug: "depot"},
		{ID: ids.Dated(now), Project: p.ID, Position: 1, Kind: project.Vote, Slug: "vote", StartsAt: from, EndsAt: to},
		{ID: ids.Dated(now), Project: p.ID, Position: 2, Kind: project.Result, Slug: "resultats", StartsAt: to},
	}
	im.view = project.View{Project: p, Steps: steps, Now: now, Rulebook: book}
	im.vote = steps[1]
	im.shelf.author = author
	return project.InsertSteps(ctx, tx, im.platform.Key, steps)
}

// chunk runs one of the many small transactions of an import, if the import is still ours.
func (im *importing) chunk(ctx context.Context, fn func(ctx context.Context, tx db.Tx) error) error {
	began := time.Now()
	err := im.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		alive, err := beat(ctx, tx, im.platform.Key, im.source.ID)
		if err != nil {
			return err
		}
		if !alive {
			return fault.New(fault.Conflict, "fault.import.swept", "File", im.file.Name)
		}
		return fn(ctx, tx)
	})
	im.pace.took(time.Since(began))
	return err
}

// write is the second pass: everything but the last transaction.
func (im *importing) write(ctx context.Context) error {
	key := im.platform.Key
	if err := im.chunk(ctx, func(ctx context.Context, tx db.Tx) error {
		return project.InsertCategories(ctx, tx, key, append(im.shelf.categories, im.shelf.targets...))
	}); err != nil {
		return err
	}
	for from, to := range im.pace.parts(len(im.shelf.proposals)) {
		if err := im.chunk(ctx, func(ctx context.Context, tx db.Tx) error { return im.propose(ctx, tx, from, to) }); err != nil {
			return err
		}
	}
	for from, to := range im.pace.parts(len(im.election.refused)) {
		if err := im.chunk(ctx, func(ctx context.Context, tx db.Tx) error {
			return refuse(ctx, tx, key, im.source.ID, from, im.election.refused[from:to])
		}); err != nil {
			return err
		}
	}
	return im.cast(ctx)
}

// propose stores a run of proposals and selects them into the deposit and the vote.
func (im *importing) propose(ctx context.Context, tx db.Tx, from, to int) error {
	run := im.shelf.proposals[from:to]
	for i := range run {
		p := &run[i]
		p.Author, p.CreatedAt, p.PublishedAt, p.UpdatedAt = im.shelf.author, tx.Now(), im.view.PublishedAt, tx.Now()
	}
	if err := proposal.Insert(ctx, tx, im.platform.Key, run); err != nil {
		return err
	}
	var selections []proposal.Selection
	var tags [][]proposal.Tag
	for i, p := range run {
		s := proposal.Selection{Step: im.view.Steps[0].ID, Proposal: p.ID, Number: p.Number, Cost: p.Cost, PublishedAt: p.PublishedAt, Shuffle: im.shelf.shuffle[from+i]}
		voted := s
		voted.Step, voted.Status = im.vote.ID, proposal.StatusVoted
		voted.Votes, voted.Points = im.election.totals.Supporters[from+i], im.election.totals.Total[from+i]
		selections = append(selections, s, voted)
		tags = append(tags, im.shelf.tags[from+i], im.shelf.tags[from+i])
	}
	return proposal.Select(ctx, tx, im.platform.Key, selections, tags)
}

// finish counts the stored ballots and shows the edition: the last transaction.
func (im *importing) finish(ctx context.Context) (report Report, err error) {
	key, m := im.platform.Key, im.election.meta
	var counted result.Counted
	err = im.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		counted, err = result.Count(ctx, tx, key, im.vote.ID, im.view.Rulebook.Count, im.shelf.candidates())
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("counting the stored ballots: %w", err)
	}
	err = im.chunk(ctx, func(ctx context.Context, tx db.Tx) error {
		report = Report{Platform: im.platform.Slug, Title: im.view.Title, Proposals: len(im.shelf.proposals), Districts: len(im.shelf.districts),
			Ballots: counted.Ballots, Refused: im.election.refused, Dropped: im.election.dropped, Differences: im.election.differences, Replaced: im.replaces != nil}
		if report.Project, err = im.takePlace(ctx, tx); err != nil {
			return err
		}
		if err := im.attach(ctx, tx); err != nil {
			return err
		}
		if err := project.CountStep(ctx, tx, key, im.view.Steps[0].ID, report.Proposals, 0); err != nil {
			return err
		}
		if err := project.CountStep(ctx, tx, key, im.vote.ID, report.Proposals, report.Ballots); err != nil {
			return err
		}
		if err := setState(ctx, tx, key, im.source.ID, done); err != nil {
			return err
		}
		var replaces any
		if im.replaces != nil {
			replaces = map[string]any{"project": im.replaces.Project, "sha256": hex.EncodeToString(im.replaces.SHA256)}
		}
		if err := journal.Append(ctx, tx, key, "import", map[string]any{"replaces": replaces, "project": im.source.Project, "unit": m.Unit, "subunit": m.Subunit, "instance": m.Instance,
			"sha256": hex.EncodeToString(im.source.SHA256), "proposals": report.Proposals, "districts": report.Districts, "ballots": report.Ballots, "refused": len(report.Refused)}); err != nil {
			return err
		}
		_, err := result.Proclaim(ctx, tx, key, im.view, im.vote.ID, m.RuleName, counted, im.official)
		return err
	})
	return report, err
}

// lockName is the lock of what is looked up and then taken when an edition is shown: addresses and districts.
const lockName = "import"

// takePlace publishes the edition under its address, which is the old one's when it replaces one.
func (im *importing) takePlace(ctx context.Context, tx db.Tx) (slug string, err error) {
	if err := tx.Lock(ctx, lockName); err != nil {
		return "", err
	}
	key := im.platform.Key
	other, found, err := finished(ctx, tx, key, im.source)
	if err != nil {
		return "", err
	}
	if found && bytes.Equal(other.SHA256, im.source.SHA256) {
		return "", errTwin
	}
	if found && (im.replaces == nil || other.ID != im.replaces.ID) {
		return "", fault.New(fault.Conflict, "fault.import.other", "Unit", im.source.Unit, "Instance", im.source.Instance, "Subunit", im.source.Subunit, "File", other.File)
	}
	if found {
		if slug, err = project.SlugOf(ctx, tx, key, other.Project); err != nil {
			return "", err
		}
		if err := project.Hide(ctx, tx, key, other.Project, "replaced-"+other.ID.String()); err != nil {
			return "", err
		}
		if err := setState(ctx, tx, key, other.ID, replaced); err != nil {
			return "", err
		}
	} else if slug, err = freeSlug(ctx, tx, key, slugOf(im.view.Title)); err != nil {
		return "", err
	}
	return slug, project.Publish(ctx, tx, key, im.source.Project, slug)
}

func freeSlug(ctx context.Context, tx db.Tx, platform int64, base string) (string, error) {
	slug := base
	for n := 2; ; n++ {
		taken, err := project.SlugTaken(ctx, tx, platform, slug)
		if err != nil || !taken {
			return slug, err
		}
		slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// attach gives the proposals their districts, and the lists their facets.
func (im *importing) attach(ctx context.Context, tx db.Tx) error {
	key := im.platform.Key
	planned := make([]ids.ID, len(im.shelf.districts))
	for i, d := range im.shelf.districts {
		planned[i] = d.ID
	}
	districts := append([]project.District(nil), im.shelf.districts...)
	if err := project.InsertDistricts(ctx, tx, key, im.source.Project, districts); err != nil {
		return err
	}
	for i, d := range districts {
		if d.ID != planned[i] { // the platform has it from another edition
			if err := proposal.MoveDistrict(ctx, tx, key, im.source.Project, planned[i], d.ID); err != nil {
				return err
			}
		}
	}
	for _, step := range im.view.Steps[:2] {
		if err := proposal.KeepFacets(ctx, tx, key, step.ID, im.shelf.facets); err != nil {
			return err
		}
	}
	return nil
}

// official gives the city's own mark of a candidate. 2 is a winner under greedy-custom alone; elsewhere it says, like
// the marks above it, that the project was funded from other money.
func (im *importing) official(i int) *int {
	mark := im.election.projects[i].Selected
	if mark != nil && *mark == 2 && im.election.meta.RuleName != pabulib.RuleGreedyCustom {
		other := 3
		return &other
	}
	return mark
}

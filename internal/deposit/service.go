package deposit

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

const (
	draftsMax  = 20      // of one person in one project
	contentMax = 200_000 // bytes of one content, stored
)

// Upload is what came with the form beside its texts.
type Upload struct {
	Picture []byte          // as it was sent; nil: none
	Remove  bool            // the picture that is there
	Files   map[string]File // answers to questions that ask for a file

	Drawn *media.Prepared // a drawing of ours in the place of a picture; nil: none
	Alt   media.Alt       // what it shows, in more languages than that of the project
}

// Save keeps what somebody typed: a new draft for a zero id, else a draft of theirs. Nothing is required of it. Faults:
// not_found, closed, limited (too many drafts), invalid (too long; a picture or a file that is none).
func (s *Service) Save(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID, content Content, up Upload) (d Deposit, err error) {
	if d.Content, err = content.kept(); err != nil {
		return d, err
	}
	picture, err := up.prepared()
	if err != nil {
		return d, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err = s.save(ctx, tx, of, who, slug, id, content, up, picture)
		return err
	})
	return d, err
}

func (s *Service) save(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID, content Content, up Upload, picture *media.Prepared) (Deposit, error) {
	// What is kept is read against the form as it stands: an organiser who makes a question public counts the answers first.
	if err := tx.Lock(ctx, project.DepositsLock(of, slug)); err != nil {
		return Deposit{}, err
	}
	c, d, err := callOn(ctx, tx, of, who, slug, id)
	if err != nil {
		return Deposit{}, err
	}
	if id.IsZero() {
		d = Deposit{ID: ids.Random(), Project: c.ID, Participant: who.ID, Charter: -1, CreatedAt: c.Now}
	}
	if id.IsZero() && drafts(c.Mine) >= draftsMax {
		return d, fault.New(fault.Limited, "fault.deposit.drafts", "Count", draftsMax)
	}
	if !d.Draft() {
		return d, fault.New(fault.Conflict, "fault.deposit.published")
	}
	if !c.Open(who, d) {
		return d, c.closed()
	}
	shown := d.Picture
	d.Step, d.Content, d.UpdatedAt = c.Step.ID, content, c.Now
	if err := s.attach(ctx, tx, of.Key, c, &d, up, picture); err != nil {
		return d, err
	}
	if err := keepDeposit(ctx, tx, of.Key, d); err != nil || d.Picture == shown {
		return d, err
	}
	return d, release(ctx, tx, of.Key, shown)
}

func drafts(list []Deposit) (n int) {
	for _, d := range list {
		if d.Draft() {
			n++
		}
	}
	return n
}

// attach stores what came with the form.
func (s *Service) attach(ctx context.Context, tx db.Tx, platform int64, c Call, d *Deposit, up Upload, picture *media.Prepared) error {
	for key, f := range up.Files {
		if q, asked := c.Form.question(key); asked {
			if err := q.Takes(f); err != nil {
				return err
			}
		}
		if err := keepFile(ctx, tx, platform, d.ID, key, f); err != nil {
			return err
		}
		if d.Content.Answers == nil {
			d.Content.Answers = map[string]Answer{}
		}
		d.Content.Answers[key] = Answer{File: f.Name}
	}
	if up.Remove {
		d.Picture = ids.ID{}
	}
	alt := media.Alt{i18n.Lang(c.Language): oneLine(d.Content.PictureAlt)}
	maps.Copy(alt, up.Alt)
	if picture == nil {
		return media.Tell(ctx, tx, platform, d.Picture, alt)
	}
	stored, err := media.Store(ctx, tx, platform, *picture, alt)
	d.Picture = stored.ID
	return err
}

// Publish makes a draft a proposal that everybody sees, with its number, and accepts a version of the charter. Who
// published it already gets the same proposal again. Faults: forbidden (the address is not proved, or
// moderators keep them away for a while), not_found, closed, conflict (as many as the règlement allows), limited, invalid with
// every reason.
func (s *Service) Publish(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID, charter int) (p proposal.Proposal, err error) {
	if !who.Proved {
		return p, fault.New(fault.Forbidden, "fault.deposit.proof")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err = s.publish(ctx, tx, of, who, slug, id, charter, nil)
		return err
	})
	return p, err
}

// publish publishes the draft of its author; w is the paper form that it was typed from, nil without one.
func (s *Service) publish(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID, charter int, w *sheet) (proposal.Proposal, error) {
	var none proposal.Proposal
	// One at a time per project: numbers follow each other, and nobody passes the limit by pressing twice.
	if err := tx.Lock(ctx, project.DepositsLock(of, slug)); err != nil {
		return none, err
	}
	c, d, err := callOn(ctx, tx, of, who, slug, id)
	if err != nil {
		return none, err
	}
	if !d.Draft() {
		return proposal.Authored(ctx, tx, of.Key, d.Proposal)
	}
	if !c.Open(who, d) {
		return none, c.closed()
	}
	if c.Book.Deposit != nil {
		refused, err := project.Admits(ctx, tx, of.Key, c.ID, &c.Book.Deposit.Who, []account.Person{who})
		if err != nil {
			return none, err
		}
		if err := refused[who.ID]; err != nil {
			return none, err
		}
	}
	n, err := countDeposited(ctx, tx, of.Key, c.ID, who)
	if err != nil {
		return none, err
	}
	if err := c.limit(n); err != nil {
		return none, err
	}
	checked, err := c.Check(d.Content, !d.Picture.IsZero())
	if w != nil {
		faults, failed := w.check(ctx, tx, of.Key)
		if failed != nil {
			return none, failed
		}
		for _, f := range append(faults, w.vouch(c)...) {
			err = also(err, f)
		}
	}
	if charter != c.Charter.Version {
		err = also(err, fault.New(fault.Invalid, "fault.deposit.charter").In("charter"))
	}
	if err != nil {
		return none, err
	}
	p := c.proposal(d, checked)
	p.Paper = w != nil
	if w == nil { // an agent at a desk is neither kept away nor slowed down
		if err := account.Contribute(ctx, tx, of, who, account.Deposits, p.ID); err != nil {
			return none, err
		}
	}
	if p.Number, err = proposal.NextNumber(ctx, tx, of.Key, c.ID); err != nil {
		return none, err
	}
	p.Reference = strconv.Itoa(p.Number)
	d.Step, d.Proposal, d.Charter, d.UpdatedAt = c.Step.ID, p.ID, charter, c.Now
	if err := c.appear(ctx, tx, of.Key, p, checked); err != nil {
		return none, err
	}
	if err := keepDeposit(ctx, tx, of.Key, d); err != nil {
		return none, err
	}
	return p, c.tell(ctx, tx, of, who, p, "published", d.ID, w)
}

// also joins a fault to those that are there.
func also(err error, more *fault.Error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return more
	case !ok:
		return err
	case len(f.Sub) > 0:
		return fault.All(append(f.Sub, more))
	}
	return fault.All([]*fault.Error{f, more})
}

// limit refuses one more than the règlement allows to a person who has deposited n.
func (c Call) limit(n int) error {
	if c.Book.Deposit == nil || c.Book.Deposit.PerPerson == 0 {
		return nil
	}
	if most := c.Book.Deposit.PerPerson; n >= most {
		return fault.New(fault.Conflict, "fault.deposit.per_person", "Count", most)
	}
	return nil
}

// Full says whether the person has deposited as many as the règlement allows.
func (c Call) Full() bool {
	n := 0
	for _, d := range c.Mine {
		if !d.Draft() && !d.Withdrawn {
			n++
		}
	}
	return c.limit(n) != nil
}

// proposal is what a deposit becomes.
func (c Call) proposal(d Deposit, k Checked) proposal.Proposal {
	return proposal.Proposal{ID: ids.Dated(c.Now), Project: c.ID, Slug: ids.Slug(i18n.Fold(k.Title), slugMax), Title: k.Title, Summary: k.Summary, Body: k.Body, Cost: k.Cost,
		District: k.District, Category: k.Category, Theme: k.Theme, Author: d.Participant, Picture: d.Picture, Place: k.Place, Address: k.Address,
		CreatedAt: d.CreatedAt, PublishedAt: c.Now, UpdatedAt: c.Now}
}

const slugMax = 60

// appear writes a new proposal with its author, its place in the step's list and its first version.
func (c Call) appear(ctx context.Context, tx db.Tx, platform int64, p proposal.Proposal, k Checked) error {
	if err := account.Appear(ctx, tx, platform, p.Author, k.Name, kindOf[k.Kind], c.Now); err != nil {
		return err
	}
	if err := proposal.Publish(ctx, tx, platform, c.Step.ID, p, k.Facets, c.version(p)); err != nil {
		return err
	}
	return project.AddProposals(ctx, tx, platform, c.Step.ID, 1)
}

// kindOf gives the kind of public account of a kind of participant.
var kindOf = map[rulebook.Kind]account.Kind{rulebook.KindPerson: account.Resident, rulebook.KindCollective: account.Resident, rulebook.KindAssociation: account.Association,
	rulebook.KindSchool: account.Organisation, rulebook.KindBusiness: account.Business}

// tell writes the act into the journal, without anything personal, and to its author; to who is said to be it, when an
// agent typed the deposit from a paper form with an address.
func (c Call) tell(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, p proposal.Proposal, act string, deposit ids.ID, w *sheet) error {
	entry := map[string]any{"project": c.ID, "step": c.Step.ID, "proposal": p.ID, "number": p.Number}
	if w != nil {
		entry["paper"] = true
	}
	if err := journal.Append(ctx, tx, of.Key, "proposal_"+act, entry); err != nil {
		return err
	}
	lang, _ := i18n.Parse(who.Language)
	if lang == "" {
		lang = i18n.FR
	}
	m := notify.Mail{To: who.Email, Name: who.Name, Lang: lang, Kind: "proposal_" + act, Person: who.ID,
		Args: map[string]any{"Title": p.Title, "Number": p.Number, "Project": c.Title}, Path: "/projets/" + c.Slug + "/propositions/" + strconv.Itoa(p.Number)}
	if w != nil {
		if w.Email == "" {
			return nil
		}
		m.To, m.Kind, m.Person = w.Email, "paper_"+act, ids.ID{}
		if act != "withdrawn" {
			m.Path = "/projets/" + c.Slug + "/deposer/" + deposit.String() + "/reprendre"
		}
	}
	return notify.Queue(ctx, tx, of.Key, m)
}

// Edit changes what was published, and keeps what it was. Faults: not_found, closed, invalid with every reason.
func (s *Service) Edit(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID, content Content, up Upload) (p proposal.Proposal, err error) {
	if _, err = content.kept(); err != nil {
		return p, err
	}
	picture, err := up.prepared()
	if err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err = s.edit(ctx, tx, of, who, slug, id, content, up, picture, nil)
		return err
	})
	return p, err
}

func (s *Service) edit(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID, content Content, up Upload, picture *media.Prepared, w *sheet) (proposal.Proposal, error) {
	var none proposal.Proposal
	c, d, was, err := s.published(ctx, tx, of, who, slug, id)
	if err != nil {
		return none, err
	}
	if was.Trashed != proposal.NotTrashed || !c.Open(who, d) {
		return none, c.closed()
	}
	c = c.With(d)
	shown := d.Picture
	d.Content, d.UpdatedAt = content, c.Now
	if err := s.attach(ctx, tx, of.Key, c, &d, up, picture); err != nil {
		return none, err
	}
	checked, err := c.Check(d.Content, !d.Picture.IsZero())
	if err != nil {
		return none, err
	}
	p := c.proposal(d, checked)
	p.ID, p.Number, p.Reference, p.PublishedAt = was.ID, was.Number, was.Reference, was.PublishedAt
	name := checked.Name
	if name == "" && w == nil && d.Content.Nameless && d.Content.Age != AgeYoung {
		// The sheet left the name out; its author, who has taken it over, keeps the one that their other proposals show.
		known, _, err := account.ByID(ctx, tx, of.Key, p.Author)
		if err != nil {
			return none, err
		}
		name = known.Name
	}
	if err := account.Appear(ctx, tx, of.Key, p.Author, name, kindOf[checked.Kind], c.Now); err != nil {
		return none, err
	}
	if err := proposal.Change(ctx, tx, of.Key, was, p, checked.Facets, c.version(p)); err != nil {
		return none, err
	}
	if err := keepDeposit(ctx, tx, of.Key, d); err != nil {
		return none, err
	}
	if d.Picture != shown {
		if err := release(ctx, tx, of.Key, shown); err != nil {
			return none, err
		}
	}
	return p, c.tell(ctx, tx, of, who, p, "edited", d.ID, w)
}

// published finds a deposit of the person's that was published, its proposal locked.
func (s *Service) published(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID) (c Call, d Deposit, p proposal.Proposal, err error) {
	if err = tx.Lock(ctx, project.DepositsLock(of, slug)); err != nil {
		return c, d, p, err
	}
	if c, d, err = callOn(ctx, tx, of, who, slug, id); err != nil {
		return c, d, p, err
	}
	if d.Draft() {
		return c, d, p, fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	p, err = proposal.Authored(ctx, tx, of.Key, d.Proposal)
	return c, d, p, err
}

// Withdraw takes a proposal back: its number stays, with the day, and nothing that was written. During the vote too: what was
// given to it is freed. Faults: not_found, closed.
func (s *Service) Withdraw(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.takeBack(ctx, tx, of, who, slug, id, nil) })
}

func (s *Service) takeBack(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID, w *sheet) error {
	c, d, p, err := s.published(ctx, tx, of, who, slug, id)
	if err != nil || d.Withdrawn {
		return err
	}
	if p.Trashed != proposal.NotTrashed || !c.CanLeave(who, d) {
		return c.closed()
	}
	if err := proposal.TakeOut(ctx, tx, of.Key, p, proposal.Withdrawn, "", c.Now); err != nil {
		return err
	}
	d.Withdrawn, d.UpdatedAt = true, c.Now
	if err := keepDeposit(ctx, tx, of.Key, d); err != nil {
		return err
	}
	return c.tell(ctx, tx, of, who, p, "withdrawn", d.ID, w)
}

// Discard deletes a draft. Fault: not_found, also for what was published.
func (s *Service) Discard(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return s.discard(ctx, tx, of, who, slug, id) })
}

func (s *Service) discard(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, id ids.ID) error {
	c, err := CallOf(ctx, tx, of, who, slug)
	if err != nil {
		return err
	}
	d, err := c.own(id)
	if err == nil && !d.Draft() {
		err = fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	if err != nil {
		return err
	}
	return deleteDeposits(ctx, tx, of.Key, []ids.ID{id})
}

// kept refuses what is too long to be kept at all. Fault: invalid.
func (c Content) kept() (Content, error) {
	if len(encode(c)) > contentMax {
		return c, fault.New(fault.Invalid, "fault.deposit.too_much", "Limit", contentMax/1000)
	}
	return c, nil
}

// prepared checks the picture, before the transaction; nil without one.
func (up Upload) prepared() (*media.Prepared, error) {
	if len(up.Picture) == 0 {
		return up.Drawn, nil
	}
	p, err := media.Prepare(bytes.NewReader(up.Picture))
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, f.In("picture")
	}
	return &p, err
}

// version is what a proposal says now.
func (c Call) version(p proposal.Proposal) proposal.Version {
	v := proposal.Version{Title: p.Title, Summary: p.Summary, Body: p.Body, Cost: p.Cost, Address: p.Address, At: c.Now}
	for _, d := range c.Districts {
		if d.ID == p.District {
			v.District = d.Name
		}
	}
	for _, k := range c.Categories {
		if k.ID == p.Category {
			v.Category = k.Name
		}
	}
	return v
}

// Follow lets a person be told what becomes of a proposal, which also says that they support it; off ends it. Doing it
// twice is doing it once. Faults: forbidden (not signed in), not_found.
func (s *Service) Follow(ctx context.Context, of platform.Platform, who account.Person, followed ids.ID, off bool) error {
	if !who.Roles.Can(access.Follow, access.Moment{Published: true}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return proposal.Follow(ctx, tx, of.Key, followed, who.ID, of.Now(tx.Now()), off)
	})
}

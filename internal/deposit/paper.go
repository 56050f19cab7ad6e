package deposit

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Paper is what an agent notes beside a deposit that they type from somebody's paper form.
type Paper struct {
	Email     string // of the person, as it was typed; empty: they have none, or gave none
	Reference string // of the sheet, as it was typed; may be empty
}

// PaperDeposit is a deposit that came on a paper form. Its author is a participant of its own, without an address or a
// session, until whoever proves the address that was given takes it over; so an agent acts in nobody's name, and does not
// learn whether an address is known. The agents go on with it until then.
type PaperDeposit struct {
	Deposit   ids.ID
	Project   ids.ID
	Agent     ids.ID
	Author    account.Person // the participant, with Email as it was given: not proved
	Email     string         // empty: none
	Reference string
	State     PaperState
	CreatedAt time.Time
}

// PaperState says with whom a paper deposit is.
type PaperState string

// The states.
const (
	WithAgents PaperState = ""
	Taken      PaperState = "taken"    // with its author, who proved the address
	Disowned   PaperState = "disowned" // whoever has the address said that it is not theirs; the agents go on
)

// The longest of what is noted, in characters.
const (
	referenceMax = 60
	emailMax     = 254
)

// PaperListed is a paper deposit in the list of an edition's.
type PaperListed struct {
	PaperDeposit
	Title     string
	Proposal  ids.ID // zero: a draft
	Number    int    // of the proposal; 0: a draft
	Withdrawn bool
	UpdatedAt time.Time
}

// referenceKey is the form in which the references of sheets are compared: « a 17 » is « A17 ».
func referenceKey(reference string) string {
	return strings.ToUpper(strings.Join(strings.Fields(i18n.Fold(reference)), ""))
}

// kept refuses what is too long to be kept. Fault: invalid.
func (w Paper) kept() error {
	var faults []*fault.Error
	for field, one := range map[string]struct {
		text string
		most int
	}{"paper_email": {w.Email, emailMax}, "paper_reference": {w.Reference, referenceMax}} {
		if utf8.RuneCountInString(one.text) > one.most {
			faults = append(faults, fault.New(fault.Invalid, "fault.deposit.long", "Count", one.most).In(field))
		}
	}
	return fault.All(faults)
}

// noted puts what was typed beside the deposit.
func (p *PaperDeposit) noted(w Paper) {
	w.Email = strings.TrimSpace(w.Email)
	if p.State == Disowned && w.Email != "" {
		p.State = WithAgents // another address was given
	}
	p.Email, p.Reference = w.Email, oneLine(w.Reference)
	p.Author.Email = p.Email
}

// check gives what is wrong with what was noted, before it counts.
func (p *PaperDeposit) check(ctx context.Context, tx db.Tx, platform int64) ([]*fault.Error, error) {
	var faults []*fault.Error
	if p.Email != "" {
		if _, err := account.EmailKey(p.Email); err != nil {
			faults = append(faults, fault.New(fault.Invalid, "fault.account.email").In("paper_email"))
		}
	}
	if p.Reference == "" {
		return faults, nil
	}
	other, err := sameSheet(ctx, tx, platform, *p)
	if other > 0 {
		faults = append(faults, fault.New(fault.Conflict, "fault.paper.reference", "Number", other).In("paper_reference"))
	}
	return faults, err
}

// Vouch says whether the agent's word is needed, as nothing else tells how much somebody has deposited.
func (p PaperDeposit) Vouch(c Call) bool {
	return p.Email == "" && c.Book.Deposit != nil && c.Book.Deposit.PerPerson > 0
}

func (w sheet) vouch(c Call) []*fault.Error {
	if w.vouched || !w.Vouch(c) {
		return nil
	}
	return []*fault.Error{fault.New(fault.Invalid, "fault.paper.vouch", "Count", c.Book.Deposit.PerPerson).In("vouched")}
}

// assists refuses whoever may not help at the counter.
func assists(agent account.Person) error {
	if !agent.Roles.Can(access.Assist, access.Moment{}) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return nil
}

// PaperCall gives the deposit of a project as it is typed from a paper form, and what was typed so far when there is an
// id. Faults: forbidden, not_found, also once its author has taken it over.
func (s *Service) PaperCall(ctx context.Context, of platform.Platform, agent account.Person, slug string, id ids.ID) (c Call, p PaperDeposit, d Deposit, err error) {
	d.Charter = -1
	if err = assists(agent); err != nil {
		return c, p, d, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if id.IsZero() {
			c, err = CallOf(ctx, tx, of, account.Person{}, slug)
			return err
		}
		c, p, d, err = paperCall(ctx, tx, of, slug, id)
		return err
	})
	return c, p, d, err
}

func paperCall(ctx context.Context, tx db.Tx, of platform.Platform, slug string, id ids.ID) (c Call, p PaperDeposit, d Deposit, err error) {
	if p, err = paperOf(ctx, tx, of.Key, id); err != nil {
		return c, p, d, err
	}
	c, d, err = callOn(ctx, tx, of, p.Author, slug, id)
	return c, p, d, err
}

// CheckPaper reads what was typed as Check does, and what was noted beside it. Faults: invalid and conflict, every reason.
func (s *Service) CheckPaper(ctx context.Context, of platform.Platform, c Call, p PaperDeposit, d Deposit) (k Checked, err error) {
	k, wrong := c.Check(d.Content, !d.Picture.IsZero())
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		faults, err := p.check(ctx, tx, of.Key)
		for _, f := range faults {
			wrong = also(wrong, f)
		}
		return err
	})
	return k, cmp.Or(err, wrong)
}

// SavePaper keeps what an agent typed, as Save does: a new draft for a zero id. Faults: those of Save, and forbidden.
func (s *Service) SavePaper(ctx context.Context, of platform.Platform, agent account.Person, lang i18n.Lang, slug string, id ids.ID, content Content, w Paper, up Upload) (d Deposit, err error) {
	if err = cmp.Or(assists(agent), w.kept()); err != nil {
		return d, err
	}
	if d.Content, err = content.kept(); err != nil {
		return d, err
	}
	picture, err := up.prepared()
	if err != nil {
		return d, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p := PaperDeposit{Agent: agent.ID, CreatedAt: tx.Now()}
		if id.IsZero() {
			n, err := countPaperDrafts(ctx, tx, of.Key, agent.ID)
			if err != nil {
				return err
			}
			if n >= draftsMax {
				return fault.New(fault.Limited, "fault.deposit.drafts", "Count", draftsMax)
			}
			if p.Author, err = account.Absent(ctx, tx, of.Key, lang); err != nil {
				return err
			}
			if err := account.Log(ctx, tx, of.Key, agent.ID, p.Author.ID, account.ActPaperBegun, oneLine(w.Reference)); err != nil {
				return err
			}
		} else if p, err = lockedPaper(ctx, tx, of.Key, id); err != nil {
			return err
		}
		p.noted(w)
		if d, err = s.save(ctx, tx, of, p.Author, slug, id, content, up, picture); err != nil {
			return err
		}
		p.Deposit, p.Project = d.ID, d.Project
		return keepPaper(ctx, tx, of.Key, p)
	})
	return d, err
}

// PublishPaper publishes what an agent typed: the person's signature on the sheet stands for the proof of an address.
// charter is the version that the sheet bears. Faults: those of Publish but the proof, and forbidden.
func (s *Service) PublishPaper(ctx context.Context, of platform.Platform, agent account.Person, slug string, id ids.ID, charter int, vouched bool) (p proposal.Proposal, err error) {
	err = s.onPaper(ctx, of, agent, id, account.ActPaperPublished, func(ctx context.Context, tx db.Tx, w *PaperDeposit) error {
		p, err = s.publish(ctx, tx, of, w.Author, slug, id, charter, &sheet{*w, vouched})
		return err
	})
	return p, err
}

// EditPaper changes what was published, for its author. Faults: those of Edit, and forbidden.
func (s *Service) EditPaper(ctx context.Context, of platform.Platform, agent account.Person, slug string, id ids.ID, content Content, w Paper, up Upload) (p proposal.Proposal, err error) {
	if err = w.kept(); err != nil {
		return p, err
	}
	if _, err = content.kept(); err != nil {
		return p, err
	}
	picture, err := up.prepared()
	if err != nil {
		return p, err
	}
	err = s.onPaper(ctx, of, agent, id, account.ActPaperEdited, func(ctx context.Context, tx db.Tx, was *PaperDeposit) error {
		was.noted(w)
		faults, err := was.check(ctx, tx, of.Key)
		if err := cmp.Or(err, fault.All(faults)); err != nil {
			return err
		}
		if p, err = s.edit(ctx, tx, of, was.Author, slug, id, content, up, picture, &sheet{*was, true}); err != nil {
			return err
		}
		return keepPaper(ctx, tx, of.Key, *was)
	})
	return p, err
}

// WithdrawPaper takes a proposal back for its author. Faults: forbidden, not_found, closed.
func (s *Service) WithdrawPaper(ctx context.Context, of platform.Platform, agent account.Person, slug string, id ids.ID) error {
	return s.onPaper(ctx, of, agent, id, account.ActPaperWithdrawn, func(ctx context.Context, tx db.Tx, w *PaperDeposit) error {
		return s.takeBack(ctx, tx, of, w.Author, slug, id, &sheet{*w, true})
	})
}

// DiscardPaper deletes what was typed and not published, with all that was noted. Faults: forbidden, not_found.
func (s *Service) DiscardPaper(ctx context.Context, of platform.Platform, agent account.Person, slug string, id ids.ID) error {
	return s.onPaper(ctx, of, agent, id, account.ActPaperDiscarded, func(ctx context.Context, tx db.Tx, w *PaperDeposit) error {
		return s.discard(ctx, tx, of, w.Author, slug, id)
	})
}

// sheet is the paper form behind an act.
type sheet struct {
	PaperDeposit
	vouched bool
}

// onPaper does something with a paper deposit for an agent, and logs it. Faults: forbidden, not_found.
func (s *Service) onPaper(ctx context.Context, of platform.Platform, agent account.Person, id ids.ID, act account.Act, do func(ctx context.Context, tx db.Tx, w *PaperDeposit) error) error {
	if err := assists(agent); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		w, err := lockedPaper(ctx, tx, of.Key, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, &w); err != nil {
			return err
		}
		return account.Log(ctx, tx, of.Key, agent.ID, w.Author.ID, act, w.Reference)
	})
}

// lockPaper lets typing, publishing and taking over take turns.
func lockPaper(ctx context.Context, tx db.Tx, id ids.ID) error {
	return tx.Lock(ctx, "paper "+id.String())
}

func lockedPaper(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (PaperDeposit, error) {
	if err := lockPaper(ctx, tx, id); err != nil {
		return PaperDeposit{}, err
	}
	return paperOf(ctx, tx, platform, id)
}

// PaperDeposits lists what came on paper in a project, the newest first, at most limit; only the one of a proposal's number
// when that is not 0. Fault: forbidden.
func PaperDeposits(ctx context.Context, tx db.Tx, platform int64, agent account.Person, project ids.ID, number, limit int) ([]PaperListed, error) {
	if err := assists(agent); err != nil {
		return nil, err
	}
	return listPaper(ctx, tx, platform, project, number, limit)
}

// ClaimOf gives the paper deposit of that identifier, published, if the person proved the address that was given with it.
// Fault: not_found, whatever the reason: nobody else learns that there is one.
func ClaimOf(ctx context.Context, tx db.Tx, platform int64, who account.Person, id ids.ID) (PaperListed, error) {
	none := fault.New(fault.NotFound, "fault.deposit.unknown")
	key, err := account.EmailKey(who.Email)
	if err != nil || !who.Proved {
		return PaperListed{}, none
	}
	found, err := claimed(ctx, tx, platform, id, key)
	if err == nil && len(found) == 0 {
		err = none
	}
	if err != nil {
		return PaperListed{}, err
	}
	return found[0], nil
}

// ClaimsOf gives the paper deposits that wait for a person who proved the address that was given with them, newest first.
func ClaimsOf(ctx context.Context, tx db.Tx, platform int64, who account.Person) ([]PaperListed, error) {
	key, err := account.EmailKey(who.Email)
	if err != nil || !who.Proved {
		return nil, nil // nobody's address
	}
	return claims(ctx, tx, platform, key)
}

// TakeOver makes a paper deposit its author's own, who has proved the address that was given: they change it or take it
// back as if they had typed it. own false says that it is not theirs: the address is forgotten, and the agents keep it.
// Fault: not_found.
func (s *Service) TakeOver(ctx context.Context, of platform.Platform, who account.Person, id ids.ID, own bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lockPaper(ctx, tx, id); err != nil {
			return err
		}
		found, err := ClaimOf(ctx, tx, of.Key, who, id)
		if err != nil {
			return err
		}
		w := found.PaperDeposit
		if w.State, w.Email = Disowned, ""; !own {
			return keepPaper(ctx, tx, of.Key, w)
		}
		w.State = Taken
		if err := keepPaper(ctx, tx, of.Key, w); err != nil {
			return err
		}
		if err := handOver(ctx, tx, of.Key, id, w.Author.ID, who.ID); err != nil {
			return err
		}
		if err := account.Absorb(ctx, tx, of.Key, w.Author.ID, who.ID); err != nil {
			return err
		}
		return journal.Append(ctx, tx, of.Key, "proposal_taken_over", map[string]any{"project": w.Project, "proposal": found.Proposal, "number": found.Number})
	})
}

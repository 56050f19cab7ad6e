package moderation_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

const budget = "budget"

// town is a platform whose deposit is open, with an author, a neighbour, and two moderators.
type town struct {
	t                       *testing.T
	d                       *db.DB
	of                      platform.Platform
	edition, step           ids.ID
	deposits                *deposit.Service
	ana, bob, claire, denis account.Person
	*moderation.Service
}

func settle(t *testing.T, d *db.DB) *town {
	t.Helper()
	h := &town{t: t, d: d, edition: ids.Random(), step: ids.Random(), deposits: deposit.NewService(d), Service: moderation.NewService(d, moderation.Proposals())}
	var err error
	if h.of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville", Name: "La Ville"}); err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx db.Tx) error {
		now := tx.Now()
		book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
			Deposit: &rulebook.Deposit{Who: rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, MaximumCost: 5_000_000, Running: rulebook.Running{Kind: rulebook.RunningAllowed}},
			Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3},
				Totals: rulebook.Totals{During: rulebook.Hidden}},
			Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_000, Fit: tally.Fit{Then: tally.FitSkip},
				Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
		for _, err := range []error{
			project.Insert(ctx, tx, h.of.Key, project.Project{ID: h.edition, Slug: budget, Title: "Budget 2027", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: now, PublishedAt: now}),
			project.SetRulebook(ctx, tx, h.of.Key, h.edition, 1, book),
			project.InsertSteps(ctx, tx, h.of.Key, []project.Step{{ID: h.step, Project: h.edition, Kind: project.Collect, Slug: "depot", StartsAt: now.Add(-time.Hour), EndsAt: now.Add(48 * time.Hour)}}),
			project.InsertCategories(ctx, tx, h.of.Key, []project.Category{{ID: ids.Random(), Project: h.edition, Kind: "category", Slug: "nature", Name: "Nature", Sort: []byte{1}}}),
		} {
			if err != nil {
				return err
			}
		}
		for name, who := range map[string]*account.Person{"ana": &h.ana, "bob": &h.bob, "claire": &h.claire, "denis": &h.denis} {
			var roles []access.Role
			if name == "claire" || name == "denis" {
				roles = []access.Role{access.Moderator}
			}
			p, err := account.Stage(ctx, tx, h.of.Key, account.Person{Email: name + account.StageDomain, Name: strings.ToUpper(name[:1]) + name[1:], Kind: account.Resident, Language: "fr"}, roles)
			if err != nil {
				return err
			}
			*who = p
		}
		return nil
	})
	return h
}

func (h *town) write(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *town) read(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	if err := h.d.Read(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *town) propose(who account.Person, title, body string) proposal.Proposal {
	h.t.Helper()
	p, err := h.publish(h.t.Context(), who, title, body)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *town) publish(ctx context.Context, who account.Person, title, body string) (proposal.Proposal, error) {
	c := deposit.Content{Title: title, Body: body, Category: "nature", Cost: "1000", Name: who.Name, Age: deposit.AgeAdult, Kind: rulebook.KindPerson,
		Criteria: map[string]string{"lives_in": "yes", "investment": "no"}}
	d, err := h.deposits.Save(ctx, h.of, who, budget, ids.ID{}, c, deposit.Upload{})
	if err != nil {
		return proposal.Proposal{}, err
	}
	return h.deposits.Publish(ctx, h.of, who, budget, d.ID, 0)
}

// waiting gives the queue in a state.
func (h *town) waiting(state moderation.State) []moderation.Item {
	h.t.Helper()
	q, err := h.Queue(h.t.Context(), h.of, h.claire, state, moderation.Key{}, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	return q.Items
}

// reported proposes something as Ana, lets Bob report it, and gives its case.
func (h *town) reported(title, body string) (proposal.Proposal, moderation.Case) {
	h.t.Helper()
	p := h.propose(h.ana, title, body)
	if err := h.Report(h.t.Context(), h.of, h.bob, moderation.Proposal, p.ID, "insult", "Il m’insulte."); err != nil {
		h.t.Fatal(err)
	}
	for _, item := range h.waiting(moderation.Waiting) {
		if item.Case.Contribution == p.ID {
			return p, item.Case
		}
	}
	h.t.Fatal("what was reported does not wait")
	return p, moderation.Case{}
}

func (h *town) stored(id ids.ID) (p proposal.Proposal) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx db.Tx) (err error) {
		p, err = proposal.Authored(ctx, tx, h.of.Key, id)
		return err
	})
	return p
}

func (h *town) listed() (titles []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx db.Tx) error {
		list, err := proposal.List(ctx, tx, h.of.Key, proposal.ListQuery{Step: h.step, Order: proposal.ByNumber, Limit: 100, With: proposal.With{Card: true}})
		for _, p := range list {
			titles = append(titles, p.Title)
		}
		return err
	})
	return titles
}

// entries are the journal's of moderation, which say nothing that anybody wrote and nobody's name.
func (h *town) entries() (kinds []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx db.Tx) error {
		all, err := journal.Pending(ctx, tx, h.of.Key, 1000)
		for _, e := range all {
			if strings.HasPrefix(e.Kind, "moderation_") {
				kinds = append(kinds, strings.TrimPrefix(e.Kind, "moderation_"))
			}
			for _, word := range []string{"Ana", "Bob", "Claire", "idiot", "06 12", "parvis.invalid", h.claire.ID.String(), h.ana.ID.String()} {
				if strings.Contains(e.Body, word) {
					h.t.Errorf("the journal says %q: %s", word, e.Body)
				}
			}
		}
		return err
	})
	return kinds
}

// mails are the kinds of e-mails of moderation that wait, with whom they go to.
func (h *town) mails() (kinds []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT j.body FROM jobs j WHERE j.kind = 'mail' ORDER BY j.created_at, j.id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body string
			if err := rows.Scan(&body); err != nil {
				return err
			}
			if _, rest, ok := strings.Cut(body, `"kind":"moderation_`); ok {
				kind, _, _ := strings.Cut(rest, `"`)
				to := "?"
				if strings.Contains(body, `"to":"ana@`) {
					to = "ana"
				}
				kinds = append(kinds, to+" "+kind)
				for _, word := range []string{"idiot", "06 12", "Claire", "Denis"} {
					if strings.Contains(body, word) {
						h.t.Errorf("an e-mail says %q: %s", word, body)
					}
				}
			}
		}
		return rows.Err()
	})
	return kinds
}

func code(err error) fault.Code { return fault.CodeOf(err) }

func TestAReportHidesNothingHoweverManyThereAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p := h.propose(h.ana, "Un banc", "Pour souffler.")
		for i := range 12 {
			who := account.Person{ID: ids.Random(), Kind: account.Resident, Roles: access.Roles(0)}
			for range 2 { // pressed twice: it counts once
				if err := h.Report(t.Context(), h.of, who, moderation.Proposal, p.ID, "advert", ""); err != nil {
					t.Fatalf("report %d: %v", i, err)
				}
			}
		}
		if got := h.stored(p.ID); got.Trashed != proposal.NotTrashed || len(h.listed()) != 1 || len(h.entries()) != 0 {
			t.Errorf("reports changed something: %q, %v, %v", got.Trashed, h.listed(), h.entries())
		}
		items := h.waiting(moderation.Waiting)
		if len(items) != 1 || items[0].Reports != 12 || items[0].Reporters.All != 12 || items[0].Reporters.Signed != 0 || items[0].Contribution.Text != "Pour souffler." || items[0].Contribution.Name != "Ana" {
			t.Errorf("the queue: %+v", items)
		}
		for _, c := range []struct {
			what         string
			who          account.Person
			id           ids.ID
			reason, word string
			want         fault.Code
		}{
			{"without a reason", h.bob, p.ID, "", "", fault.Invalid},
			{"another reason without a word", h.bob, p.ID, "other", " ", fault.Invalid},
			{"too many words", h.bob, p.ID, "advert", strings.Repeat("a", 501), fault.Invalid},
			{"one's own", h.ana, p.ID, "advert", "", fault.Forbidden},
			{"what is not there", h.bob, ids.Random(), "advert", "", fault.NotFound},
		} {
			if err := h.Report(t.Context(), h.of, c.who, moderation.Proposal, c.id, c.reason, c.word); code(err) != c.want {
				t.Errorf("%s: %v", c.what, err)
			}
		}
	})
}

func TestWhatIsHiddenIsOutOfEveryListAndComesBackWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		h.propose(h.bob, "Une fontaine", "De l’eau.")
		p, m := h.reported("Le maire est un idiot", "Vraiment idiot.")
		a, err := h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Hide, Reason: "insult", Note: "Dites-le autrement.", Version: m.Version})
		if err != nil || a.Number != 1 {
			t.Fatalf("%+v, %v", a, err)
		}
		if got := h.stored(p.ID); got.Trashed != proposal.Invisible || got.TrashedReason != "insult" || got.TrashedAt.IsZero() {
			t.Errorf("it is %q for %q", got.Trashed, got.TrashedReason)
		}
		if got := h.listed(); !slices.Equal(got, []string{"Une fontaine"}) {
			t.Errorf("listed: %v", got)
		}
		if err := h.Report(t.Context(), h.of, h.bob, moderation.Proposal, p.ID, "insult", ""); code(err) != fault.Conflict {
			t.Errorf("reporting what is removed: %v", err)
		}
		sheet, err := h.Sheet(t.Context(), h.of, h.denis, m.ID)
		if err != nil || sheet.State != moderation.Settled || !sheet.Contribution.Out || len(sheet.Reports) != 1 || len(sheet.Acts) != 1 {
			t.Fatalf("%+v, %v", sheet, err)
		}
		if _, err := h.Decide(t.Context(), h.of, h.denis, m.ID, moderation.Decision{Verb: moderation.Restore, Version: sheet.Version}); err != nil {
			t.Fatal(err)
		}
		if got := h.listed(); !slices.Equal(got, []string{"Une fontaine", "Le maire est un idiot"}) {
			t.Errorf("listed: %v", got)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			facets, err := proposal.Facets(ctx, tx, h.of.Key, h.step)
			if len(facets) != 1 || facets[0].Proposals != 2 || facets[0].Name != "Nature" {
				t.Errorf("facets: %+v", facets)
			}
			steps, err2 := project.StepsOf(ctx, tx, h.of.Key, []ids.ID{h.edition})
			if err2 != nil || steps[0].Proposals != 2 {
				t.Errorf("the step counts %+v, %v", steps, err2)
			}
			removals, err2 := h.Removals(ctx, tx, h.of.Key, ids.ID{}, 0, 10)
			if err2 != nil || len(removals) != 1 || removals[0].UndoneAt.IsZero() || removals[0].Subject.Title+removals[0].Subject.Text+removals[0].Subject.Name != "" || removals[0].Subject.Number != 2 {
				t.Errorf("in public: %+v, %v", removals, err2)
			}
			return err
		})
		if got := h.entries(); !slices.Equal(got, []string{"hide", "restore"}) {
			t.Errorf("journal: %v", got)
		}
		if got := h.mails(); !slices.Equal(got, []string{"ana hide", "ana restore"}) {
			t.Errorf("e-mails: %v", got)
		}
	})
}

func TestTheSecondOfTwoModeratorsIsToldAndChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p, m := h.reported("Un banc", "Pour souffler.")
		if _, err := h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Keep, Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		_, err := h.Decide(t.Context(), h.of, h.denis, m.ID, moderation.Decision{Verb: moderation.Hide, Reason: "advert", Version: m.Version})
		if code(err) != fault.Conflict || h.stored(p.ID).Trashed != proposal.NotTrashed {
			t.Errorf("the second one: %v", err)
		}
		if got := h.mails(); len(got) != 0 {
			t.Errorf("keeping tells the author: %v", got)
		}
		// Another report brings it back, with what was decided before.
		if err := h.Report(t.Context(), h.of, h.denis, moderation.Proposal, p.ID, "advert", ""); err != nil {
			t.Fatal(err)
		}
		sheet, err := h.Sheet(t.Context(), h.of, h.claire, m.ID)
		if err != nil || sheet.State != moderation.Waiting || sheet.Case.Reports != 1 || len(sheet.Acts) != 1 || sheet.Acts[0].Verb != moderation.Keep {
			t.Errorf("%+v, %v", sheet, err)
		}
	})
}

func TestOnlyModeratorsOfThePlatformModerateAndNotTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		_, m := h.reported("Un banc", "Pour souffler.")
		other, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ailleurs", Name: "Ailleurs"})
		if err != nil {
			t.Fatal(err)
		}
		hide := moderation.Decision{Verb: moderation.Hide, Reason: "advert", Version: m.Version}
		for _, role := range append([]access.Role{access.Anyone, access.Resident}, access.All()...) {
			who := account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(role)}
			_, err := h.Queue(t.Context(), h.of, who, moderation.Waiting, moderation.Key{}, 10)
			_, err2 := h.Sheet(t.Context(), h.of, who, m.ID)
			_, _, err3 := h.Suspicions(t.Context(), h.of, who)
			may := role == access.Moderator || role == access.Administrator
			for _, err := range []error{err, err2, err3} {
				if (err == nil) != may || !may && code(err) != fault.Forbidden {
					t.Errorf("%s reads: %v", role, err)
				}
			}
			if !may {
				_, err := h.Decide(t.Context(), h.of, who, m.ID, hide)
				_, err2 := h.Agree(t.Context(), h.of, who, m.ID, m.Version, true)
				_, err3 := h.Reply(t.Context(), h.of, who, m.ID, m.Version, moderation.Overturned, "")
				_, err4 := h.DecideAll(t.Context(), h.of, who, []moderation.Picked{{Case: m.ID, Version: m.Version}}, hide)
				_, err5 := h.Open(t.Context(), h.of, who, moderation.Proposal, m.Contribution)
				for i, err := range []error{err, err2, err3, err4, err5} {
					if code(err) != fault.Forbidden {
						t.Errorf("%s does act %d: %v", role, i, err)
					}
				}
			}
		}
		if _, err := h.Decide(t.Context(), other, h.claire, m.ID, hide); code(err) != fault.NotFound {
			t.Errorf("from another platform: %v", err)
		}
		if _, err := h.Decide(t.Context(), h.of, h.claire, ids.Random(), hide); code(err) != fault.NotFound {
			t.Errorf("a guessed case: %v", err)
		}
		p := h.propose(h.claire, "Ma fontaine", "De l’eau.")
		mine, err := h.Open(t.Context(), h.of, h.denis, moderation.Proposal, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Decide(t.Context(), h.of, h.claire, mine.ID, moderation.Decision{Verb: moderation.Keep, Version: mine.Version}); code(err) != fault.Forbidden {
			t.Errorf("one's own: %v", err)
		}
	})
}

func TestPoliticalContentNeedsASecondPersonAndWhatIsIllegalLeavesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p, m := h.reported("Votez pour la liste bleue", "Elle est la meilleure.")
		a, err := h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Hide, Reason: "insult", Political: true, Version: m.Version})
		if err != nil || a.Standing != moderation.Proposed || a.Number != 0 || h.stored(p.ID).Trashed != proposal.NotTrashed || len(h.entries())+len(h.mails()) != 0 {
			t.Fatalf("one person alone: %+v, %v", a, err)
		}
		m = h.waiting(moderation.Second)[0].Case
		if _, err := h.Agree(t.Context(), h.of, h.claire, m.ID, m.Version, true); code(err) != fault.Forbidden {
			t.Errorf("the same person agrees: %v", err)
		}
		if _, err := h.Decide(t.Context(), h.of, h.denis, m.ID, moderation.Decision{Verb: moderation.Keep, Version: m.Version}); code(err) != fault.Conflict {
			t.Errorf("somebody decides past it: %v", err)
		}
		if _, err := h.Agree(t.Context(), h.of, h.denis, m.ID, m.Version, true); err != nil || h.stored(p.ID).Trashed != proposal.Invisible {
			t.Fatalf("two people: %v", err)
		}

		q, m := h.reported("Une horreur", "Contre des élus.")
		if a, err = h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Hide, Reason: "illegal", Political: true, Version: m.Version}); err != nil || a.Standing != moderation.Urgent {
			t.Fatalf("%+v, %v", a, err)
		}
		if h.stored(q.ID).Trashed != proposal.Invisible {
			t.Error("what is illegal waits for a second person")
		}
		m = h.waiting(moderation.Second)[0].Case
		if _, err := h.Agree(t.Context(), h.of, h.denis, m.ID, m.Version, false); err != nil || h.stored(q.ID).Trashed != proposal.NotTrashed || len(h.waiting(moderation.Waiting)) != 1 {
			t.Errorf("a second person who refuses puts it back: %v", err)
		}
		if got := h.entries(); !slices.Equal(got, []string{"hide", "hide", "restore"}) {
			t.Errorf("journal: %v", got)
		}
	})
}

func TestTheAuthorAppealsAndAnotherPersonAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p, m := h.reported("Un idiot de banc", "Pour souffler.")
		a, err := h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Hide, Reason: "insult", Version: m.Version})
		if err != nil {
			t.Fatal(err)
		}
		mine, err := h.MyAct(t.Context(), h.of, h.ana, a.ID)
		if err != nil || !mine.Contestable || !mine.Act.By.IsZero() || mine.Contribution.Title != p.Title {
			t.Fatalf("the author reads %+v, %v", mine, err)
		}
		if _, err := h.MyAct(t.Context(), h.of, h.bob, a.ID); code(err) != fault.NotFound {
			t.Errorf("somebody else reads it: %v", err)
		}
		if err := h.Contest(t.Context(), h.of, h.bob, a.ID, "Non."); code(err) != fault.NotFound {
			t.Errorf("somebody else contests it: %v", err)
		}
		if err := h.Contest(t.Context(), h.of, h.ana, a.ID, " "); code(err) != fault.Invalid {
			t.Errorf("without a word: %v", err)
		}
		if err := h.Contest(t.Context(), h.of, h.ana, a.ID, "C’est de l’humour."); err != nil {
			t.Fatal(err)
		}
		if err := h.Contest(t.Context(), h.of, h.ana, a.ID, "Encore."); code(err) != fault.Closed {
			t.Errorf("twice: %v", err)
		}
		m = h.waiting(moderation.Appeal)[0].Case
		if _, err := h.Reply(t.Context(), h.of, h.claire, m.ID, m.Version, moderation.Upheld, "Non."); code(err) != fault.Forbidden {
			t.Errorf("who decided answers: %v", err)
		}
		if _, err := h.Reply(t.Context(), h.of, h.denis, m.ID, m.Version, moderation.Upheld, ""); code(err) != fault.Invalid {
			t.Errorf("without saying why: %v", err)
		}
		if _, err := h.Reply(t.Context(), h.of, h.denis, m.ID, m.Version, moderation.Overturned, "Vous avez raison."); err != nil {
			t.Fatal(err)
		}
		if h.stored(p.ID).Trashed != proposal.NotTrashed || len(h.listed()) != 1 {
			t.Error("it is not back")
		}
		if got := h.mails(); !slices.Equal(got, []string{"ana hide", "ana overturned"}) {
			t.Errorf("e-mails: %v", got)
		}
		if got := h.entries(); !slices.Equal(got, []string{"hide", "overturned"}) {
			t.Errorf("journal: %v", got)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			acts, err := audit.Acts(ctx, tx, h.of.Key, audit.Query{Family: audit.Decided, Subject: p.ID, Limit: 9})
			if len(acts) != 2 || acts[0].Name != "moderation_overturned" || acts[0].Who != h.denis.ID || acts[1].Name != "moderation_hide" || acts[1].Who != h.claire.ID || acts[1].Note != "" {
				t.Errorf("acts: %+v", acts)
			}
			for _, verb := range []string{"keep", "hide", "edit", "blank", "restore", "bar", "proposed", "agreed", "disagreed", "upheld", "overturned"} {
				for _, lang := range i18n.Langs {
					if !i18n.For(lang, time.UTC).Has("audit.act.moderation_" + verb) {
						t.Errorf("%s does not say what moderation_%s is", lang, verb)
					}
				}
			}
			return err
		})
	})
}

func TestPersonalDataIsTakenOutOfEveryCopy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p := h.propose(h.ana, "Appelez Zorglub", "Il est au 06 12 34 56 78, dit-on.")
		m, err := h.Open(t.Context(), h.of, h.claire, moderation.Proposal, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		blank := moderation.Decision{Verb: moderation.Blank, Passages: []string{"06 99 99 99 99"}, Version: m.Version}
		if _, err := h.Decide(t.Context(), h.of, h.claire, m.ID, blank); code(err) != fault.Invalid {
			t.Errorf("what is not there: %v", err)
		}
		blank.Passages = []string{"06 12 34 56 78", "zorglub"}
		if _, err := h.Decide(t.Context(), h.of, h.claire, m.ID, blank); err != nil {
			t.Fatal(err)
		}
		if got := h.stored(p.ID); got.Body != "Il est au […], dit-on." || got.Title != "Appelez […]" || strings.Contains(got.Slug, "zorglub") || got.Trashed != proposal.NotTrashed {
			t.Errorf("%+v", got)
		}
		for _, rows := range dbtest.Rows(t, d) {
			for table, list := range rows {
				if table == "jobs" {
					continue // an e-mail to the author, from before
				}
				text := strings.ToLower(fmt.Sprintf("%s", list))
				if strings.Contains(text, "zorglub") || strings.Contains(text, "06 12 34") {
					t.Errorf("the table %s still has it", table)
				}
			}
		}
	})
}

func TestWhoIsBarredContributesAgainAfterTheDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		_, m := h.reported("Achetez mes bancs", "Pas chers.")
		q := h.propose(h.bob, "Une fontaine", "De l’eau.")
		a, err := h.Decide(t.Context(), h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Exclude, Reason: "advert", Days: 7, Version: m.Version})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.publish(t.Context(), h.ana, "Encore", "Encore."); code(err) != fault.Forbidden {
			t.Errorf("deposits: %v", err)
		}
		if err := h.Report(t.Context(), h.of, h.ana, moderation.Proposal, q.ID, "advert", ""); code(err) != fault.Forbidden {
			t.Errorf("reports: %v", err)
		}
		later := db.At(t.Context(), time.Now().AddDate(0, 0, 9))
		if err := h.Report(later, h.of, h.ana, moderation.Proposal, q.ID, "advert", ""); err != nil {
			t.Errorf("after the date: %v", err)
		}
		if len(h.waiting(moderation.Waiting)) != 2 { // what was reported was not decided by it
			t.Errorf("%+v", h.waiting(moderation.Waiting))
		}
		if err := h.Contest(t.Context(), h.of, h.ana, a.ID, "Ce n’est pas moi."); err != nil {
			t.Fatal(err)
		}
		m = h.waiting(moderation.Appeal)[0].Case
		if _, err := h.Reply(t.Context(), h.of, h.denis, m.ID, m.Version, moderation.Overturned, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := h.publish(t.Context(), h.ana, "Encore", "Encore."); err != nil {
			t.Errorf("once it is lifted: %v", err)
		}
	})
}

func TestOfSeveralThatAreDecidedTogetherEachHasItsOwnOutcome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		var picked []moderation.Picked
		var all []ids.ID
		for i := range 3 {
			p, m := h.reported(fmt.Sprint("Achetez ", i), "Pas cher.")
			picked, all = append(picked, moderation.Picked{Case: m.ID, Version: m.Version}), append(all, p.ID)
		}
		if _, err := h.Decide(t.Context(), h.of, h.denis, picked[1].Case, moderation.Decision{Verb: moderation.Keep, Version: picked[1].Version}); err != nil {
			t.Fatal(err)
		}
		list, err := h.DecideAll(t.Context(), h.of, h.claire, picked, moderation.Decision{Verb: moderation.Hide, Reason: "advert"})
		if err != nil || len(list) != 3 || list[0].Err != nil || code(list[1].Err) != fault.Conflict || list[2].Err != nil {
			t.Fatalf("%+v, %v", list, err)
		}
		for i, want := range []proposal.Trashed{proposal.Invisible, proposal.NotTrashed, proposal.Invisible} {
			if got := h.stored(all[i]).Trashed; got != want {
				t.Errorf("%d is %q", i, got)
			}
		}
		if got := h.entries(); !slices.Equal(got, []string{"keep", "hide", "hide"}) {
			t.Errorf("journal: %v", got)
		}
	})
}

func TestAnAuthorIsAskedToChangeWhatTheyWrote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		p, m := h.reported("Un banc", "Pour les idiots.")
		edit := moderation.Decision{Verb: moderation.Edit, Reason: "insult", Days: 5, Version: m.Version}
		if _, err := h.Decide(t.Context(), h.of, h.claire, m.ID, edit); code(err) != fault.Invalid {
			t.Errorf("without saying what to change: %v", err)
		}
		edit.Note = "Retirez le dernier mot."
		a, err := h.Decide(t.Context(), h.of, h.claire, m.ID, edit)
		if err != nil || a.DueAt.IsZero() || h.stored(p.ID).Trashed != proposal.NotTrashed || len(h.waiting(moderation.Asked)) != 1 {
			t.Fatalf("%+v, %v", a, err)
		}
		mine, err := h.MyAct(t.Context(), h.of, h.ana, a.ID)
		if err != nil || !strings.HasPrefix(mine.EditPath, "/projets/budget/deposer/") {
			t.Errorf("%+v, %v", mine, err)
		}
		later := db.At(t.Context(), time.Now().AddDate(0, 0, 3)) // the deposit is over
		mine, err = h.MyAct(later, h.of, h.ana, a.ID)
		if err != nil || mine.EditPath != "" {
			t.Errorf("%+v, %v", mine, err)
		}
		sheet, err := h.Sheet(later, h.of, h.claire, m.ID)
		if err != nil || sheet.Editable {
			t.Errorf("%+v, %v", sheet, err)
		}
		if _, err := h.Decide(later, h.of, h.claire, m.ID, moderation.Decision{Verb: moderation.Edit, Reason: "insult", Note: "Encore.", Days: 5, Version: sheet.Version}); code(err) != fault.Conflict {
			t.Errorf("asked when they cannot: %v", err)
		}
	})
}

func TestAQueueOfFiveHundredTakesTheSameFewStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		one := h.propose(h.ana, "Un banc", "Pour souffler.")
		h.write(func(ctx context.Context, tx db.Tx) error {
			var proposals []proposal.Proposal
			var cases [][]any
			for i := range 500 {
				p := one
				p.ID, p.Number, p.Title = ids.Random(), i+10, fmt.Sprint("Projet ", i)
				proposals = append(proposals, p)
				cases = append(cases, []any{h.of.Key, ids.Random(), "proposal", p.ID, p.Project, p.Author, "waiting", 1, false, int64(1000 + i/2), 1})
			}
			if err := proposal.Insert(ctx, tx, h.of.Key, proposals); err != nil {
				return err
			}
			return db.Insert(ctx, tx, "moderation_case", []string{"platform", "id", "kind", "contribution", "project", "author", "state", "reports", "political", "opened_at", "version"}, cases)
		})
		seen := map[ids.ID]bool{}
		var key moderation.Key
		for pages := 0; ; pages++ {
			ctx, statements := db.CountStatements(t.Context())
			q, err := h.Queue(ctx, h.of, h.claire, moderation.Waiting, key, 60)
			if err != nil || pages > 10 {
				t.Fatal(pages, err)
			}
			if n := statements.Load(); n > 12 {
				t.Errorf("a page takes %d statements", n)
			}
			for _, item := range q.Items {
				if seen[item.Case.ID] || item.Contribution.Title == "" {
					t.Errorf("%+v", item)
				}
				seen[item.Case.ID] = true
			}
			if key = q.Next; key.ID.IsZero() {
				break
			}
		}
		if len(seen) != 500 {
			t.Errorf("%d cases", len(seen))
		}
	})
}

func TestOneNetworkReportsOnlySoOften(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := settle(t, d)
		from := account.WithNetwork(t.Context(), netip.MustParseAddr("192.0.2.7"))
		refused := 0
		p := h.propose(h.ana, "Un banc", "Pour souffler.")
		for i := range 25 {
			who := account.Person{ID: ids.Random(), Kind: account.Resident}
			h.write(func(ctx context.Context, tx db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO participant (platform, id, email, email_key, proved_at, password, name, kind, language, postcode, state, created_at) VALUES (?, ?, '', '', 0, '', '', 'resident', 'fr', '', '', ?)`,
					h.of.Key, who.ID, db.Micros(tx.Now()))
				return err
			})
			err := h.Report(from, h.of, who, moderation.Proposal, p.ID, "advert", "")
			if code(err) == fault.Limited {
				refused++
			} else if err != nil {
				t.Fatal(i, err)
			}
		}
		items := h.waiting(moderation.Waiting)
		if refused != 5 || len(items) != 1 || items[0].Reporters.All != 20 || items[0].Reporters.Together != 20 || len(items[0].Suspicions) == 0 {
			t.Errorf("%d refused, %+v", refused, items)
		}
	})
}

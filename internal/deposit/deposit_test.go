package deposit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/tally"
)

// house is a platform whose deposit is open.
type house struct {
	t      *testing.T
	d      *db.DB
	of     platform.Platform
	step   ids.ID
	people *account.Service
	*deposit.Service
}

const budget = "budget"

// open makes it; the deposit ends at a time from now.
func open(t *testing.T, d *db.DB, ends time.Duration) *house {
	t.Helper()
	h := &house{t: t, d: d, step: ids.Random(), people: account.NewService(d, proposal.Room(), deposit.Room()), Service: deposit.NewService(d)}
	var err error
	if h.of, err = platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville", Name: "La Ville"}); err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx db.Tx) error {
		edition, now := ids.Random(), tx.Now()
		book := rulebook.Rulebook{Format: rulebook.Format, Currency: "EUR",
			Deposit: &rulebook.Deposit{Who: rulebook.Who{MinimumAge: 11, Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson, rulebook.KindAssociation}},
				PerPerson: 2, MaximumCost: 5_000_000, Running: rulebook.Running{Kind: rulebook.RunningNoDirect}},
			Vote: rulebook.Vote{Who: &rulebook.Who{Residence: rulebook.Residence{In: rulebook.InCity}, Kinds: []rulebook.Kind{rulebook.KindPerson}}, Ballot: rulebook.Shape{Kind: rulebook.Simple, Min: 1, Max: 3},
				Totals: rulebook.Totals{During: rulebook.Hidden}},
			Count: tally.Rule{Method: tally.MethodGreedy, Scoring: tally.Scoring{By: tally.ByChoice}, Budget: 100_000_000, Fit: tally.Fit{Then: tally.FitSkip},
				Ties: []tally.TieBreak{{By: tally.TieLowerCost}, {By: tally.TieOrder}}, DropOut: tally.DropOutNext}}
		for _, err := range []error{
			project.Insert(ctx, tx, h.of.Key, project.Project{ID: edition, Slug: budget, Title: "Budget", Currency: "EUR", Language: "fr", State: project.Published, Origin: project.OfCity, Rulebook: 1, CreatedAt: now, PublishedAt: now}),
			project.SetRulebook(ctx, tx, h.of.Key, edition, 1, book),
			project.InsertSteps(ctx, tx, h.of.Key, []project.Step{{ID: h.step, Project: edition, Kind: project.Collect, Slug: "depot", StartsAt: now.Add(-time.Hour), EndsAt: now.Add(ends)},
				{ID: ids.Random(), Project: edition, Position: 1, Kind: project.Analysis, Slug: "analyse", StartsAt: now.Add(ends)}}),
			project.InsertDistricts(ctx, tx, h.of.Key, edition, []project.District{
				{ID: ids.Random(), Slug: "ouest", Name: "Ouest", Sort: []byte{1}, Outline: `{"type":"Polygon","coordinates":[[[1,43],[1.1,43],[1.1,43.1],[1,43.1],[1,43]]]}`},
				{ID: ids.Random(), Slug: "est", Name: "Est", Sort: []byte{2}, Outline: `{"type":"Polygon","coordinates":[[[1.1,43],[1.2,43],[1.2,43.1],[1.1,43.1],[1.1,43]]]}`}}),
			project.InsertCategories(ctx, tx, h.of.Key, []project.Category{{ID: ids.Random(), Project: edition, Kind: "category", Slug: "nature", Name: "Nature", Sort: []byte{1}},
				{ID: ids.Random(), Project: edition, Kind: "category", Slug: "rue", Name: "La rue", Sort: []byte{2}}}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

func (h *house) write(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	if err := h.d.Read(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// nobody is a participant without an address.
func (h *house) nobody() account.Person {
	h.t.Helper()
	_, p, err := h.people.Begin(h.t.Context(), h.of, i18n.FR, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// proved is that participant with an address.
func proved(p account.Person) account.Person {
	p.Proved, p.Email, p.Language, p.Roles = true, "ana@exemple.fr", "fr", p.Roles.With(access.Resident)
	return p
}

// whole is a content with which nothing is wrong.
func whole() deposit.Content {
	return deposit.Content{Title: "Des bancs à l'ombre", Body: "Pour souffler.\n\nDeux par rue.", Category: "nature", District: "ouest", Cost: "12 500 €", Name: "Ana", Age: deposit.AgeAdult,
		Kind: rulebook.KindPerson, Criteria: map[string]string{"lives_in": "yes", "investment": "no"}}
}

func (h *house) save(who account.Person, c deposit.Content) deposit.Deposit {
	h.t.Helper()
	d, err := h.Save(h.t.Context(), h.of, who, budget, ids.ID{}, c, deposit.Upload{})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (h *house) publish(who account.Person, c deposit.Content) (deposit.Deposit, proposal.Proposal) {
	h.t.Helper()
	d := h.save(who, c)
	p, err := h.Publish(h.t.Context(), h.of, who, budget, d.ID, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return d, p
}

func (h *house) listed(q proposal.ListQuery) []proposal.Listed {
	h.t.Helper()
	var list []proposal.Listed
	h.read(func(ctx context.Context, tx db.Tx) (err error) {
		q.Step, q.Limit, q.Order = h.step, 10, proposal.ByNumber
		list, err = proposal.List(ctx, tx, h.of.Key, q)
		return err
	})
	return list
}

// found is listed for a search and tags.
func (h *house) found(text string, tags ...proposal.Tag) []proposal.Listed {
	h.t.Helper()
	var list []proposal.Listed
	h.read(func(ctx context.Context, tx db.Tx) error {
		c, err := h.Call(h.t.Context(), h.of, account.Person{}, budget)
		if err != nil {
			return err
		}
		chosen, err := proposal.Choose(ctx, tx, h.of.Key, proposal.Choice{Project: c.ID, Step: h.step, Tags: tags, Text: text, Exact: true})
		if err != nil {
			return err
		}
		list, err = proposal.List(ctx, tx, h.of.Key, proposal.ListQuery{Step: h.step, Among: &chosen, Limit: 10, Order: proposal.ByNumber})
		return err
	})
	return list
}

func (h *house) acts() []string {
	h.t.Helper()
	var kinds []string
	h.read(func(ctx context.Context, tx db.Tx) error {
		entries, err := journal.Pending(ctx, tx, h.of.Key, 100)
		for _, e := range entries {
			if strings.HasPrefix(e.Kind, "proposal_") {
				kinds = append(kinds, e.Kind)
			}
			if strings.Contains(e.Body, "Ana") || strings.Contains(e.Body, "bancs") || strings.Contains(e.Body, "exemple.fr") {
				h.t.Errorf("an entry of the journal says what somebody wrote: %s", e.Body)
			}
		}
		return err
	})
	return kinds
}

func TestADepositEntersListsFacetsAndSearchAndLeavesThemWhenItIsWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		dep, p := h.publish(who, whole())
		if p.Number != 1 || p.Reference != "1" || p.Slug != "des-bancs-a-l-ombre" || p.Cost != 1_250_000 {
			t.Errorf("published as %+v", p)
		}
		nature := []proposal.Tag{{Kind: proposal.TagCategory, Slug: "nature"}, {Kind: proposal.TagDistrict, Slug: "ouest"}}
		if n := len(h.found("BANCS ombre", nature...)); n != 1 {
			t.Errorf("listed %d times", n)
		}
		edited := whole()
		edited.Title, edited.Category, edited.District = "Des fontaines", "rue", "est"
		if _, err := h.Edit(t.Context(), h.of, who, budget, dep.ID, edited, deposit.Upload{}); err != nil {
			t.Fatal(err)
		}
		street := []proposal.Tag{{Kind: proposal.TagCategory, Slug: "rue"}, {Kind: proposal.TagDistrict, Slug: "est"}}
		if was, is, old := len(h.found("", nature...)), len(h.found("fontaines", street...)), len(h.found("bancs")); was != 0 || is != 1 || old != 0 {
			t.Errorf("after the change: %d under the old tags, %d under the new, %d by the old words", was, is, old)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			facets, err := proposal.Facets(ctx, tx, h.of.Key, h.step)
			if len(facets) != 2 || facets[0].Slug != "rue" || facets[0].Proposals != 1 {
				t.Errorf("facets: %+v", facets)
			}
			versions, err2 := proposal.Versions(ctx, tx, h.of.Key, p.ID)
			if len(versions) != 2 || versions[0].Title != "Des fontaines" || versions[1].Title != "Des bancs à l'ombre" {
				t.Errorf("versions: %+v", versions)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		for range 2 { // twice is once
			if err := h.Withdraw(t.Context(), h.of, who, budget, dep.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			facets, err := proposal.Facets(ctx, tx, h.of.Key, h.step)
			c, err2 := deposit.CallOf(ctx, tx, h.of, who, budget)
			found, ok, err3 := proposal.Numbered(ctx, tx, h.of.Key, p.Project, 1)
			if len(facets) != 0 || c.Step.Proposals != 0 || !ok || found.Trashed.Readable() {
				t.Errorf("after the withdrawal: facets %+v, %d in the step, found %v, readable %v", facets, c.Step.Proposals, ok, found.Trashed.Readable())
			}
			for _, e := range []error{err2, err3} {
				if err == nil {
					err = e
				}
			}
			return err
		})
		if n := len(h.listed(proposal.ListQuery{})); n != 0 {
			t.Errorf("a proposal that was withdrawn is listed")
		}
		if _, err := h.Edit(t.Context(), h.of, who, budget, dep.ID, whole(), deposit.Upload{}); fault.CodeOf(err) != fault.Closed {
			t.Errorf("what was withdrawn is changed: %v", err)
		}
		if got := fmt.Sprint(h.acts()); got != "[proposal_published proposal_edited proposal_withdrawn]" {
			t.Errorf("the journal has %s", got)
		}
		if n := len(h.listed(proposal.ListQuery{Trashed: true})); n != 1 {
			t.Errorf("it is among %d removed ones", n)
		}
	})
}

func TestAnAuthorTakesAProposalBackUntilPeopleHaveVoted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who, other := proved(h.nobody()), proved(h.nobody())
		dep, p := h.publish(who, whole())
		late, _ := h.publish(who, whole())
		vote := ids.Random()
		h.write(func(ctx context.Context, tx db.Tx) error {
			now := tx.Now()
			if err := project.InsertSteps(ctx, tx, h.of.Key, []project.Step{{ID: vote, Project: p.Project, Position: 2, Kind: project.Vote, Slug: "vote", StartsAt: now.Add(-time.Minute), EndsAt: now.Add(time.Hour), Proposals: 1}}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE step SET ends_at = ? WHERE platform = ? AND id = ?`, db.Micros(now.Add(-2*deposit.Grace)), h.of.Key, h.step); err != nil {
				return err
			}
			return proposal.Select(ctx, tx, h.of.Key, []proposal.Selection{{Step: vote, Proposal: p.ID, Number: p.Number, Cost: p.Cost}}, [][]proposal.Tag{nil})
		})
		if _, err := h.Edit(t.Context(), h.of, who, budget, dep.ID, whole(), deposit.Upload{}); fault.CodeOf(err) != fault.Closed {
			t.Errorf("changed during the vote: %v", err)
		}
		if err := h.Withdraw(t.Context(), h.of, other, budget, dep.ID); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("somebody else takes it back: %v", err)
		}
		for range 2 { // twice is once
			if err := h.Withdraw(t.Context(), h.of, who, budget, dep.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			left, err := jobs.Waiting(ctx, tx, h.of.Key, proposal.LeftJob, 10)
			if len(left) != 1 || string(left[0].Body) != fmt.Sprintf(`{"project":"%s","number":%d}`, p.Project, p.Number) {
				t.Errorf("what frees its votes: %+v", left)
			}
			if err != nil {
				return err
			}
			can, err := proposal.Choosables(ctx, tx, h.of.Key, vote, true, false)
			if len(can) != 0 {
				t.Errorf("it can still be chosen: %+v", can)
			}
			if err != nil {
				return err
			}
			c, err := deposit.CallOf(ctx, tx, h.of, who, budget)
			for _, step := range c.Steps {
				if want := map[ids.ID]int{h.step: 1}[step.ID]; step.Proposals != want {
					t.Errorf("the step %s has %d proposals, want %d", step.Slug, step.Proposals, want)
				}
			}
			return err
		})
		h.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE step SET ends_at = ? WHERE platform = ? AND id = ?`, db.Micros(tx.Now()), h.of.Key, vote)
			return err
		})
		if err := h.Withdraw(t.Context(), h.of, who, budget, late.ID); fault.CodeOf(err) != fault.Closed {
			t.Errorf("taken back once people have voted: %v", err)
		}
	})
}

func TestADraftSurvivesTheProofOfAnAddressAndIsNobodyElses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		first, known := h.nobody(), h.nobody()
		draft := h.save(first, deposit.Content{Title: "Un début", Cost: "beaucoup"})
		if _, err := h.Publish(t.Context(), h.of, first, budget, draft.ID, 0); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("published without proof: %v", err)
		}
		for what, err := range map[string]error{
			"saved":     second(h.Save(t.Context(), h.of, known, budget, draft.ID, whole(), deposit.Upload{})),
			"published": second(h.Publish(t.Context(), h.of, proved(known), budget, draft.ID, 0)),
			"changed":   second(h.Edit(t.Context(), h.of, proved(known), budget, draft.ID, whole(), deposit.Upload{})),
			"withdrawn": h.Withdraw(t.Context(), h.of, proved(known), budget, draft.ID),
			"deleted":   h.Discard(t.Context(), h.of, known, budget, draft.ID),
		} {
			if fault.CodeOf(err) != fault.NotFound {
				t.Errorf("somebody else's draft is %s: %v", what, err)
			}
		}
		h.write(func(ctx context.Context, tx db.Tx) error {
			return deposit.Room().Merge(ctx, tx, h.of.Key, first.ID, known.ID)
		})
		c, err := h.Call(t.Context(), h.of, proved(known), budget)
		if err != nil || len(c.Mine) != 1 || c.Mine[0].Content.Title != "Un début" || c.Mine[0].Content.Cost != "beaucoup" {
			t.Errorf("after the proof: %+v, %v", c.Mine, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestNobodyPassesTheLimitByPublishingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		var drafts []ids.ID
		for range 6 {
			drafts = append(drafts, h.save(who, whole()).ID)
		}
		var wait sync.WaitGroup
		errs := make([]error, 2*len(drafts))
		for i := range errs { // each draft twice: a double tap
			wait.Go(func() { _, errs[i] = h.Publish(t.Context(), h.of, who, budget, drafts[i/2], 0) })
		}
		wait.Wait()
		numbers := map[int]bool{}
		for _, l := range h.listed(proposal.ListQuery{}) {
			numbers[l.Proposal.Number] = true
		}
		if len(numbers) != 2 || !numbers[1] || !numbers[2] {
			t.Errorf("published under the numbers %v, want 1 and 2", numbers)
		}
		refused := 0
		for _, err := range errs {
			if err != nil {
				refused++
				if fault.CodeOf(err) != fault.Conflict {
					t.Error(err)
				}
			}
		}
		if refused != 8 || len(h.acts()) != 2 {
			t.Errorf("%d were refused, want 8; the journal has %v", refused, h.acts())
		}
	})
}

func TestEveryReasonIsSaidAtOnceAndNothingIsPublished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		draft := h.save(who, deposit.Content{Title: "Non", Cost: "cher", Latitude: "50", Longitude: "1"})
		_, err := h.Publish(t.Context(), h.of, who, budget, draft.ID, 7)
		fields := map[string]bool{}
		f, ok := errors.AsType[*fault.Error](err)
		if !ok {
			t.Fatalf("published: %v", err)
		}
		for _, one := range f.Sub {
			fields[one.Field] = true
		}
		for _, want := range []string{"title", "body", "category", "place", "cost", "c-lives_in", "c-investment", "age", "kind", "name", "charter"} {
			if !fields[want] {
				t.Errorf("nothing is said of %s: %v", want, f)
			}
		}
		if len(h.listed(proposal.ListQuery{})) != 0 || len(h.acts()) != 0 {
			t.Error("something was published")
		}
	})
}

func TestADraftBegunInTimeHasAGraceAndOthersHaveNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Minute)
		who := proved(h.nobody())
		draft := h.save(who, whole())
		at := func(later time.Duration) platform.Platform {
			of := h.of
			of.Clock = platform.Clock{From: time.Unix(0, 0), To: time.Unix(0, 0).Add(later), Rate: 1000}
			return of
		}
		if _, err := h.Save(t.Context(), at(5*time.Minute), who, budget, ids.ID{}, whole(), deposit.Upload{}); fault.CodeOf(err) != fault.Closed {
			t.Errorf("a draft is begun after the end: %v", err)
		}
		if _, err := h.Publish(t.Context(), at(17*time.Minute), who, budget, draft.ID, 0); fault.CodeOf(err) != fault.Closed {
			t.Errorf("published after the grace: %v", err)
		}
		if _, err := h.Publish(t.Context(), at(14*time.Minute), who, budget, draft.ID, 0); err != nil {
			t.Errorf("refused within the grace: %v", err)
		}
		if _, err := h.Save(t.Context(), at(-2*time.Hour), who, budget, ids.ID{}, whole(), deposit.Upload{}); fault.CodeOf(err) != fault.Closed {
			t.Errorf("a draft is begun before the beginning: %v", err)
		}
	})
}

func TestTheNameOfSomebodyUnderFifteenIsNotShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who := proved(h.nobody())
		content := whole()
		content.Age = deposit.AgeYoung
		draft := h.save(who, content)
		if _, err := h.Publish(t.Context(), h.of, who, budget, draft.ID, 0); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("published without a parent: %v", err)
		}
		content.Consent = true
		_, p := h.publish(who, content)
		h.read(func(ctx context.Context, tx db.Tx) error {
			of, err := account.ByIDs(ctx, tx, h.of.Key, []ids.ID{p.Author})
			if len(of) != 1 || of[0].Name != "" || strings.Contains(of[0].Slug, "ana") {
				t.Errorf("the public account is %+v", of)
			}
			return err
		})
	})
}

func TestFollowingTwiceIsFollowingOnceAndAMergeKeepsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		_, p := h.publish(proved(h.nobody()), whole())
		one, two := h.nobody(), h.nobody()
		if err := h.Follow(t.Context(), h.of, one, p.ID, false); fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("followed without an address: %v", err)
		}
		for _, who := range []account.Person{one, one, two} {
			if err := h.Follow(t.Context(), h.of, proved(who), p.ID, false); err != nil {
				t.Fatal(err)
			}
		}
		count := func(who account.Person) (n int, follows bool) {
			h.read(func(ctx context.Context, tx db.Tx) (err error) {
				n, follows, err = proposal.Following(ctx, tx, h.of.Key, p.ID, who.ID)
				return err
			})
			return n, follows
		}
		if n, follows := count(one); n != 2 || !follows {
			t.Errorf("%d follow, this one %v", n, follows)
		}
		h.write(func(ctx context.Context, tx db.Tx) error {
			return proposal.Room().Merge(ctx, tx, h.of.Key, one.ID, two.ID)
		})
		if n, follows := count(two); n != 1 || !follows {
			t.Errorf("after the merge %d follow, this one %v", n, follows)
		}
		if err := h.Follow(t.Context(), h.of, proved(two), p.ID, true); err != nil {
			t.Fatal(err)
		}
		if n, _ := count(two); n != 0 {
			t.Errorf("%d follow still", n)
		}
	})
}

func TestWhoIsForgottenLeavesNothingOfWhatTheyWrote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		who, other := proved(h.nobody()), proved(h.nobody())
		_, p := h.publish(who, whole())
		h.save(who, deposit.Content{Title: "Un brouillon secret"})
		h.publish(other, whole())
		own := func() any {
			var v any
			h.read(func(ctx context.Context, tx db.Tx) (err error) {
				v, err = deposit.Room().Export(ctx, tx, h.of.Key, who.ID)
				return err
			})
			return v
		}
		if v, ok := own().([]deposit.Own); !ok || len(v) != 2 {
			t.Errorf("the file has %+v", v)
		}
		h.write(func(ctx context.Context, tx db.Tx) error {
			return errors.Join(deposit.Room().Forget(ctx, tx, h.of.Key, who.ID, false), proposal.Room().Forget(ctx, tx, h.of.Key, who.ID, false))
		})
		if own() != nil {
			t.Error("something is left")
		}
		for table, rows := range dbtest.Rows(t, d)[h.of.Key] {
			if table == "jobs" || table == "account" { // the e-mail is the outbox's to send; the name is the account room's
				continue
			}
			for _, row := range rows {
				if s := fmt.Sprint(row...); strings.Contains(s, "secret") || table == "proposal_version" && strings.Contains(s, p.ID.String()) {
					t.Errorf("%s still has %s", table, s)
				}
			}
		}
		if list := h.found("bancs"); len(list) != 1 || list[0].Proposal.Number != 2 {
			t.Errorf("listed: %+v", list)
		}
		c, err := h.Call(t.Context(), h.of, other, budget)
		if err != nil || c.Step.Proposals != 1 {
			t.Errorf("%d in the step, %v", c.Step.Proposals, err)
		}
	})
}

func TestALimitedDepositIsForItsDomainsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		h.write(func(ctx context.Context, tx db.Tx) error {
			view, err := project.Load(ctx, tx, h.of.Key, budget, tx.Now())
			if err != nil {
				return err
			}
			view.Rulebook.Deposit.Who.Domains = []string{"ecole.example"}
			if err := project.SetRulebook(ctx, tx, h.of.Key, view.Project.ID, 2, view.Rulebook); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE project SET rulebook = 2 WHERE platform = ? AND id = ?`, h.of.Key, view.Project.ID)
			return err
		})
		who := proved(h.nobody())
		who.Email = "ana@ailleurs.example"
		draft := h.save(who, whole())
		if _, err := h.Publish(t.Context(), h.of, who, budget, draft.ID, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody of another domain: %v", err)
		}
		who.Email = "ana@ecole.example"
		if _, err := h.Publish(t.Context(), h.of, who, budget, draft.ID, 0); err != nil {
			t.Errorf("somebody of the domain: %v", err)
		}
	})
}

package decision_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/decision/decisiontest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

const slug = decisiontest.Slug

// work does the jobs of decisions that are due at a time, as often as asked.
func work(h *decisiontest.Town, later time.Duration, kind string) {
	h.Helper()
	var due []jobs.Job
	h.Read(h.In(later), func(ctx context.Context, tx db.Tx) (err error) {
		due, err = jobs.Take(ctx, tx, h.Of.Key, kind, tx.Now())
		return err
	})
	for _, j := range due {
		if err := h.Handlers()[kind](h.In(later), j); err != nil {
			h.Fatal(err)
		}
	}
}

// mails gives the e-mails of a kind.
func mails(h *decisiontest.Town, kind string) (list []notify.Mail) {
	h.Helper()
	h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
		waiting, err := jobs.Waiting(ctx, tx, h.Of.Key, notify.Job, 100)
		for _, j := range waiting {
			var m notify.Mail
			if err := json.Unmarshal(j.Body, &m); err != nil {
				return err
			}
			if m.Kind == kind {
				list = append(list, m)
			}
		}
		return err
	})
	return list
}

// told gives the kinds of the entries that wait, and their bodies.
func told(h *decisiontest.Town, kind string) (bodies []string) {
	h.Helper()
	h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
		entries, err := journal.Pending(ctx, tx, h.Of.Key, 200)
		for _, e := range entries {
			if e.Kind == kind {
				bodies = append(bodies, e.Body)
			}
		}
		return err
	})
	return bodies
}

// happened gives what letters and feeds say of decisions so much later.
func happened(h *decisiontest.Town, later time.Duration) (list []follow.Entry) {
	h.Helper()
	h.Read(h.In(later), func(ctx context.Context, tx db.Tx) (err error) {
		list, err = follow.Happened(ctx, tx, h.Of.Key, h.Steps[0].Project, []string{"decision"}, h.Of.Now(tx.Now()), 10)
		return err
	})
	return list
}

// voted gives the titles that one may vote for, with their costs, and how many the step counts.
func voted(h *decisiontest.Town) (list []proposal.Choosable, counted, inFacets int) {
	h.Helper()
	h.Read(h.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if list, err = proposal.Choosables(ctx, tx, h.Of.Key, h.Steps[2].ID, true, true); err != nil {
			return err
		}
		steps, err := project.StepsOf(ctx, tx, h.Of.Key, []ids.ID{h.Steps[2].Project})
		if err != nil {
			return err
		}
		counted = steps[2].Proposals
		facets, err := proposal.Facets(ctx, tx, h.Of.Key, h.Steps[2].ID)
		for _, f := range facets {
			if f.Kind == proposal.TagCategory {
				inFacets += f.Proposals
			}
		}
		return err
	})
	return list, counted, inFacets
}

// shown is what somebody may know of a proposal.
func shown(h *decisiontest.Town, later time.Duration, who string, number int) (s decision.Shown) {
	h.Helper()
	h.Read(h.In(later), func(ctx context.Context, tx db.Tx) error {
		e, err := project.Load(ctx, tx, h.Of.Key, slug, h.Of.Now(tx.Now()))
		if err != nil {
			return err
		}
		p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, e.Project.ID, number)
		if err != nil {
			return err
		}
		s, err = decision.ShownOf(ctx, tx, h.Of, e, p, h.People[who])
		return err
	})
	return s
}

func wants(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

const why = "La rue est étroite : il faut des bancs plus petits, et deux arbres en plus."

func TestAWaveComesOutAtItsTimeWhateverRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		const wave = 48 * time.Hour
		h.Decide(wave, map[int]decision.Assessment{1: decisiontest.Voted(1_500_000, why), 3: decisiontest.Refusal()})
		first := func(s decision.Shown) decision.Outcome { return s.Last().Outcome }
		for _, who := range []string{"", "boris", "sonia", "denis", "omar", "elsa", "ana"} {
			if got := first(shown(h, wave-61*time.Minute, who, 3)); got != "" {
				t.Errorf("%q knows it before its author is told: %s", who, got)
			}
			if got := first(shown(h, wave-time.Minute, who, 3)); (got == decision.Refused) != (who == "ana") {
				t.Errorf("%q, an hour before: %q", who, got)
			}
			if got := first(shown(h, wave, who, 3)); got != decision.Refused {
				t.Errorf("%q does not know it at its time, though no job has run: %q", who, got)
			}
		}
		if n := len(told(h, "proposal_decided")); n != 0 {
			t.Errorf("%d entries before the date", n)
		}
		work(h, wave-2*time.Hour, decision.TellJob) // too early: it is not due
		if n := len(mails(h, "decided")); n != 0 {
			t.Errorf("%d authors are told too early", n)
		}
		for range 2 { // twice is once
			work(h, wave-time.Hour, decision.TellJob)
		}
		letters := mails(h, "decided")
		if len(letters) != 2 {
			t.Fatalf("%d letters, want one each", len(letters))
		}
		text := letters[0].Args["Text"].(string) + letters[1].Args["Text"].(string)
		for _, want := range []string{why, "roller", "15 000"} {
			if !strings.Contains(strings.ReplaceAll(text, "\u202f", " "), want) {
				t.Errorf("the letters do not say %q: %s", want, text)
			}
		}
		if list, _, _ := voted(h); len(list) != 0 {
			t.Errorf("%v can be voted for before the date", list)
		}
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			acts, err := audit.Acts(ctx, tx, h.Of.Key, audit.Query{Family: audit.Decided, Name: "decision_signed", Limit: 9})
			if len(acts) != 1 || acts[0].Note != "№ 1, 3" || acts[0].Who != h.People["denis"].ID {
				t.Errorf("who signed, for who answers for them: %+v", acts)
			}
			return err
		})
		if all := happened(h, wave); len(all) != 0 {
			t.Errorf("followers read of it before its date: %+v", all)
		}
		for range 2 {
			work(h, wave, decision.PublishJob)
		}
		if all := happened(h, wave); len(all) != 2 || !strings.Contains(all[0].Path+all[1].Path, "/propositions/3") {
			t.Errorf("followers read of %+v, want both, once", all)
		}
		list, counted, inFacets := voted(h)
		if len(list) != 1 || list[0].Number != 1 || list[0].Cost != 1_500_000 || counted != 1 || inFacets != 1 || len(list[0].Districts) != 1 {
			t.Errorf("put to the vote: %+v, the step counts %d, its facets %d", list, counted, inFacets)
		}
		if entries := told(h, "proposal_decided"); len(entries) != 2 || !strings.Contains(strings.Join(entries, ""), `"cost":1500000`) || strings.Contains(strings.Join(entries, ""), "patinoire") {
			t.Errorf("the journal says %v", entries)
		}
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.Steps[0].Project, 1)
			if p.Cost != 1_500_000 {
				t.Errorf("its page says %d", p.Cost)
			}
			return err
		})
	})
}

func TestADecisionThatComesOutWhileModerationHidesItsProposalFollowsOnceItIsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		const wave = 48 * time.Hour
		h.Decide(wave, map[int]decision.Assessment{1: decisiontest.Voted(1_500_000, why)})
		change := func(later time.Duration, do func(ctx context.Context, tx db.Tx, p proposal.Proposal) error) {
			err := d.Write(h.In(later), func(ctx context.Context, tx db.Tx) error {
				p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.Steps[0].Project, 1)
				if err != nil {
					return err
				}
				return do(ctx, tx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change(time.Hour, func(ctx context.Context, tx db.Tx, p proposal.Proposal) error {
			return proposal.TakeOut(ctx, tx, h.Of.Key, p, proposal.Invisible, "", h.Now)
		})
		work(h, wave-time.Hour, decision.TellJob)
		work(h, wave, decision.PublishJob)
		if n := len(mails(h, "decided")) + len(told(h, "proposal_decided")); n != 0 {
			t.Errorf("%d letters and entries of what is hidden", n)
		}
		change(wave+time.Hour, func(ctx context.Context, tx db.Tx, p proposal.Proposal) error {
			return proposal.PutBack(ctx, tx, h.Of.Key, p, nil)
		})
		for range 2 {
			work(h, wave+2*time.Hour, proposal.BackJob)
		}
		list, counted, _ := voted(h)
		if len(list) != 1 || counted != 1 || len(mails(h, "decided")) != 1 || len(told(h, "proposal_decided")) != 1 {
			t.Errorf("once it is back: %+v in a vote that counts %d, %d letters, %d entries", list, counted, len(mails(h, "decided")), len(told(h, "proposal_decided")))
		}
	})
}

func TestAChangeAfterPublicationIsANewDecisionAndTheVoteFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		h.Decide(2*time.Hour, map[int]decision.Assessment{1: decisiontest.Voted(1_200_000, ""), 5: decisiontest.Voted(1_500_000, "")})
		work(h, 2*time.Hour, decision.PublishJob)
		sonia, denis := h.People["sonia"], h.People["denis"]
		a := decisiontest.Refusal()
		a.Version = 1
		if _, err := h.Save(h.In(3*time.Hour), h.Of, sonia, slug, 1, a); err != nil {
			t.Fatal(err)
		}
		w, err := h.SetWave(h.In(3*time.Hour), h.Of, denis, slug, decision.Wave{Title: "Correction", PublishAt: h.Now.Add(6 * time.Hour), AppealDays: 15})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Sign(h.In(3*time.Hour), h.Of, denis, slug, []int{1}, w.ID); err != nil {
			t.Fatal(err)
		}
		if s := shown(h, 4*time.Hour, "", 1); len(s.Decisions) != 1 || s.Last().Outcome != decision.ToVote {
			t.Errorf("before the date of the change: %+v", s.Decisions)
		}
		work(h, 6*time.Hour, decision.PublishJob)
		if s := shown(h, 6*time.Hour, "", 1); len(s.Decisions) != 2 || s.Last().Outcome != decision.Refused {
			t.Errorf("the old one is not kept: %+v", s.Decisions)
		}
		if list, counted, inFacets := voted(h); len(list) != 1 || list[0].Number != 5 || counted != 1 || inFacets != 1 {
			t.Errorf("%+v, %d, %d", list, counted, inFacets)
		}
		if entries := told(h, "proposal_decided"); len(entries) != 3 || !strings.Contains(entries[2], "instead_of") {
			t.Errorf("%v", entries)
		}
		// Once people vote, nothing enters or leaves.
		late := 21 * 24 * time.Hour
		f, err := h.File(h.In(late), h.Of, sonia, slug, 5)
		if err != nil {
			t.Fatal(err)
		}
		a.Version = f.Assessment.Version
		if _, err := h.Save(h.In(late), h.Of, sonia, slug, 5, a); err != nil {
			t.Fatal(err)
		}
		_, err = h.SetWave(h.In(late), h.Of, denis, slug, decision.Wave{Title: "Trop tard", PublishAt: h.Now.Add(late + time.Hour)})
		wants(t, "a wave while people vote", err, fault.Invalid)
	})
}

func TestTwoWhoAssessLoseNothingAndWhatIsSignedStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		now, sonia, denis := h.In(0), h.People["sonia"], h.People["denis"]
		if _, err := h.Save(now, h.Of, sonia, slug, 3, decision.Assessment{Explanation: "Un début."}); err != nil {
			t.Fatal(err)
		}
		_, err := h.Save(now, h.Of, denis, slug, 3, decision.Assessment{Explanation: "Autre chose."})
		wants(t, "from an older version", err, fault.Conflict)
		ready := decisiontest.Refusal()
		ready.Version, ready.Possible = 1, ""
		_, err = h.Save(now, h.Of, sonia, slug, 3, ready)
		wants(t, "handed over without a way", err, fault.Invalid)
		for _, who := range []string{"", "ana", "alex", "omar", "elsa"} {
			_, err := h.Save(now, h.Of, h.People[who], slug, 3, decision.Assessment{Version: 1})
			wants(t, who+" assesses", err, fault.Forbidden)
			_, err = h.Sign(now, h.Of, h.People[who], slug, []int{3}, ids.Random())
			wants(t, who+" signs", err, fault.Forbidden)
		}
		_, err = h.Sign(now, h.Of, sonia, slug, []int{3}, ids.Random())
		wants(t, "the supervisor signs", err, fault.Forbidden)
		w, err := h.SetWave(now, h.Of, denis, slug, decision.Wave{Title: "Vague", PublishAt: h.Now.Add(48 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Sign(now, h.Of, denis, slug, []int{3}, w.ID)
		wants(t, "a draft is signed", err, fault.Invalid)
		ready = decisiontest.Refusal()
		ready.Version = 1
		if _, err := h.Save(now, h.Of, sonia, slug, 3, ready); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Sign(now, h.Of, denis, slug, []int{3, 3}, w.ID); err != nil { // one number sent twice is one
			t.Fatal(err)
		}
		ready.Version = 2
		_, err = h.Save(now, h.Of, sonia, slug, 3, ready)
		wants(t, "what is signed is changed", err, fault.Conflict)
		// The wave is moved: what is signed for it follows.
		w.PublishAt, w.TellAt = h.Now.Add(72*time.Hour), time.Time{}
		if _, err := h.SetWave(now, h.Of, denis, slug, w); err != nil {
			t.Fatal(err)
		}
		if s := shown(h, 48*time.Hour, "", 3); len(s.Decisions) != 0 {
			t.Error("it comes out on its old date")
		}
		if err := h.Unsign(now, h.Of, denis, slug, 3); err != nil {
			t.Fatal(err)
		}
		if s := shown(h, 80*time.Hour, "", 3); len(s.Decisions) != 0 {
			t.Error("what is taken back comes out")
		}
		wants(t, "it is taken back again", h.Unsign(now, h.Of, denis, slug, 3), fault.NotFound)
	})
}

func TestAnAppealGoesToAnotherPersonThanWhoDecided(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		h.Decide(2*time.Hour, map[int]decision.Assessment{3: decisiontest.Refusal(), 2: decisiontest.Refusal()})
		work(h, 2*time.Hour, decision.PublishJob)
		then, ana := h.In(3*time.Hour), h.People["ana"]
		const text = "La métropole a proposé de payer l’énergie pendant dix ans, je joins sa lettre. TEXTE-PERSONNEL"
		for _, who := range []string{"", "boris", "sonia"} {
			_, err := h.Appeal(then, h.Of, h.People[who], slug, 3, text)
			wants(t, who+" appeals for another", err, fault.NotFound)
		}
		_, err := h.Appeal(h.In(0), h.Of, ana, slug, 3, text)
		wants(t, "before the decision", err, fault.NotFound)
		_, err = h.Appeal(then, h.Of, ana, slug, 3, "Non.")
		wants(t, "a word", err, fault.Invalid)
		_, err = h.Appeal(h.In(17*24*time.Hour), h.Of, ana, slug, 3, text)
		wants(t, "after the window", err, fault.Closed)
		a, err := h.Appeal(then, h.Of, ana, slug, 3, text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.Appeal(then, h.Of, ana, slug, 3, text); err != nil || again.ID != a.ID {
			t.Errorf("sent twice: %v, %v", again.ID, err)
		}
		if s := shown(h, 3*time.Hour, "boris", 3); len(s.Appeals) != 1 || s.Appeals[0].Body != "" {
			t.Errorf("others read it: %+v", s.Appeals)
		}
		if letters := mails(h, "appeal_sent"); len(letters) != 1 || letters[0].Args["Receipt"] != a.Receipt() {
			t.Errorf("the receipt: %v", letters)
		}
		sonia := h.People["sonia"] // the assessment was hers
		sonia.Roles = h.People["dora"].Roles
		answer := decision.Answer{Result: decision.Confirmed, Text: "Après une nouvelle étude, la lettre n’engage pas la métropole."}
		wants(t, "who decided answers", h.AnswerAppeal(then, h.Of, h.People["denis"], slug, a.ID, answer), fault.Forbidden)
		wants(t, "who assessed answers, and may decide", h.AnswerAppeal(then, h.Of, sonia, slug, a.ID, answer), fault.Forbidden)
		wants(t, "a service answers", h.AnswerAppeal(then, h.Of, h.People["alex"], slug, a.ID, answer), fault.Forbidden)
		wants(t, "its author answers", h.AnswerAppeal(then, h.Of, ana, slug, a.ID, answer), fault.Forbidden)
		wants(t, "one that there is not", h.AnswerAppeal(then, h.Of, h.People["dora"], slug, ids.Random(), answer), fault.NotFound)
		wants(t, "changed without saying to what", h.AnswerAppeal(then, h.Of, h.People["dora"], slug, a.ID, decision.Answer{Result: decision.Changed, Text: answer.Text}), fault.Invalid)
		cost := int64(4_000_000)
		if _, err := h.Save(then, h.Of, h.People["sonia"], slug, 3, decision.Assessment{Outcome: decision.ToVote, Cost: &cost, Explanation: why, Ready: true, Version: 1}); err != nil {
			t.Fatal(err)
		}
		soon, err := h.SetWave(then, h.Of, h.People["denis"], slug, decision.Wave{Title: "Autour", PublishAt: h.Now.Add(9 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Sign(then, h.Of, h.People["denis"], slug, []int{3}, soon.ID)
		wants(t, "who decided signs around the appeal", err, fault.Conflict)
		if err := h.AnswerAppeal(then, h.Of, h.People["dora"], slug, a.ID, decision.Answer{Result: decision.Changed, Text: "La métropole s’engage par écrit : le projet ira au vote."}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"", "boris"} {
			if s := shown(h, 3*time.Hour+time.Minute, who, 3); s.Appeals[0].Result != decision.Waiting || s.Appeals[0].Answer != "" || !s.Appeals[0].AnsweredAt.IsZero() {
				t.Errorf("%q reads the answer before its decision: %+v", who, s.Appeals[0])
			}
		}
		if s := shown(h, 3*time.Hour+time.Minute, "ana", 3); s.Appeals[0].Result != decision.Changed {
			t.Errorf("its author does not read the answer: %+v", s.Appeals[0])
		}
		for _, entry := range told(h, "appeal_answered") {
			if strings.Contains(entry, "changed") {
				t.Errorf("the journal says the result before its date: %s", entry)
			}
		}
		wants(t, "it is answered twice", h.AnswerAppeal(then, h.Of, h.People["dora"], slug, a.ID, answer), fault.Conflict)
		work(h, 4*time.Hour, decision.PublishJob)
		if s := shown(h, 4*time.Hour, "", 3); len(s.Decisions) != 2 || s.Last().Outcome != decision.ToVote || s.Last().Appeal != a.ID || s.Appeals[0].Result != decision.Changed {
			t.Errorf("%+v", s)
		}
		if list, _, _ := voted(h); len(list) != 1 || list[0].Number != 3 {
			t.Errorf("%+v", list)
		}
		for _, kind := range []string{"decision_appealed", "appeal_answered"} {
			if entries := told(h, kind); len(entries) != 1 || strings.Contains(entries[0], "TEXTE-PERSONNEL") {
				t.Errorf("%s: %v", kind, entries)
			}
		}
	})
}

func TestWhatIsToBeReworkedIsItsAuthorsUntilTheDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		h.Decide(2*time.Hour, map[int]decision.Assessment{5: {Outcome: decision.Rework, Explanation: "Le stade sera agrandi du côté où vous plantez.", Possible: "Plantez au nord.", Deadline: h.Now.AddDate(0, 0, 7), Ready: true}})
		deposits, dia := deposit.NewService(d), h.People["dia"]
		edit := func(later time.Duration) error {
			call, err := deposits.Call(h.In(later), h.Of, dia, slug)
			if err != nil {
				t.Fatal(err)
			}
			content := call.Mine[0].Content
			content.Title = "Un verger au nord du stade"
			content.District = "ouest"
			_, err = deposits.Edit(h.In(later), h.Of, dia, slug, call.Mine[0].ID, content, deposit.Upload{})
			return err
		}
		wants(t, "before the decision", edit(time.Hour), fault.Closed)
		work(h, 2*time.Hour, decision.PublishJob)
		stage := func(later time.Duration) decision.Stage {
			b, err := h.Board(h.In(later), h.Of, h.People["sonia"], slug)
			if err != nil {
				t.Fatal(err)
			}
			return b.Lines[4].Stage
		}
		if got := stage(3 * time.Hour); got != decision.Answered {
			t.Errorf("asked: %s", got)
		}
		if err := edit(3 * time.Hour); err != nil {
			t.Errorf("during the days for it: %v", err)
		}
		if got := stage(4 * time.Hour); got != decision.Returned {
			t.Errorf("reworked: %s", got)
		}
		wants(t, "after its date", edit(7*24*time.Hour), fault.Closed)
	})
}

func TestProposalsBecomeOneWithAllTheirAuthorsOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		now, sonia := h.In(0), h.People["sonia"]
		h.Write(now, func(ctx context.Context, tx db.Tx) error {
			return proposal.Follow(ctx, tx, h.Of.Key, h.Proposals[3].ID, h.People["dia"].ID, tx.Now(), false)
		})
		const reason = "Les deux projets demandent des bancs dans le même quartier."
		until := h.Now.AddDate(0, 0, 5)
		wants(t, "one alone", h.AskMerge(now, h.Of, sonia, slug, 1, []int{1}, reason, until), fault.Invalid)
		wants(t, "one that there is not", h.AskMerge(now, h.Of, sonia, slug, 1, []int{99}, reason, until), fault.Invalid)
		wants(t, "a resident asks", h.AskMerge(now, h.Of, h.People["ana"], slug, 1, []int{4}, reason, until), fault.Forbidden)
		if err := h.AskMerge(now, h.Of, sonia, slug, 1, []int{4}, reason, until); err != nil {
			t.Fatal(err)
		}
		wants(t, "asked twice", h.AskMerge(now, h.Of, sonia, slug, 4, []int{5}, reason, until), fault.Conflict)
		if n := len(mails(h, "merge_asked")); n != 2 {
			t.Errorf("%d authors are asked", n)
		}
		if s := shown(h, 0, "boris", 1); s.Merger != nil {
			t.Error("others see the question")
		}
		answer := func(later time.Duration, who string, number int, yes bool) error {
			return h.AnswerMerge(h.In(later), h.Of, h.People[who], slug, number, yes)
		}
		wants(t, "another answers", answer(0, "boris", 4, true), fault.NotFound)
		if err := answer(0, "ana", 1, true); err != nil {
			t.Fatal(err)
		}
		wants(t, "after the date nothing happens", answer(6*24*time.Hour, "chloe", 4, true), fault.Closed)
		if err := answer(time.Hour, "chloe", 4, true); err != nil {
			t.Fatal(err)
		}
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := proposal.OfProject(ctx, tx, h.Of.Key, h.Steps[0].Project)
			if err != nil || len(list) != 4 {
				t.Errorf("%d are left, %v", len(list), err)
			}
			p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.Steps[0].Project, 4)
			if p.Trashed != proposal.Merged || !p.Trashed.Readable() || p.Title == "" {
				t.Errorf("the merged one: %+v", p)
			}
			n, _, err2 := proposal.Following(ctx, tx, h.Of.Key, h.Proposals[0].ID, ids.ID{})
			if n != 1 || err2 != nil {
				t.Errorf("%d follow the common one, %v", n, err2)
			}
			return err
		})
		if err := d.Write(h.Context(), func(ctx context.Context, tx db.Tx) error { // moderation hides it, and gives it back
			p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.Steps[0].Project, 4)
			if err == nil {
				err = proposal.TakeOut(ctx, tx, h.Of.Key, p, proposal.Invisible, "", h.Now)
			}
			if err == nil {
				err = proposal.PutBack(ctx, tx, h.Of.Key, p, nil)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			p, _, err := proposal.Numbered(ctx, tx, h.Of.Key, h.Steps[0].Project, 4)
			if p.Trashed != proposal.Merged || p.TrashedReason == "" {
				t.Errorf("once moderation gave it back: %q, %q", p.Trashed, p.TrashedReason)
			}
			return err
		})
		if s := shown(h, time.Hour, "", 4); s.Merger == nil || s.Merger.Common != h.Proposals[0].ID || len(s.Parts) != 2 {
			t.Errorf("the merged one does not lead to the common one: %+v", s.Merger)
		}
		if entries := told(h, "proposals_merged"); len(entries) != 1 {
			t.Errorf("%v", entries)
		}
	})
}

func TestTheBoardTakesAsManyStatementsWhateverItHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		ask := func() int64 {
			ctx, n := db.CountStatements(h.In(0))
			b, err := h.Board(ctx, h.Of, h.People["sonia"], slug)
			if err != nil {
				t.Fatal(err)
			}
			list, all := b.Loads()
			if len(list) != 2 || all.Open != 1 || all.Late != 1 || all.Given != 5 || list[0].Late != 1 {
				t.Errorf("loads: %+v, %+v", list, all)
			}
			return n.Load()
		}
		few := ask()
		h.Decide(2*time.Hour, map[int]decision.Assessment{1: decisiontest.Voted(1_500_000, why), 3: decisiontest.Refusal()})
		if more := ask(); more != few || few > 20 {
			t.Errorf("%d statements, then %d", few, more)
		}
		b, err := h.Board(h.In(0), h.Of, h.People["sonia"], slug)
		if err != nil {
			t.Fatal(err)
		}
		if _, sum := b.Shares(); sum.Vote != 1 || sum.Money != 1_500_000 || sum.Other != 1 || sum.Open != 3 {
			t.Errorf("as it stands: %+v", sum)
		}
		n, err := h.Propose(h.In(0), h.Of, h.People["sonia"], slug, []int{2})
		wants(t, "several at once on which services differ", err, fault.Invalid)
		_ = n
	})
}

func TestAppealsGoWithTheirPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := decisiontest.New(t, d, "ville")
		h.Decide(2*time.Hour, map[int]decision.Assessment{3: decisiontest.Refusal()})
		if _, err := h.Appeal(h.In(3*time.Hour), h.Of, h.People["ana"], slug, 3, "Je demande que l’on regarde encore, voici pourquoi."); err != nil {
			t.Fatal(err)
		}
		room := decision.Room()
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			own, err := room.Export(ctx, tx, h.Of.Key, h.People["ana"].ID)
			if raw, _ := json.Marshal(own); !strings.Contains(string(raw), "regarde encore") {
				t.Errorf("the export: %s", raw)
			}
			return err
		})
		h.Write(h.Context(), func(ctx context.Context, tx db.Tx) error {
			return room.Forget(ctx, tx, h.Of.Key, h.People["ana"].ID, false)
		})
		h.Read(h.Context(), func(ctx context.Context, tx db.Tx) error {
			list, err := decision.AppealsIn(ctx, tx, h.Of.Key, h.Steps[0].Project)
			if len(list) != 1 || list[0].Body != "" {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}

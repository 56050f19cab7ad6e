package deposit_test

import (
	"context"
	"slices"
	"strings"
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
	"github.com/parvis-civic/parvis/internal/journal"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// organiser runs editions.
var organiser = account.Person{ID: ids.Random(), Email: "claire@exemple.fr", Proved: true, Roles: access.Roles(0).With(access.Resident, access.Organiser)}

func (h *house) setup() (*project.Service, *deposit.Setup) {
	editions := project.NewService(h.d, deposit.Part())
	return editions, deposit.NewSetup(editions)
}

// entries are the kinds and bodies of the journal's entries.
func (h *house) entries() (list []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx db.Tx) error {
		entries, err := journal.Pending(ctx, tx, h.of.Key, 100)
		for _, e := range entries {
			list = append(list, e.Kind+" "+e.Body)
		}
		return err
	})
	return list
}

func TestTheFormOfAPublishedEditionChangesWithAPublicReasonAndKeepsWhatWasAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		_, setup := h.setup()
		ctx := t.Context()
		if err := setup.SetForm(ctx, h.of, proved(h.nobody()), budget, ids.ID{}, asked(), "Parce que"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a resident changes the form: %v", err)
		}
		if err := setup.SetForm(ctx, h.of, organiser, budget, ids.ID{}, asked(), ""); !slices.Equal(wrong(err), []string{"reason"}) {
			t.Errorf("without a reason: %v", err)
		}
		if err := setup.SetForm(ctx, h.of, organiser, budget, ids.ID{}, asked(), "Parce que"); err != nil {
			t.Fatal(err)
		}
		content := whole()
		content.Answers = map[string]deposit.Answer{"pourquoi": {Values: []string{"Un secret"}}}
		_, p := h.publish(proved(h.nobody()), content)
		design, err := setup.Design(ctx, h.of, organiser, budget, ids.ID{})
		if err != nil || design.Usage.Answers["pourquoi"] != 1 || design.Usage.Answers["combien"] != 0 {
			t.Errorf("answers: %v, %v", design.Usage, err)
		}
		fresh := deposit.DefaultForm()
		if err := setup.SetForm(ctx, h.of, organiser, budget, ids.ID{}, fresh, "C'était de trop"); err != nil {
			t.Fatal(err)
		}
		h.read(func(ctx context.Context, tx db.Tx) error {
			of, _, err := deposit.DepositOf(ctx, tx, h.of.Key, p.ID)
			if err != nil {
				return err
			}
			f, err := deposit.FormOf(ctx, tx, h.of.Key, h.step)
			if said := f.PrivateAnswers(of.Content, i18n.FR); len(said) != 1 || said[0].Answer != "Un secret" || len(f.Asked()) != 0 {
				t.Errorf("after the question was retired: %+v of %+v", said, f.Questions)
			}
			changes, err2 := project.Amendments(ctx, tx, h.of.Key, p.Project, 10)
			if len(changes) != 2 || changes[0].Kind != project.FormChanged || changes[0].Reason != "C'était de trop" {
				t.Errorf("changes: %+v, %v", changes, err2)
			}
			return err
		})
		told := slices.DeleteFunc(h.entries(), func(e string) bool { return !strings.HasPrefix(e, "deposit_form_changed") })
		if len(told) != 2 || !strings.Contains(told[1], "C'était de trop") || !strings.Contains(told[1], `"removed":["pourquoi","combien","ou"]`) || strings.Contains(told[1], "secret") {
			t.Errorf("the journal says %q", told)
		}
		if err := setup.SetForm(ctx, h.of, organiser, budget, ids.ID{}, fresh, ""); err != nil { // nothing changes: nothing is told
			t.Errorf("saved as it is: %v", err)
		}
	})
}

func TestATopicInUseIsRetiredOrMergedAndItsProposalsFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		_, setup := h.setup()
		ctx := t.Context()
		ana := proved(h.nobody())
		mine, _ := h.publish(ana, whole())
		read := func() deposit.Topics {
			topics, err := setup.Topics(ctx, h.of, organiser, budget)
			if err != nil {
				t.Fatal(err)
			}
			return topics
		}
		was := read()
		if was.Categories[0].Slug != "nature" || was.Categories[0].Used != 1 || was.Categories[1].Used != 0 {
			t.Fatalf("topics: %+v", was.Categories)
		}
		if err := setup.SetTopics(ctx, h.of, organiser, budget, was.Categories[1:], nil, "Parce que"); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("one in use is left out: %v", err)
		}
		fresh := []deposit.Topic{{Name: "Le climat", Other: "Climate"}, was.Categories[1], was.Categories[0]}
		fresh[2].Name, fresh[2].Retired = "Les arbres", true
		if err := setup.SetTopics(ctx, h.of, organiser, budget, fresh, []deposit.Topic{{Name: "Eau"}}, ""); !slices.Equal(wrong(err), []string{"reason"}) {
			t.Errorf("without a reason: %v", err)
		}
		if err := setup.SetTopics(ctx, h.of, organiser, budget, fresh, []deposit.Topic{{Name: "Eau"}}, "Plus clair"); err != nil {
			t.Fatal(err)
		}
		now := read()
		if now.Categories[0].Slug != "le-climat" || now.Categories[2].Name != "Les arbres" || !now.Categories[2].Retired || len(now.Themes) != 1 {
			t.Errorf("topics: %+v", now)
		}
		facet := func() (list []string) {
			h.read(func(ctx context.Context, tx db.Tx) error {
				facets, err := proposal.Facets(ctx, tx, h.of.Key, h.step)
				for _, f := range facets {
					if f.Kind == proposal.TagCategory {
						list = append(list, f.Name)
					}
				}
				return err
			})
			return list
		}
		if got := facet(); !slices.Equal(got, []string{"Les arbres"}) {
			t.Errorf("lists name %v", got)
		}
		// Whoever begins is not offered it any more; who had it keeps it.
		if _, err := h.Publish(ctx, h.of, ana, budget, h.save(ana, whole()).ID, 0); !slices.Equal(wrong(err), []string{"category"}) {
			t.Errorf("a new one with a retired category: %v", err)
		}
		if _, err := h.Edit(ctx, h.of, ana, budget, mine.ID, whole(), deposit.Upload{}); err != nil {
			t.Errorf("an author who had it: %v", err)
		}
		if err := setup.Merge(ctx, h.of, organiser, budget, proposal.TagCategory, now.Categories[2].ID, now.Categories[2].ID, "Parce que"); !slices.Equal(wrong(err), []string{"to"}) {
			t.Errorf("merged into itself: %v", err)
		}
		if err := setup.Merge(ctx, h.of, organiser, budget, proposal.TagCategory, now.Categories[2].ID, now.Categories[0].ID, "La même chose"); err != nil {
			t.Fatal(err)
		}
		if got := facet(); !slices.Equal(got, []string{"Le climat"}) {
			t.Errorf("after the merge lists name %v", got)
		}
		if list := h.found("bancs", proposal.Tag{Kind: proposal.TagCategory, Slug: "le-climat"}); len(list) != 1 {
			t.Errorf("after the merge %d are found", len(list))
		}
		if _, own, err := h.CallOn(ctx, h.of, ana, budget, mine.ID); err != nil || own.Content.Category != "le-climat" {
			t.Errorf("its author finds %q: %v", own.Content.Category, err)
		}
		if told := strings.Join(h.entries(), "\n"); !strings.Contains(told, "topics_changed") || !strings.Contains(told, `topics_merged`) || !strings.Contains(told, "La même chose") {
			t.Errorf("the journal says %s", told)
		}
	})
}

func TestAnEditionBeginsWithItsModelsFormAndACopyHasTheOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		editions, setup := h.setup()
		ctx := t.Context()
		slug, err := editions.Create(ctx, h.of, organiser, project.New{Model: project.ModelUniversity, Title: "Le campus", Language: i18n.FR})
		if err != nil {
			t.Fatal(err)
		}
		begun, err := setup.Design(ctx, h.of, organiser, slug, ids.ID{})
		if err != nil || begun.Form.District != deposit.Absent || begun.Categories[0].Name != "Vie du campus" || begun.Categories[0].Other != "Campus life" {
			t.Errorf("begins with %+v, %+v: %v", begun.Form, begun.Categories, err)
		}
		f := asked()
		f.Words = map[string]deposit.Words{"title": {Label: text("Votre idée")}}
		if err := setup.SetForm(ctx, h.of, organiser, slug, ids.ID{}, f, ""); err != nil {
			t.Fatal(err)
		}
		copied, err := editions.Duplicate(ctx, h.of, organiser, slug, "Le campus, encore")
		if err != nil {
			t.Fatal(err)
		}
		again, err := setup.Design(ctx, h.of, organiser, copied, ids.ID{})
		if err != nil || len(again.Form.Questions) != 3 || again.Form.Words["title"].Label.FR != "Votre idée" || len(again.Categories) != len(begun.Categories) || again.Categories[0].ID == begun.Categories[0].ID {
			t.Errorf("the copy has %+v, %+v: %v", again.Form, again.Categories, err)
		}
		e, err := editions.Edition(ctx, h.of, organiser, copied)
		lacks := map[string]bool{}
		for _, c := range e.Checklist() {
			lacks[c.Key] = !c.Done
		}
		if err != nil || !lacks["form"] || !lacks["topics"] || !lacks["questions_said"] || lacks["categories"] {
			t.Errorf("the check-list lacks %v: %v", lacks, err)
		}
		for _, one := range []string{slug, copied} {
			if err := editions.Discard(ctx, h.of, organiser, one); err != nil {
				t.Fatal(err)
			}
		}
		rows := dbtest.Rows(t, d)[h.of.Key]
		if len(rows["deposit_form"]) != 0 || len(rows["category"]) != 2 {
			t.Errorf("deleted drafts leave %d forms and %d categories", len(rows["deposit_form"]), len(rows["category"]))
		}
	})
}

func TestAThemeOfSeveralEditionsKeepsItsWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		editions, setup := h.setup()
		ctx := t.Context()
		topics := func(slug string) deposit.Topics {
			t.Helper()
			list, err := setup.Topics(ctx, h.of, organiser, slug)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		first := append(topics(budget).Themes, deposit.Topic{Name: "Grand air", Other: "Open air"})
		if err := setup.SetTopics(ctx, h.of, organiser, budget, topics(budget).Categories, first, "Parce que"); err != nil {
			t.Fatal(err)
		}
		other, err := editions.Create(ctx, h.of, organiser, project.New{Model: project.ModelSimple, Title: "Autre", Population: 6_000, Language: i18n.FR})
		if err != nil {
			t.Fatal(err)
		}
		if err := setup.SetTopics(ctx, h.of, organiser, other, topics(other).Categories, []deposit.Topic{{Name: "GRAND AIR"}}, ""); err != nil {
			t.Fatal(err)
		}
		for _, slug := range []string{budget, other} {
			themes := topics(slug).Themes
			if last := themes[len(themes)-1]; last.Name != "Grand air" || last.Other != "Open air" {
				t.Errorf("%s calls it %q, %q", slug, last.Name, last.Other)
			}
		}
		renamed := topics(other).Themes
		renamed[0].Name = "Sport"
		if err := setup.SetTopics(ctx, h.of, organiser, other, topics(other).Categories, renamed, ""); !slices.Equal(wrong(err), []string{deposit.TopicField(proposal.TagTheme, 0, "name")}) {
			t.Errorf("a theme that another edition has is renamed: %v", err)
		}
	})
}

// What is published is read against the edition as it stands, so that a change waits for it.
func TestAChangeOfTopicsWaitsForAPublication(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		_, setup := h.setup()
		was, err := setup.Topics(t.Context(), h.of, organiser, budget)
		if err != nil {
			t.Fatal(err)
		}
		merge := func(ctx context.Context) error {
			return setup.Merge(ctx, h.of, organiser, budget, proposal.TagCategory, was.Categories[0].ID, was.Categories[1].ID, "Parce que")
		}
		held, done := make(chan struct{}), make(chan struct{})
		over := make(chan error, 1)
		go func() {
			over <- h.d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				if err := tx.Lock(ctx, project.DepositsLock(h.of, budget)); err != nil {
					return err
				}
				select {
				case <-held: // run a second time
				default:
					close(held)
				}
				<-done
				return nil
			})
		}()
		<-held
		soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := merge(soon); err == nil || soon.Err() == nil {
			t.Errorf("it does not wait: %v", err)
		}
		close(done)
		if err := <-over; err != nil {
			t.Fatal(err)
		}
		if err := merge(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestAFileOfAKindThatIsNotAskedForIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		form := deposit.DefaultForm()
		form.Questions = []deposit.Question{{Key: "plan", Kind: deposit.FileInput, Need: deposit.Optional, Label: asked().Questions[0].Label, Files: []deposit.FileKind{deposit.Picture}}}
		h.write(func(ctx context.Context, tx db.Tx) error { return deposit.SetForm(ctx, tx, h.of.Key, h.step, form) })
		pdf, err := deposit.ReadFile("plan.pdf", []byte("%PDF-1.7"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Save(t.Context(), h.of, proved(h.nobody()), budget, ids.ID{}, whole(), deposit.Upload{Files: map[string]deposit.File{"plan": pdf}})
		if !slices.Equal(wrong(err), []string{form.Questions[0].Field()}) {
			t.Errorf("a PDF where a picture is asked for: %v", err)
		}
	})
}

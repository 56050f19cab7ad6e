package deposit_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// own is a criterion of the organiser's.
func own(key string, need deposit.Need) deposit.Asked {
	return deposit.Asked{Key: key, Label: text("Est-ce sur un terrain de la ville ?"), Wanted: deposit.Yes, Need: need, Article: "budget"}
}

func TestAnOrganisersCriterionIsAskedAndExcludesNobody(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		need         deposit.Need
		refused      bool
		outside      bool
	}{
		{"what is awaited", "yes", deposit.Required, false, false},
		{"the other answer", "no", deposit.Required, false, true},
		{"who does not know", "unsure", deposit.Required, false, false},
		{"no answer", "", deposit.Required, true, false},
		{"no answer where none is needed", "", deposit.Optional, false, false},
		{"an answer that is none, where none is needed", "peut-être", deposit.Optional, true, false},
	} {
		s, content := setting(), least()
		s.Form.Criteria = []deposit.Asked{own("terrain", c.need), {Key: "ancien", Retired: true}}
		content.Criteria = map[string]string{"terrain": c.answer}
		_, err := s.Check(content, false)
		if refused := slices.Contains(wrong(err), "c-terrain"); refused != c.refused || err != nil && !refused {
			t.Errorf("%s: %v", c.name, err)
		}
		if outside := s.Outside(content); !c.refused && (len(outside) == 1) != c.outside {
			t.Errorf("%s: outside for %+v", c.name, outside)
		}
	}
}

func TestACriterionThatCannotBeAskedIsRefused(t *testing.T) {
	for name, break_ := range map[string]func(*deposit.Asked){
		"one without a question":   func(k *deposit.Asked) { k.Label = rulebook.Text{} },
		"one that awaits a maybe":  func(k *deposit.Asked) { k.Wanted = deposit.Unsure },
		"one that is not asked":    func(k *deposit.Asked) { k.Need = deposit.Absent },
		"one of the règlement's":   func(k *deposit.Asked) { k.Key = string(deposit.NotBarred) },
		"one with another's place": func(k *deposit.Asked) { k.Key = "autre" },
	} {
		f := deposit.DefaultForm()
		f.Criteria = []deposit.Asked{own("autre", deposit.Required), own("terrain", deposit.Required)}
		if err := f.Validate(); err != nil {
			t.Fatal(err)
		}
		break_(&f.Criteria[1])
		if err := f.Validate(); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACriterionThatWasAnsweredIsRetiredAndItsKeyIsNotGivenAgain(t *testing.T) {
	f := deposit.DefaultForm()
	f.Criteria = []deposit.Asked{own("barred-2", deposit.Required), own("est-ce-sur-un-terrain-de-la", deposit.Required)}
	fresh := deposit.DefaultForm()
	fresh.Criteria = []deposit.Asked{{Label: text("Barred"), Wanted: deposit.No, Need: deposit.Optional}}
	changed, err := f.Changed(fresh, deposit.Usage{Criteria: map[string]int{"barred-2": 1}})
	if err != nil || len(changed.Criteria) != 2 || changed.Criteria[0].Key != "barred-3" || changed.Criteria[1].Key != "barred-2" || !changed.Criteria[1].Retired {
		t.Errorf("criteria: %+v, %v", changed.Criteria, err)
	}
}

// second adds another deposit, whose form asks « Pourquoi ? », to the edition.
func (h *house) second(from, to time.Duration) (step ids.ID) {
	h.t.Helper()
	step = ids.Random()
	h.write(func(ctx context.Context, tx db.Tx) error {
		v, err := project.Load(ctx, tx, h.of.Key, budget, tx.Now())
		if err != nil {
			return err
		}
		if err := project.InsertSteps(ctx, tx, h.of.Key, []project.Step{{ID: step, Project: v.ID, Position: 2, Kind: project.Collect, Slug: "encore", StartsAt: tx.Now().Add(from), EndsAt: tx.Now().Add(to)}}); err != nil {
			return err
		}
		f := deposit.DefaultForm()
		f.Questions = []deposit.Question{{Key: "pourquoi", Kind: deposit.ShortText, Need: deposit.Required, Label: text("Pourquoi ?")}}
		return deposit.SetForm(ctx, tx, h.of.Key, step, f)
	})
	return step
}

func TestEachDepositOfAnEditionHasItsForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		second := h.second(2*time.Hour, 4*time.Hour)
		_, setup := h.setup()
		ana := proved(h.nobody())
		online, _ := h.publish(ana, whole())
		draft := h.save(ana, whole())
		if c, _, err := h.CallOn(t.Context(), h.of, ana, budget, draft.ID); err != nil || c.Step.ID != h.step || len(c.Form.Questions) != 0 {
			t.Fatalf("the first deposit has the form %+v, %v", c.Form.Questions, err)
		}
		between, later := db.At(t.Context(), time.Now().Add(90*time.Minute)), db.At(t.Context(), time.Now().Add(3*time.Hour))
		if c, err := h.Call(between, h.of, account.Person{}, budget); err != nil || c.Step.ID != second || c.Phase != project.Future {
			t.Errorf("between the two, the one that opens next is not told: %v %v, %v", c.Step.Slug, c.Phase, err)
		}
		if c, _, err := h.CallOn(later, h.of, ana, budget, online.ID); err != nil || c.Step.ID != h.step || c.Open(ana, online) {
			t.Errorf("what was published in the first one is changed in the second one: %v, %v", c.Step.Slug, err)
		}
		if _, err := h.Edit(later, h.of, ana, budget, online.ID, whole(), deposit.Upload{}); !fault.Is(err, fault.Closed) {
			t.Errorf("it is edited: %v", err)
		}
		if _, err := h.Publish(later, h.of, ana, budget, draft.ID, 0); !slices.Equal(wrong(err), []string{"q-pourquoi"}) {
			t.Errorf("a draft that goes on in the second one is published by the first one's form: %v", err)
		}
		content := whole()
		content.Answers = map[string]deposit.Answer{"pourquoi": {Values: []string{"Pour l'ombre"}}}
		if _, err := h.Save(later, h.of, ana, budget, draft.ID, content, deposit.Upload{}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Publish(later, h.of, ana, budget, draft.ID, 0); err != nil {
			t.Fatal(err)
		}
		if c, of, err := h.CallOn(later, h.of, ana, budget, draft.ID); err != nil || of.Step != second || c.Step.ID != second {
			t.Errorf("it is in %v, %v", of.Step, err)
		}
		form := deposit.DefaultForm()
		form.Criteria = []deposit.Asked{own("", deposit.Optional)}
		if err := setup.SetForm(t.Context(), h.of, organiser, budget, h.step, form, "Parce que"); err != nil {
			t.Fatal(err)
		}
		for step, want := range map[ids.ID][2]int{h.step: {0, 1}, second: {1, 0}} {
			design, err := setup.Design(t.Context(), h.of, organiser, budget, step)
			if err != nil || len(design.Form.Questions) != want[0] || len(design.Form.Criteria) != want[1] || design.Usage.Answers["pourquoi"] != want[0] {
				t.Errorf("the form of a deposit: %+v, %v, %v", design.Form, design.Usage, err)
			}
		}
		if _, err := setup.Design(t.Context(), h.of, organiser, budget, ids.Random()); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deposit that is none: %v", err)
		}
	})
}

// An organiser who makes a question public counts the answers that were given for the services alone, so that a draft that is
// being kept comes first or later, never meanwhile.
func TestADraftIsNotKeptWhileItsFormChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, time.Hour)
		h.write(func(ctx context.Context, tx db.Tx) error { return deposit.SetForm(ctx, tx, h.of.Key, h.step, asked()) })
		_, setup := h.setup()
		ana := proved(h.nobody())
		content := whole()
		content.Answers = map[string]deposit.Answer{"pourquoi": {Values: []string{"Un secret"}}}
		keep := func(ctx context.Context) error {
			_, err := h.Save(ctx, h.of, ana, budget, ids.ID{}, content, deposit.Upload{})
			return err
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
		if err := keep(soon); err == nil || soon.Err() == nil {
			t.Errorf("it does not wait: %v", err)
		}
		close(done)
		if err := <-over; err != nil {
			t.Fatal(err)
		}
		if err := keep(t.Context()); err != nil {
			t.Fatal(err)
		}
		public := asked()
		public.Questions[0].Public = true
		if err := setup.SetForm(t.Context(), h.of, organiser, budget, ids.ID{}, public, "Parce que"); !slices.Equal(wrong(err), []string{"q[0].public"}) {
			t.Errorf("an answer that was given for the services alone becomes public: %v", err)
		}
	})
}

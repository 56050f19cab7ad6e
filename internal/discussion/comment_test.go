package discussion_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func TestACommentIsReadAnsweredCountedAndInTheJournalWithoutItsWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		first := f.post(t, 0, "lea", ids.ID{}, "  Bonne idée,\r\nvraiment.\n\n\n\nEt les chiens ? ")
		answer := f.post(t, time.Minute, "marc", first.ID, "Ils auront leur coin.")
		beside := f.post(t, 2*time.Minute, "lea", answer.ID, "Merci.")
		if beside.Parent != first.ID {
			t.Errorf("an answer to an answer stands under %v, want beside it", beside.Parent)
		}
		second := f.post(t, 3*time.Minute, "marc", ids.ID{}, "Et la nuit ?")
		newest, n := f.list(t, discussion.Query{})
		if n != 4 || len(newest) != 2 || newest[0].ID != second.ID || newest[1].Body != "Bonne idée,\nvraiment.\n\nEt les chiens ?" || newest[1].Name != "lea" {
			t.Errorf("%d comments stand, the newest first: %+v", n, newest)
		}
		oldest, _ := f.list(t, discussion.Query{Oldest: true, Limit: 1})
		rest, _ := f.list(t, discussion.Query{Oldest: true, After: oldest[0].Key()})
		if oldest[0].ID != first.ID || len(rest) != 1 || rest[0].ID != second.ID {
			t.Errorf("the oldest first, page by page: %+v, then %+v", oldest, rest)
		}
		f.read(t, func(ctx context.Context, tx db.Tx) error {
			answers, err := discussion.Answers(ctx, tx, f.of.Key, first.Subject, []ids.ID{first.ID, second.ID})
			if got := answers[first.ID]; len(got) != 2 || got[0].ID != answer.ID || got[1].ID != beside.ID || len(answers[second.ID]) != 0 {
				t.Errorf("answers: %+v", answers)
			}
			return err
		})
		kinds, bodies := f.acts(t)
		if !slices.Equal(kinds, []string{"comment_published", "comment_published", "comment_published", "comment_published"}) {
			t.Errorf("the journal has %v", kinds)
		}
		for _, word := range []string{"idée", "lea", f.people["lea"].ID.String()} {
			if strings.Contains(bodies, word) {
				t.Errorf("the journal says %q: %s", word, bodies)
			}
		}
	})
}

func TestPressingTwiceIsOneComment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { f.post(t, 0, "lea", ids.ID{}, "Deux fois le même texte") })
		}
		wg.Wait()
		f.post(t, time.Minute, "marc", ids.ID{}, "Deux fois le même texte") // from somebody else
		if list, n := f.list(t, discussion.Query{}); n != 2 || len(list) != 2 {
			t.Errorf("%d comments, counted %d", len(list), n)
		}
	})
}

func TestWhoMayCommentAndWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f, other := city(t, d, "ici"), city(t, d, "ailleurs")
		post := func(ctx context.Context, who account.Person, number int, w discussion.Written) error {
			_, err := f.talk.Post(ctx, f.of, who, f.edition.Slug, number, w)
			return err
		}
		theirs := other.post(t, 0, "lea", ids.ID{}, "Chez nous")
		ours := f.post(t, 0, "lea", ids.ID{}, "Chez nous")
		lea, fine := f.people["lea"], discussion.Written{Body: "Un mot"}
		for _, c := range []struct {
			name string
			err  error
			want fault.Code
		}{
			{"who proved no address", post(at(t, 0), account.Person{ID: ids.Random()}, 1, fine), fault.Forbidden},
			{"an unknown proposal", post(at(t, 0), lea, 99, fine), fault.NotFound},
			{"nothing", post(at(t, 0), lea, 1, discussion.Written{Body: " \n "}), fault.Invalid},
			{"too much", post(at(t, 0), lea, 1, discussion.Written{Body: strings.Repeat("é", discussion.MaxBody+1)}), fault.Invalid},
			{"a name that is none", post(at(t, 0), lea, 1, discussion.Written{Body: "Un mot", Name: "<b>"}), fault.Invalid},
			{"an answer to nothing", post(at(t, 0), lea, 1, discussion.Written{Body: "Un mot", Parent: ids.Random()}), fault.NotFound},
			{"an answer to another platform's", post(at(t, 0), lea, 1, discussion.Written{Body: "Un mot", Parent: theirs.ID}), fault.NotFound},
			{"an answer to one on another proposal", post(at(t, 0), lea, 2, discussion.Written{Body: "Un mot", Parent: ours.ID}), fault.NotFound},
			{"before the first step", post(at(t, -8*24*time.Hour), lea, 1, fine), fault.Closed},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
			}
		}
		if err := f.talk.SetRule(at(t, 0), f.of, f.people["pilote"], f.edition.Slug, discussion.Rule{Until: discussion.VoteOpens, Reason: "Parce que"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor sets the rule: %v", err)
		}
		for _, r := range []discussion.Rule{{Until: "jamais", Reason: "Parce que"}, {Until: discussion.VoteOpens}} {
			if err := f.talk.SetRule(at(t, 0), f.of, f.people["organise"], f.edition.Slug, r); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", r, err)
			}
		}
		if err := f.talk.SetRule(at(t, 0), f.of, f.people["organise"], f.edition.Slug, discussion.Rule{Until: discussion.VoteOpens, Reason: "Pendant le vote, chacun choisit seul."}); err != nil {
			t.Fatal(err)
		}
		if err := post(at(t, 29*24*time.Hour), lea, 1, fine); err != nil {
			t.Errorf("before the vote: %v", err)
		}
		if err := post(at(t, 31*24*time.Hour), lea, 1, fine); !fault.Is(err, fault.Closed) {
			t.Errorf("during the vote: %v", err)
		}
		// A proposal that was put out of sight is not talked about any more.
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return proposal.TakeOut(ctx, tx, f.of.Key, f.proposals[0], proposal.Invisible, "Injures", noon)
		}); err != nil {
			t.Fatal(err)
		}
		if err := post(at(t, time.Hour), lea, 1, discussion.Written{Body: "Autre chose"}); !fault.Is(err, fault.Closed) {
			t.Errorf("on a proposal that was removed: %v", err)
		}
		if err := post(at(t, time.Hour), lea, 2, discussion.Written{Body: "Autre chose"}); err != nil {
			t.Errorf("on another: %v", err)
		}
	})
}

func TestWhoIsKeptAwayDoesNotCommentUntilTheDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return account.SetBar(ctx, tx, f.of.Key, f.people["lea"].ID, account.Bar{Until: noon.Add(time.Hour), Reason: "Insultes", Act: ids.Random()})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.talk.Post(at(t, 0), f.of, f.people["lea"], f.edition.Slug, 1, discussion.Written{Body: "Encore moi"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("kept away: %v", err)
		}
		f.post(t, 0, "marc", ids.ID{}, "Moi non")
		f.post(t, 2*time.Hour, "lea", ids.ID{}, "Me revoilà")
	})
}

func TestANewAccountSaysLess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		say := func(who account.Person, after time.Duration, n int) (said int, err error) {
			for range n {
				if _, err = f.talk.Post(at(t, after), f.of, who, f.edition.Slug, 1, discussion.Written{Body: "Un mot " + ids.Random().String()}); err != nil {
					return said, err
				}
				said++
			}
			return said, nil
		}
		fresh := f.people["marc"]
		fresh.CreatedAt = noon
		n, err := say(fresh, time.Minute, 10)
		limited, ok := errors.AsType[*fault.Error](err)
		if n != 4 || !ok || limited.Code != fault.Limited || limited.RetryAfter != time.Hour {
			t.Errorf("a new account says %d in an hour, then %v", n, err)
		}
		if n, err := say(fresh, time.Minute+time.Hour, 1); n != 1 || err != nil {
			t.Errorf("an hour later: %d, %v", n, err)
		}
		if n, err := say(f.people["lea"], time.Minute, 21); n != 20 || !fault.Is(err, fault.Limited) {
			t.Errorf("somebody known says %d in an hour, then %v", n, err)
		}
	})
}

func TestItsAuthorCorrectsForAShortTimeAndTakesBackAlways(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		c := f.post(t, 0, "lea", ids.ID{}, "Une fote")
		edit := func(after time.Duration, who string, id ids.ID) error {
			return f.talk.Edit(at(t, after), f.of, f.people[who], f.edition.Slug, 1, id, "Une faute")
		}
		if err := edit(time.Minute, "marc", c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else: %v", err)
		}
		if err := edit(time.Minute, "lea", ids.Random()); !fault.Is(err, fault.NotFound) {
			t.Errorf("a guessed identifier: %v", err)
		}
		if err := edit(time.Minute, "lea", c.ID); err != nil {
			t.Fatal(err)
		}
		if err := f.talk.Edit(at(t, 31*time.Minute), f.of, f.people["lea"], f.edition.Slug, 1, c.ID, "Le contraire"); !fault.Is(err, fault.Closed) {
			t.Errorf("after half an hour: %v", err)
		}
		if list, _ := f.list(t, discussion.Query{}); list[0].Body != "Une faute" || !list[0].EditedAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("corrected: %+v", list[0])
		}
		take := func(who string) error {
			return f.talk.Withdraw(at(t, 24*time.Hour), f.of, f.people[who], f.edition.Slug, 1, c.ID)
		}
		if err := take("organise"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an organiser withdraws it in its author's name: %v", err)
		}
		if err := take("lea"); err != nil {
			t.Fatal(err)
		}
		if err := take("lea"); !fault.Is(err, fault.Closed) {
			t.Errorf("a second time: %v", err)
		}
		list, n := f.list(t, discussion.Query{})
		if n != 0 || len(list) != 1 || list[0].Trashed != proposal.Withdrawn || list[0].Body != "" || list[0].Name != "" || !list[0].TrashedAt.Equal(noon.Add(24*time.Hour)) {
			t.Errorf("withdrawn, %d stand: %+v", n, list)
		}
		f.read(t, func(ctx context.Context, tx db.Tx) error {
			stored, err := discussion.ByIDs(ctx, tx, f.of.Key, []ids.ID{c.ID})
			if len(stored) != 1 || stored[0].Body != "" {
				t.Errorf("its words are kept: %+v", stored)
			}
			return err
		})
		if kinds, _ := f.acts(t); !slices.Equal(kinds, []string{"comment_published", "comment_edited", "comment_withdrawn"}) {
			t.Errorf("the journal has %v", kinds)
		}
	})
}

func TestWhatModerationRemovesIsSaidWithItsReasonAndCanComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		c := f.post(t, 0, "lea", ids.ID{}, "Des injures")
		write := func(fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		out := func(ctx context.Context, tx db.Tx) error {
			return discussion.TakeOut(ctx, tx, f.of.Key, c, proposal.Invisible, "Attaque une personne", noon.Add(time.Hour))
		}
		write(out)
		write(out) // two moderators at once
		list, n := f.list(t, discussion.Query{})
		if n != 0 || list[0].Body != "" || list[0].Name != "" || list[0].TrashedReason != "Attaque une personne" || !list[0].TrashedAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("removed, %d stand: %+v", n, list)
		}
		if _, err := f.talk.Post(at(t, 2*time.Hour), f.of, f.people["marc"], f.edition.Slug, 1, discussion.Written{Parent: c.ID, Body: "Je réponds"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an answer to what was removed: %v", err)
		}
		if err := f.talk.Withdraw(at(t, 2*time.Hour), f.of, f.people["lea"], f.edition.Slug, 1, c.ID); !fault.Is(err, fault.Closed) {
			t.Errorf("its author takes back what was removed: %v", err)
		}
		write(func(ctx context.Context, tx db.Tx) error { return discussion.PutBack(ctx, tx, f.of.Key, c) })
		if list, n := f.list(t, discussion.Query{}); n != 1 || list[0].Body != "Des injures" || list[0].Trashed != proposal.NotTrashed {
			t.Errorf("put back, %d stand: %+v", n, list)
		}
		write(func(ctx context.Context, tx db.Tx) error {
			return discussion.Rewrite(ctx, tx, f.of.Key, c, "Des […]", noon.Add(3*time.Hour))
		})
		if list, _ := f.list(t, discussion.Query{}); list[0].Body != "Des […]" || list[0].EditedAt.IsZero() {
			t.Errorf("blanked: %+v", list[0])
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { // by somebody who read it before
			return discussion.Rewrite(ctx, tx, f.of.Key, c, "Des injures, encore", noon.Add(4*time.Hour))
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a text put back over what was blanked: %v", err)
		}
		if kinds, _ := f.acts(t); !slices.Equal(kinds, []string{"comment_published", "comment_removed", "comment_restored", "comment_edited"}) {
			t.Errorf("the journal has %v", kinds)
		}
	})
}

func TestWhatWasTypedBeforeProvingGoesToWhoProves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		nobody, lea := account.Person{ID: ids.Random()}, f.people["lea"]
		for who, body := range map[ids.ID]string{lea.ID: "Plus ancien", nobody.ID: "Tapé à l'instant"} {
			if err := f.talk.Keep(at(t, 0), f.of, account.Person{ID: who}, f.edition.Slug, 1, discussion.Written{Body: body, Name: " Léa  M. "}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return discussion.Room().Merge(ctx, tx, f.of.Key, nobody.ID, lea.ID)
		}); err != nil {
			t.Fatal(err)
		}
		draft := func(who ids.ID) (found discussion.Draft, ok bool) {
			f.read(t, func(ctx context.Context, tx db.Tx) (err error) {
				found, ok, err = discussion.DraftOf(ctx, tx, f.of.Key, who, f.proposals[0].ID)
				return err
			})
			return found, ok
		}
		if got, ok := draft(lea.ID); !ok || got.Body != "Tapé à l'instant" || got.Name != "Léa M." {
			t.Errorf("it is %+v", got)
		}
		if _, ok := draft(nobody.ID); ok {
			t.Error("nobody has it still")
		}
		f.post(t, time.Minute, "lea", ids.ID{}, "Tapé à l'instant")
		if _, ok := draft(lea.ID); ok {
			t.Error("published, it waits still")
		}
	})
}

func TestWhoIsForgottenLeavesTheirCommentsOrTakesThemAlong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := city(t, d, "ici")
		f.post(t, 0, "lea", ids.ID{}, "Ce que Léa dit")
		f.post(t, time.Minute, "lea", ids.ID{}, "Ce que Léa dit encore")
		f.post(t, 2*time.Minute, "marc", ids.ID{}, "Ce que Marc dit")
		forget := func(keep bool) {
			t.Helper()
			if err := d.Write(at(t, time.Hour), func(ctx context.Context, tx db.Tx) error {
				return discussion.Room().Forget(ctx, tx, f.of.Key, f.people["lea"].ID, keep)
			}); err != nil {
				t.Fatal(err)
			}
		}
		forget(true)
		if _, n := f.list(t, discussion.Query{}); n != 3 {
			t.Errorf("kept: %d", n)
		}
		forget(false)
		forget(false)
		list, n := f.list(t, discussion.Query{Oldest: true})
		if n != 1 || len(list) != 3 || list[0].Body != "" || list[1].Body != "" || list[2].Body != "Ce que Marc dit" {
			t.Errorf("%d stand: %+v", n, list)
		}
		f.read(t, func(ctx context.Context, tx db.Tx) error {
			own, err := discussion.Room().Export(ctx, tx, f.of.Key, f.people["marc"].ID)
			if o, ok := own.(discussion.Own); !ok || len(o.Comments) != 1 || o.Comments[0].Text != "Ce que Marc dit" {
				t.Errorf("Marc's own data: %+v", own)
			}
			return err
		})
	})
}

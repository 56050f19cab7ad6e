package decision

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

var service = ids.Random()

func ground() Ground {
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	return Ground{Articles: []rulebook.Article{{Key: "deposit_what"}}, Templates: map[string]string{"": "Ce projet ne peut pas être retenu car [précisez pourquoi…]."}, Services: map[ids.ID]bool{service: true},
		Asked: 1_000_000, Now: now, Vote: now.AddDate(0, 0, 30)}
}

// fields gives the fields that a fault names.
func fields(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatal(err)
	}
	list := f.Sub
	if len(list) == 0 {
		list = []*fault.Error{f}
	}
	names := map[string]bool{}
	for _, one := range list {
		names[one.Field] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), " ")
}

func TestNoDecisionIsSignedWithoutItsReasons(t *testing.T) {
	cost, same := int64(2_500_000), int64(1_000_000)
	why := "Le terrain appartient à la métropole, qui y construit une école."
	for _, c := range []struct {
		name string
		a    Assessment
		want string
	}{
		{"nothing is decided", Assessment{}, "outcome"},
		{"an outcome that there is not", Assessment{Outcome: "perhaps"}, "outcome"},
		{"a refusal lacks everything, and is told so at once", Assessment{Outcome: Refused}, "article explanation possible"},
		{"an article that the règlement does not have", Assessment{Outcome: Refused, Article: "budget", Explanation: why, Possible: "Un autre lieu."}, "article"},
		{"a word explains nothing", Assessment{Outcome: Refused, Article: "deposit_what", Explanation: "Non.", Possible: "Rien."}, "explanation"},
		{"a template sent as it is", Assessment{Outcome: Refused, Article: "deposit_what", Explanation: ground().Template(""), Possible: "Un autre lieu."}, "explanation"},
		{"a template whose blank is taken out and nothing said", Assessment{Outcome: Refused, Article: "deposit_what", Explanation: "Ce projet ne peut pas être retenu car.", Possible: "Un autre lieu."}, "explanation"},
		{"a blank in what would make it possible", Assessment{Outcome: Refused, Article: "deposit_what", Explanation: why, Possible: "Un lieu comme [lequel…]."}, "possible"},
		{"a refusal with its reasons", Assessment{Outcome: Refused, Article: "deposit_what", Explanation: why, Possible: "Un autre lieu."}, ""},
		{"a vote without a cost", Assessment{Outcome: ToVote}, "cost"},
		{"a vote at another cost without saying why", Assessment{Outcome: ToVote, Cost: &cost}, "explanation"},
		{"a vote at another cost", Assessment{Outcome: ToVote, Cost: &cost, Explanation: why}, ""},
		{"a vote at the cost that was asked", Assessment{Outcome: ToVote, Cost: &same}, ""},
		{"passed on to nobody", Assessment{Outcome: Passed, Explanation: why}, "service"},
		{"passed on to a service that there is not", Assessment{Outcome: Passed, Explanation: why, Service: ids.Random()}, "service"},
		{"passed on", Assessment{Outcome: Passed, Explanation: why, Service: service}, ""},
		{"already planned, by whom", Assessment{Outcome: Planned, Explanation: why}, "service"},
		{"to rework until when", Assessment{Outcome: Rework, Explanation: why, Possible: "Deux fois moins long."}, "deadline"},
		{"to rework until people vote", Assessment{Outcome: Rework, Explanation: why, Possible: "Plus court.", Deadline: ground().Vote}, "deadline"},
		{"to rework", Assessment{Outcome: Rework, Explanation: why, Possible: "Plus court.", Deadline: ground().Now.AddDate(0, 0, 9)}, ""},
		{"kept without a word", Assessment{Outcome: Kept}, "explanation possible"},
	} {
		if got := fields(t, c.a.Check(ground())); got != c.want {
			t.Errorf("%s: wrong in %q, want %q", c.name, got, c.want)
		}
	}
}

func TestServicesDifferByVerdictOrByHalfTheCost(t *testing.T) {
	said := func(v analysis.Verdict, cost int64, given bool) analysis.Opinion {
		o := analysis.Opinion{Verdict: v, Invest: &cost}
		if given {
			o.GivenAt = ground().Now
		}
		return o
	}
	for _, c := range []struct {
		name string
		list []analysis.Opinion
		want Quarrel
	}{
		{"nobody", nil, Quarrel{}},
		{"both for it, near each other", []analysis.Opinion{said(analysis.Favourable, 100, true), said(analysis.Favourable, 149, true)}, Quarrel{}},
		{"one against", []analysis.Opinion{said(analysis.Favourable, 100, true), said(analysis.Unfavourable, 100, true)}, Quarrel{Verdict: true}},
		{"half as much again", []analysis.Opinion{said(analysis.Favourable, 100, true), said(analysis.Favourable, 150, true)}, Quarrel{Cost: true}},
		{"a draft says nothing", []analysis.Opinion{said(analysis.Favourable, 100, true), said(analysis.Unfavourable, 900, false)}, Quarrel{}},
	} {
		if got := Differ(c.list); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestPlainWordsReadEasierThanOfficialOnes(t *testing.T) {
	plain := Read("Le trottoir est trop étroit. Un banc gênerait les poussettes. Nous en posons un de l’autre côté de la rue, sous les arbres.")
	official := Read("Considérant l’impossibilité réglementaire d’une implantation pérenne d’équipements mobiliers sur une dépendance domaniale insuffisamment dimensionnée, " +
		"la collectivité se trouve dans l’obligation de notifier l’irrecevabilité de la proposition susmentionnée.")
	if plain.Level != Easy || official.Level != Hard || official.Longest <= LongWords {
		t.Errorf("plain %+v, official %+v", plain, official)
	}
	if short := Read("Non."); short.Level != NoLevel || short.Words != 1 {
		t.Errorf("a word: %+v", short)
	}
}

func TestForecastGoesOnAtThePresentSpeed(t *testing.T) {
	now := ground().Now
	if got := Forecast(30, 20, now); !got.Equal(now.AddDate(0, 0, 21)) {
		t.Errorf("30 left at 20 in %d days: %s", Speed, got)
	}
	if !Forecast(0, 20, now).IsZero() || !Forecast(30, 0, now).IsZero() {
		t.Error("what is done, or does not move, has an end")
	}
}

func TestADecisionIsNobodysBeforeItsDateButItsAuthors(t *testing.T) {
	now := ground().Now
	d := Decision{Outcome: Refused, PublishAt: now, TellAt: now.Add(-time.Hour), AppealUntil: now.AddDate(0, 0, 15)}
	for _, c := range []struct {
		at       time.Duration
		own, may bool
	}{{-61 * time.Minute, true, false}, {-time.Hour, false, false}, {-time.Hour, true, true}, {-time.Second, false, false}, {0, false, true}} {
		if got := sees(d, c.own, now.Add(c.at)); got != c.may {
			t.Errorf("%s, own %v: %v", c.at, c.own, got)
		}
	}
}

func sees(d Decision, own bool, now time.Time) bool {
	return access.Can(access.Administrator, access.SeeDecision, d.Moment(own, now))
}

package project_test

import (
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/project"
)

// day gives the start of a day of an edition; 0 is no date.
func day(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC)
}

func step(kind project.Kind, from, to, proposals int) project.Step {
	return project.Step{Kind: kind, StartsAt: day(from), EndsAt: day(to), Proposals: proposals}
}

const instant = time.Microsecond // the least that times differ by

func TestAStepIsOpenFromItsFirstInstantToBeforeItsLast(t *testing.T) {
	const f, o, c = project.Future, project.Open, project.Closed
	for name, x := range map[string]struct {
		steps []project.Step
		at    time.Time
		want  []project.Phase
	}{
		"before it begins":           {[]project.Step{step(project.Vote, 10, 20, 0)}, day(10).Add(-instant), []project.Phase{f}},
		"as it begins":               {[]project.Step{step(project.Vote, 10, 20, 0)}, day(10), []project.Phase{o}},
		"before it ends":             {[]project.Step{step(project.Vote, 10, 20, 0)}, day(20).Add(-instant), []project.Phase{o}},
		"as it ends":                 {[]project.Step{step(project.Vote, 10, 20, 0)}, day(20), []project.Phase{c}},
		"without end":                {[]project.Step{step(project.Vote, 10, 0, 0)}, day(31), []project.Phase{o}},
		"without beginning":          {[]project.Step{step(project.Vote, 0, 20, 0)}, day(19), []project.Phase{o}},
		"without beginning, over":    {[]project.Step{step(project.Vote, 0, 20, 0)}, day(20), []project.Phase{c}},
		"without any date":           {[]project.Step{step(project.Vote, 0, 0, 0)}, day(1), []project.Phase{o}},
		"one end is another's start": {[]project.Step{step(project.Collect, 1, 10, 0), step(project.Vote, 10, 20, 0)}, day(10), []project.Phase{c, o}},
		// Between two dated steps, one without dates is what is left: before, during, after.
		"undated, before":        {[]project.Step{step(project.Collect, 5, 10, 0), step(project.Analysis, 0, 0, 0), step(project.Vote, 20, 25, 0)}, day(4), []project.Phase{f, f, f}},
		"undated, still to come": {[]project.Step{step(project.Collect, 5, 10, 0), step(project.Analysis, 0, 0, 0), step(project.Vote, 20, 25, 0)}, day(10).Add(-instant), []project.Phase{o, f, f}},
		"undated, begins":        {[]project.Step{step(project.Collect, 5, 10, 0), step(project.Analysis, 0, 0, 0), step(project.Vote, 20, 25, 0)}, day(10), []project.Phase{c, o, f}},
		"undated, goes on":       {[]project.Step{step(project.Collect, 5, 10, 0), step(project.Analysis, 0, 0, 0), step(project.Vote, 20, 25, 0)}, day(20).Add(-instant), []project.Phase{c, o, f}},
		"undated, is over":       {[]project.Step{step(project.Collect, 5, 10, 0), step(project.Analysis, 0, 0, 0), step(project.Vote, 20, 25, 0)}, day(20), []project.Phase{c, c, o}},
		// An imported file tells the vote's dates alone.
		"import, before the vote": {[]project.Step{step(project.Collect, 0, 0, 0), step(project.Vote, 10, 20, 0), step(project.Result, 20, 0, 0)}, day(9), []project.Phase{o, f, f}},
		"import, the vote":        {[]project.Step{step(project.Collect, 0, 0, 0), step(project.Vote, 10, 20, 0), step(project.Result, 20, 0, 0)}, day(10), []project.Phase{c, o, f}},
		"import, the result":      {[]project.Step{step(project.Collect, 0, 0, 0), step(project.Vote, 10, 20, 0), step(project.Result, 20, 0, 0)}, day(20), []project.Phase{c, c, o}},
		"import without dates":    {[]project.Step{step(project.Collect, 0, 0, 0), step(project.Vote, 0, 0, 0), step(project.Result, 0, 0, 0)}, day(20), []project.Phase{o, o, o}},
	} {
		for i, want := range x.want {
			if got := project.PhaseOf(x.steps, i, x.at); got != want {
				t.Errorf("%s: step %d is in phase %d, want %d", name, i, got, want)
			}
		}
	}
}

func TestTheProjectIsAtOneStep(t *testing.T) {
	calendar := []project.Step{step(project.Collect, 5, 10, 9), step(project.Analysis, 0, 0, 7), step(project.Vote, 20, 25, 0), step(project.Result, 28, 0, 0)}
	apart := []project.Step{step(project.Collect, 5, 10, 9), step(project.Vote, 20, 25, 7)}
	for name, c := range map[string]struct {
		steps           []project.Step
		at              time.Time
		current, listed int
	}{
		"no step":                         {nil, day(1), -1, -1},
		"before everything":               {calendar, day(4), 0, 0},
		"deposit":                         {calendar, day(5), 0, 0},
		"analysis":                        {calendar, day(10), 1, 1},
		"a vote on nothing lists nothing": {calendar, day(20), 2, 1},
		"between vote and result":         {calendar, day(25), 2, 1},
		"result":                          {calendar, day(28), 3, 1},
		"between two steps":               {apart, day(15), 0, 0},
		"before the vote opens":           {apart, day(20).Add(-instant), 0, 0},
		"as the vote opens":               {apart, day(20), 1, 1},
		"after all":                       {apart, day(31), 1, 1},
		"several at once":                 {[]project.Step{step(project.Presentation, 1, 0, 0), step(project.Collect, 2, 9, 3)}, day(3), 1, 1},
		"only a presentation":             {[]project.Step{step(project.Presentation, 1, 5, 0)}, day(3), 0, -1},
		"a result lists nothing itself":   {[]project.Step{step(project.Result, 1, 0, 4)}, day(3), 0, -1},
		"an import without dates":         {[]project.Step{step(project.Collect, 0, 0, 4), step(project.Vote, 0, 0, 4), step(project.Result, 0, 0, 1)}, day(3), 2, 1},
	} {
		if got := project.Current(c.steps, c.at); got != c.current {
			t.Errorf("%s: the project is at step %d, want %d", name, got, c.current)
		}
		if got := project.Listed(c.steps, c.at); got != c.listed {
			t.Errorf("%s: it lists step %d, want %d", name, got, c.listed)
		}
	}
}

func TestTheLastVoteIsTheVote(t *testing.T) {
	for _, c := range []struct {
		kinds []project.Kind
		want  int
	}{
		{nil, -1}, {[]project.Kind{project.Collect, project.Result}, -1},
		{[]project.Kind{project.Collect, project.Vote, project.Analysis, project.Vote, project.Result}, 3},
	} {
		var steps []project.Step
		for _, k := range c.kinds {
			steps = append(steps, project.Step{Kind: k})
		}
		if got := project.VoteStep(steps); got != c.want {
			t.Errorf("%v: %d, want %d", c.kinds, got, c.want)
		}
	}
}

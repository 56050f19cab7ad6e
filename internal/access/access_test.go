package access

import "testing"

func TestWhoMaySeeWhatAndWhen(t *testing.T) {
	public := Moment{Published: true}
	for _, c := range []struct {
		name   string
		role   Role
		action Action
		m      Moment
		want   bool
	}{
		{"a published project is for everyone", Anyone, SeeProject, public, true},
		{"an edition being imported is invisible", Anyone, SeeProject, Moment{}, false},
		{"its organiser sees it", Organiser, SeeProject, Moment{}, true},
		{"a draft is not public", Anyone, SeeProposal, Moment{Published: true, Draft: true}, false},
		{"a removed text is not public", Anyone, SeeProposal, Moment{Published: true, Blanked: true}, false},
		{"counts are hidden while the vote is open", Anyone, SeeCounts, Moment{Published: true, Phase: Open}, false},
		{"from an administrator too", Administrator, SeeCounts, Moment{Published: true, Phase: Open}, false},
		{"and before it", Anyone, SeeCounts, Moment{Published: true, Phase: Future}, false},
		{"unless the rulebook shows them", Anyone, SeeCounts, Moment{Published: true, Phase: Open, CountsLive: true}, true},
		{"after closing they wait for the announcement", Anyone, SeeCounts, Moment{Published: true, Phase: Closed}, false},
		{"whoever announces the result reads them first", Organiser, SeeCounts, Moment{Published: true, Phase: Closed}, true},
		{"no other agent does", DecisionMaker, SeeCounts, Moment{Published: true, Phase: Closed}, false},
		{"once it is announced they are public", Anyone, SeeCounts, Moment{Published: true, Phase: Closed, Proclaimed: true}, true},
		{"an organiser announces a result once the vote is over", Organiser, Proclaim, Moment{Published: true, Phase: Closed}, true},
		{"not before", Organiser, Proclaim, Moment{Published: true, Phase: Open}, false},
		{"and only once", Organiser, Proclaim, Moment{Published: true, Phase: Closed, Proclaimed: true}, false},
		{"nobody else announces it", DecisionMaker, Proclaim, Moment{Published: true, Phase: Closed}, false},
		{"what the council decides is written after the announcement", Organiser, RecordDeliberation, Moment{Published: true, Phase: Closed, Proclaimed: true}, true},
		{"not before it", Administrator, RecordDeliberation, Moment{Published: true, Phase: Closed}, false},
		{"the press has its page with the result", Anyone, SeePress, Moment{Published: true, Phase: Closed, Proclaimed: true}, true},
		{"later, under an embargo", Anyone, SeePress, Moment{Published: true, Phase: Closed, Proclaimed: true, Withheld: true}, false},
		{"which is none for an organiser", Organiser, SeePress, Moment{Published: true, Phase: Closed, Proclaimed: true, Withheld: true}, true},
		{"but never before the result", Organiser, SeePress, Moment{Published: true, Phase: Closed}, false},
		{"nobody casts once a result is announced, whatever the clock says", Resident, Cast, Moment{Published: true, Phase: Open, Proclaimed: true}, false},
		{"of public data always", Anyone, SeeCounts, Moment{Published: true, PublicData: true, Phase: Open}, true},
		{"but not before it is published", Anyone, SeeCounts, Moment{PublicData: true}, false},
		{"a result is public once proclaimed", Anyone, SeeResult, Moment{Published: true, Proclaimed: true, Phase: Closed}, true},
		{"not while people vote, whatever was stored", Anyone, SeeResult, Moment{Published: true, Proclaimed: true, Phase: Open}, false},
		{"not before", Anyone, SeeResult, Moment{Published: true, Phase: Closed}, false},
		{"the organiser checks it after closing", Organiser, SeeResult, Moment{Published: true, Phase: Closed}, true},
		{"not while people vote", Organiser, SeeResult, Moment{Published: true, Phase: Open}, false},
		{"anyone keeps a selection while the vote is open", Anyone, Vote, Moment{Published: true, Phase: Open}, true},
		{"not after it", Anyone, Vote, Moment{Published: true, Phase: Closed}, false},
		{"whose address is proved casts a ballot", Resident, Cast, Moment{Published: true, Phase: Open}, true},
		{"nobody else does", Anyone, Cast, Moment{Published: true, Phase: Open}, false},
		{"and nobody after closing, whatever they are", Administrator, Cast, Moment{Published: true, Phase: Closed}, false},
		{"whole ballots are public once there is a result", Anyone, SeeBallots, Moment{Published: true, Proclaimed: true, Phase: Closed, Crowd: true}, true},
		{"not before, for whoever runs the platform neither", Administrator, SeeBallots, Moment{Published: true, Phase: Closed, Crowd: true}, false},
		{"never those of few people", Administrator, SeeBallots, Moment{Published: true, Proclaimed: true, Phase: Closed}, false},
		{"nor while people vote", Anyone, SeeBallots, Moment{Published: true, Proclaimed: true, Phase: Open, Crowd: true}, false},
		{"nobody sees the secret columns", Administrator, SeeSecrets, public, false},
		{"a service reads what was answered for it alone", Analyst, SeeAnswers, public, true},
		{"a resident does not", Resident, SeeAnswers, public, false},
		{"an elected official does not", Elected, SeeAnswers, public, false},
		{"nor does the desk of the town hall", PollingAgent, SeeAnswers, public, false},
		{"nor anybody of a draft", Administrator, SeeAnswers, Moment{Published: true, Draft: true}, false},
		{"nor a service of what was removed from sight", Analyst, SeeAnswers, Moment{Published: true, Blanked: true}, false},
		{"who wrote it reads it, whatever became of it", Anyone, SeeAnswers, Moment{Own: true, Draft: true, Blanked: true}, true},
		{"an organiser does not restore", Organiser, ManageImport, public, false},
		{"an unknown action is refused", Administrator, Action(99), public, false},
	} {
		if got := Can(c.role, c.action, c.m); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

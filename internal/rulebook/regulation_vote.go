package rulebook

import (
	"strconv"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/tally"
)

// BallotRules says how to fill the ballot in, as the article of the règlement does.
func (r Rulebook) BallotRules(l *i18n.Locale) []string {
	w := &writer{l: l, r: r}
	w.ballot()
	return w.articles[0].Paragraphs
}

func (w *writer) ballot() {
	vote := w.r.Vote
	var texts []string
	if d := vote.District; d != nil {
		texts = append(texts, w.say("ballot.two_"+string(d.Choice)),
			w.mark(FieldBallot, w.shape("for_city", "city", vote.Ballot)), w.shape("for_district", "district", d.Ballot))
	} else {
		texts = append(texts, w.mark(FieldBallot, w.shape("alone", "all", vote.Ballot)))
	}
	if w.r.Count.Scoring.By == tally.ByRank {
		texts = append(texts, w.mark(FieldScoring, w.weights()))
	}
	if t := vote.Totals; t.During != "" {
		texts = append(texts, w.say("totals."+string(t.During), "Every", t.Every))
	}
	w.article("vote_how", append(texts, w.say("left"))...)
}

// shape says how to fill one ballot, in a frame ("alone", "for_city", "for_district") and within an envelope.
func (w *writer) shape(frame, envelope string, s Shape) string {
	what, more := "", ""
	switch s.Kind {
	case Simple:
		what = w.choices("ballot.simple.", s)
	case Ranking:
		what = w.choices("ballot.ranking.", s)
	case Basket:
		money := w.r.Count.Budget
		if envelope == "city" {
			money = w.r.Citywide()
		}
		what = w.say("ballot.basket", "Envelope", w.say("ballot.envelope."+envelope, "Amount", w.r.money(money)))
		more = w.bounds(s)
	case Cumulative:
		what, more = w.cumulative(s)
	}
	if frame == "alone" {
		what = capital(what)
	}
	return join(w.say("ballot."+frame, "What", what), more)
}

// choices says how many projects one chooses or ranks.
func (w *writer) choices(prefix string, s Shape) string {
	form := ""
	switch {
	case s.Max > 0 && s.Min == s.Max:
		form = "exact"
	case s.Max > 0 && s.Min > 1:
		form = "range"
	case s.Max == 1:
		form = "exact" // "up to one" is one: a ballot without choices says nothing
	case s.Max > 0:
		form = "at_most"
	case s.Min > 1:
		form = "at_least"
	default:
		form = "free"
	}
	return w.say(prefix+form, "Min", s.Min, "Count", s.Max)
}

// bounds says how many projects a basket or a ballot of points has, beyond the one that any ballot has.
func (w *writer) bounds(s Shape) string {
	least, most := "", ""
	if s.Min > 1 {
		least = w.say("ballot.min", "Count", s.Min)
	}
	if s.Max > 0 {
		most = w.say("ballot.max", "Count", s.Max)
	}
	return join(least, most)
}

func (w *writer) cumulative(s Shape) (what, more string) {
	least := ""
	switch {
	case s.MaxPoints == 0:
		what = w.say("ballot.cumulative.free")
	case s.MinPoints == s.MaxPoints:
		what = w.say("ballot.cumulative.exact", "Points", w.points(s.MaxPoints))
	default:
		what = w.say("ballot.cumulative", "Points", w.points(s.MaxPoints))
	}
	if s.MinPoints > 1 && s.MinPoints != s.MaxPoints {
		least = w.say("ballot.min_points", "Points", w.points(s.MinPoints))
	}
	each := ""
	if s.MaxPerProject > 0 {
		each = w.say("ballot.per_project", "Points", w.points(s.MaxPerProject))
	}
	return what, join(least, each, w.bounds(s))
}

// weights says what each place of a ranking is worth.
func (w *writer) weights() string {
	first := w.points(w.r.Count.Scoring.Weights[0])
	var others []string
	for i, n := range w.r.Count.Scoring.Weights[1:] {
		ordinal := w.say("ordinal.more", "Number", strconv.Itoa(i+2))
		if i < 9 {
			ordinal = w.say("ordinal." + strconv.Itoa(i+2))
		}
		others = append(others, w.say("ballot.weight", "Ordinal", ordinal, "Points", w.points(n)))
	}
	if len(others) == 0 {
		return w.say("ballot.weights", "Points", first)
	}
	return w.say("ballot.weights_more", "Points", first, "Others", others)
}

// scoring says how ballots become totals.
func (w *writer) scoring() string {
	text := w.say("count.scoring." + string(w.r.Count.Scoring.By))
	if w.r.Count.Scoring.By == tally.ByRank {
		return text // the weights are marked where they are said
	}
	return w.mark(FieldScoring, text)
}

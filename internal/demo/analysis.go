package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// desks are the services of the city and of the metropolis, with what they study.
func desks() []struct {
	about  analysis.About
	player string
} {
	return []struct {
		about  analysis.About
		player string
	}{
		{analysis.About{Name: "Espaces verts", Contact: "espaces-verts@pont-l-alouette.example", Categories: []string{"Nature et fraîcheur", "Cadre de vie", "Sport et jeux", "Énergie et climat"}}, "parks"},
		{analysis.About{Name: "Voirie", Contact: "voirie@pont-l-alouette.example", Categories: []string{"Mobilités", "École et jeunesse", "Culture et patrimoine", "Solidarité et santé"}}, "roads"},
		{analysis.About{Name: "Éducation et jeunesse", Contact: "education@pont-l-alouette.example"}, ""},
		{analysis.About{Name: "Transports", Body: "Métropole de Sorane", Contact: "transports@sorane.example"}, ""},
	}
}

// study lets the services of the city study the edition that is under analysis: a first round that a few have not answered, a second
// one that is half-way, services that disagree, and a proposal that the metropolis has.
func (b *builder) study(ctx context.Context) error {
	s := analysis.NewService(b.db)
	opened := db.At(ctx, at(b.city.day, founded, 9))
	services := map[string]ids.ID{}
	for _, d := range desks() {
		id, err := s.SaveService(opened, b.of, b.organiser, ids.ID{}, d.about)
		if err == nil && d.player != "" {
			err = s.AddMember(opened, b.of, b.organiser, id, b.players[d.player].Email, i18n.FR)
		}
		if err != nil {
			return fmt.Errorf("set up the service %s: %w", d.about.Name, err)
		}
		services[d.about.Name] = id
	}
	for i := range b.city.editions {
		e := &b.city.editions[i]
		for n, step := range e.calendar {
			if step.Kind == project.Analysis && project.PhaseOf(e.calendar, n, b.city.made) == project.Open {
				if err := b.studies(ctx, s, e, step, services); err != nil {
					return fmt.Errorf("study the edition %s: %w", e.slug, err)
				}
			}
		}
	}
	return nil
}

func (b *builder) studies(ctx context.Context, s *analysis.Service, e *edition, step project.Step, services map[string]ids.ID) error {
	begun := step.StartsAt.Add(10 * time.Hour)
	half := b.city.day.AddDate(0, 0, -6).Add(22 * time.Hour)
	rounds := []analysis.Round{{Kind: analysis.Admissibility, StartsAt: step.StartsAt, DueAt: half}, {Kind: analysis.Costing, StartsAt: half, DueAt: step.EndsAt.AddDate(0, 0, -7).Add(-time.Minute)}}
	then := db.At(ctx, begun)
	if err := s.SetRounds(then, b.of, b.organiser, e.slug, rounds); err != nil {
		return err
	}
	d, err := s.Distribution(then, b.of, b.organiser, e.slug)
	if err != nil {
		return err
	}
	for n, when := range []time.Time{begun, half.Add(12 * time.Hour)} {
		if _, err := s.Send(db.At(ctx, when), b.of, b.organiser, e.slug, analysis.Sending{Round: d.Rounds[n].ID, ByRule: true}); err != nil {
			return err
		}
		// Both services are asked about what is near a street.
		if _, err := s.Send(db.At(ctx, when), b.of, b.organiser, e.slug, analysis.Sending{Round: d.Rounds[n].ID, Category: "Sport et jeux", Others: []ids.ID{services["Voirie"]}}); err != nil {
			return err
		}
	}
	for _, name := range []string{"Espaces verts", "Voirie"} {
		who := b.players["parks"]
		if name == "Voirie" {
			who = b.players["roads"]
		}
		desk, err := s.Desk(then, b.of, who, analysis.Filter{Show: analysis.ShowAll, Edition: e.slug})
		if err != nil {
			return err
		}
		given := map[ids.ID]int{}
		for _, t := range desk.All {
			n := given[t.Round]
			given[t.Round]++
			first := t.Round == d.Rounds[0].ID
			// Of the first round a few are still missing, of projects that the city has not answered; of the second one third is done.
			if first && slices.Contains([]int{4, 17, 27, 28}, t.Number) || !first && n%3 != 0 {
				continue
			}
			when := begun.AddDate(0, 0, 5+n%12)
			if !first {
				when = half.Add(time.Duration(24+n%90) * time.Hour)
			}
			if when.After(b.city.made) {
				when = b.city.made.Add(-time.Hour)
			}
			if _, err := s.Save(db.At(ctx, when), b.of, who, t.Key(), word(name, t, n, !first), 0, true); err != nil {
				return fmt.Errorf("%q: %w", t.Title, err)
			}
		}
	}
	return b.handOver(ctx, s, e, services)
}

// handOver gives one of the roads' proposals to the metropolis, and leaves a note.
func (b *builder) handOver(ctx context.Context, s *analysis.Service, e *edition, services map[string]ids.ID) error {
	then := db.At(ctx, b.city.day.AddDate(0, 0, -3).Add(11*time.Hour))
	desk, err := s.Desk(then, b.of, b.players["roads"], analysis.Filter{Edition: e.slug})
	if err != nil || len(desk.Tasks) < 3 {
		return err
	}
	t := desk.Tasks[len(desk.Tasks)-1]
	if err := s.Pass(then, b.of, b.players["roads"], t.Key(), analysis.Passing{To: services["Transports"], Note: "L’arrêt est sur une ligne de la métropole : à vous de dire si c’est possible."}); err != nil {
		return err
	}
	return s.Note(then, b.of, b.players["roads"], e.slug, desk.Tasks[0].Number, "@Paule V. : le revêtement de la cour est refait en juillet, peut-on attendre ?")
}

// word is what a service says: mostly yes; the two do not agree on everything.
func word(service string, t analysis.Task, n int, costs bool) analysis.Said {
	invest, running, months := t.Cost+t.Cost/5, t.Cost/50, 6+n%9
	said := analysis.Said{Verdict: analysis.Favourable, Land: analysis.LandCity, Answers: map[string]string{"competence": analysis.Yes, "interest": analysis.Yes, "technical": analysis.Yes},
		Public: "Le projet est réalisable sur un terrain de la ville. Nous l’avons vu sur place avec l’équipe qui l’entretiendra."}
	if costs {
		said.Invest, said.Running, said.Months = &invest, &running, &months
		said.Public += " Le coût comprend les études et la remise en état du sol."
	}
	if service == "Voirie" && n%4 == 1 || service == "Espaces verts" && n%11 == 6 {
		said.Verdict, said.Answers["technical"] = analysis.Unfavourable, analysis.No
		said.Public = "À cet endroit passent une conduite de gaz et un réseau d’eau : rien ne peut y être fondé. Le projet serait possible de l’autre côté de la rue."
		said.Private = "À revoir avec le concessionnaire avant de le dire à la classe."
	}
	return said
}

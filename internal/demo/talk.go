package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// exchange is a comment on a proposal, with the answers to it. who is an index among those who talk.
type exchange struct {
	proposal int // place among the first of the edition
	who      int
	text     string
	answers  []exchange
}

// talkers are some residents who comment.
func talkers() []account.Person {
	people := []account.Person{{Name: "Solène J."}, {Name: "Malik D."}, {Name: "Odile G."}, {Name: "Tiago S."}}
	for i := range people {
		people[i].Kind, people[i].Language = account.Resident, string(i18n.FR)
	}
	return people
}

// exchanges are what people say in each edition that goes on.
func exchanges() []exchange {
	return []exchange{
		{0, 0, "J’y passe tous les matins : cela changerait vraiment le trajet. A-t-on pensé aux poussettes ?", []exchange{
			{who: 1, text: "Bonne question. Un passage de 1,40 m suffit, et il y a la place."},
			{who: 0, text: "Merci, c’est exactement ce que je voulais savoir."}}},
		{0, 2, "D’accord avec l’idée, mais qui entretiendra ? Le dernier aménagement du quartier a été oublié au bout d’un an.", []exchange{
			{who: 3, text: "Avec quelques voisins, nous sommes prêts à nous en occuper le premier été."}}},
		{1, 3, "Très beau projet. Je propose de l’ouvrir aussi le mercredi, pour les enfants.", nil},
		{1, 1, "Le coût me paraît élevé. Peut-on commencer plus petit, puis agrandir si cela plaît ?", []exchange{
			{who: 2, text: "Commencer petit coûte souvent plus cher au mètre carré. Mais deux étapes, pourquoi pas."}}},
		{2, 2, "Enfin quelque chose pour notre rue !", nil},
	}
}

// talk lets people comment in the editions that go on, and the author of the tour and a service write to each other, once in
// public and once in private.
func (b *builder) talk(ctx context.Context) error {
	s := discussion.NewService(b.db)
	people := talkers()
	if err := b.write(ctx, at(b.city.day, -20, 8), func(ctx context.Context, tx db.Tx) error {
		return account.StageAll(ctx, tx, b.of.Key, people)
	}); err != nil {
		return err
	}
	for i := range b.city.editions {
		e := &b.city.editions[i]
		listed := project.Listed(e.calendar, b.city.made)
		if at := project.Current(e.calendar, b.city.made); listed < 0 || at < 0 || e.calendar[at].Kind == project.Delivery || project.PhaseOf(e.calendar, at, b.city.made) != project.Open {
			continue
		}
		var list []proposal.Listed
		if err := b.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			list, err = proposal.List(ctx, tx, b.of.Key, proposal.ListQuery{Step: e.calendar[listed].ID, Order: proposal.ByNumber, Limit: 3, With: proposal.With{Rest: true}})
			return err
		}); err != nil {
			return err
		}
		if err := b.comment(ctx, s, e, list, people); err != nil {
			return fmt.Errorf("talk in the edition %s: %w", e.slug, err)
		}
	}
	return b.ask(ctx, s)
}

// comment lets people say what they think of some proposals, since yesterday morning.
func (b *builder) comment(ctx context.Context, s *discussion.Service, e *edition, list []proposal.Listed, people []account.Person) error {
	then := at(b.city.day, -1, 8)
	say := func(x exchange, number int, parent ids.ID) (discussion.Comment, error) {
		then = then.Add(11 * time.Minute)
		return s.Post(db.At(ctx, then), b.of, people[x.who], e.slug, number, discussion.Written{Parent: parent, Body: x.text})
	}
	for _, x := range exchanges() {
		if x.proposal >= len(list) || !list[x.proposal].Proposal.PublishedAt.Before(then) {
			continue
		}
		number := list[x.proposal].Proposal.Number
		c, err := say(x, number, ids.ID{})
		if err != nil {
			return err
		}
		for _, answer := range x.answers {
			if _, err := say(answer, number, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask lets the author of the tour ask the services about a proposal of theirs.
func (b *builder) ask(ctx context.Context, s *discussion.Service) error {
	agent, ok := b.players["parks"]
	if !ok {
		return nil
	}
	var mine []proposal.Proposal
	var editions []project.Project
	if err := b.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		mine, editions = nil, nil
		for _, e := range b.city.editions {
			known, err := project.ByIDs(ctx, tx, b.of.Key, []ids.ID{e.project})
			if err != nil {
				return err
			}
			at := project.Listed(e.calendar, b.city.made)
			if len(known) == 0 || at < 0 {
				continue
			}
			list, err := proposal.List(ctx, tx, b.of.Key, proposal.ListQuery{Step: e.calendar[at].ID, Author: b.author.ID, Order: proposal.ByNumber, Limit: 1, With: proposal.With{Rest: true}})
			if err != nil {
				return err
			}
			for _, p := range list {
				mine, editions = append(mine, p.Proposal), append(editions, known[0])
			}
		}
		return nil
	}); err != nil || len(mine) == 0 {
		return err
	}
	slug, number := editions[0].Slug, mine[0].Number
	for i, x := range []struct {
		public           bool
		question, answer string
	}{
		{true, "Le terrain que j’ai choisi est-il bien à la ville ? Je n’ai rien trouvé au cadastre.", "Oui, la parcelle appartient à la ville. Nous vérifions seulement qu’aucun réseau ne passe dessous."},
		{false, "Puis-je vous envoyer les photos que m’a prêtées un voisin ? Il ne veut pas qu’elles soient publiées.", "Bien sûr : montrez-les au guichet, elles serviront à l’étude et ne seront pas publiées."},
	} {
		then := b.city.made.Add(time.Duration(i*10-30) * time.Minute)
		q, err := s.Ask(db.At(ctx, then), b.of, b.author, slug, number, x.public, x.question)
		if err != nil {
			return err
		}
		if err := s.Reply(db.At(ctx, then.Add(5*time.Minute)), b.of, agent, slug, number, q.ID, x.answer); err != nil {
			return err
		}
	}
	return nil
}

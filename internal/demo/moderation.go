package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/moderation"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// moderated is something that somebody proposed and others reported, and what was decided of it so many days before the city was
// made.
type moderated struct {
	name, title, text string
	before            int // days
	reports           []said
	decision          moderation.Decision // none: it waits
	appeal            string
}

// said is why somebody reported it.
type said struct{ reason, sentence string }

// contested are what moderators have met, the oldest first: in the queue there is a wave of advertising, something reported for no
// good reason, something that needs a second person, and an appeal.
func contested() []moderated {
	return []moderated{
		{name: "Gaspard T.", title: "Remplacer le gardien du gymnase", text: "Ce gardien est un incapable et tout le monde le sait.", before: 9,
			reports:  []said{{"insult", "Il s’en prend à une personne que tout le quartier connaît."}, {"insult", ""}},
			decision: moderation.Decision{Verb: moderation.Hide, Reason: "insult", Note: "Vous pouvez proposer d’autres horaires pour le gymnase, sans parler du gardien."}},
		{name: "Odile R.", title: "Une haie devant la maison du coin", text: "Une haie cacherait les poubelles. Demandez à la dame du 14, son numéro est le 01 99 00 42 17, elle est souvent malade.", before: 8,
			reports:  []said{{"personal", "Le numéro d’une voisine est écrit."}},
			decision: moderation.Decision{Verb: moderation.Blank, Passages: []string{"du 14, son numéro est le 01 99 00 42 17, elle est souvent malade"}}},
		{name: "Marius C.", title: "Du karaoké chez moi le samedi", text: "Venez nombreux, apportez vos chansons.", before: 6,
			reports:  []said{{"offtopic", ""}},
			decision: moderation.Decision{Verb: moderation.Hide, Reason: "offtopic"}},
		{name: "Perrine D.", title: "Repeindre le kiosque en violet", text: "Le kiosque est triste. En violet, il ferait sourire, sauf les grincheux du conseil de quartier.", before: 5,
			reports:  []said{{"insult", "Elle traite le conseil de quartier de grincheux."}},
			decision: moderation.Decision{Verb: moderation.Hide, Reason: "insult"},
			appeal:   "Je ne vise personne : c’était pour rire. Je veux bien enlever la fin de la phrase, mais le kiosque mérite mieux que du gris."},
		{name: "Joachim N.", title: "Votez pour la liste Un autre pont", text: "La liste Un autre pont refera les quais. Rejoignez-nous avant les élections.", before: 3,
			reports:  []said{{"campaign", "C’est de la propagande pour une liste."}, {"campaign", ""}},
			decision: moderation.Decision{Verb: moderation.Hide, Reason: "campaign", Political: true}},
		{name: "Toitures Éclair", title: "Votre toit refait en une journée", text: "Devis gratuit, moins 40 % cette semaine. Appelez Toitures Éclair.", before: 2,
			reports: []said{{"advert", "Une entreprise qui se vend."}, {"advert", ""}, {"advert", ""}}},
		{name: "Toitures Éclair 2", title: "Isolation à un euro, sans conditions", text: "Offre réservée aux habitants. Appelez Toitures Éclair.", before: 2,
			reports: []said{{"advert", "La même entreprise, sous un autre nom."}, {"advert", ""}}},
		{name: "Linh P.", title: "Une aire de jeux sans béton au bord de l’eau", text: "Des troncs, du sable et une corde. Rien de plus, et les enfants inventent le reste.", before: 1,
			reports: []said{{"other", "Je n’aime pas cette idée, les enfants font du bruit."}, {"duplicate", ""}}},
	}
}

// moderate lets people propose what others report, and moderators decide of a part of it.
func (b *builder) moderate(ctx context.Context) error {
	open := -1
	for i, e := range b.city.editions {
		if project.PhaseOf(e.calendar, e.collect(), b.city.made) == project.Open {
			open = i
		}
	}
	if open < 0 {
		return nil
	}
	e, list := &b.city.editions[open], contested()
	rooms := moderation.NewService(b.db, moderation.Proposals(), moderation.Comments())
	people := make([]account.Person, len(list))
	for i, m := range list {
		people[i] = account.Person{Name: m.name, Kind: account.Resident, Language: string(i18n.FR)}
	}
	witnesses := make([]account.Person, 3)
	for i := range witnesses {
		witnesses[i] = account.Person{Kind: account.Resident, Language: string(i18n.FR)}
	}
	if err := b.write(ctx, at(b.city.day, -10, 8), func(ctx context.Context, tx db.Tx) error {
		if err := account.StageAll(ctx, tx, b.of.Key, people); err != nil {
			return err
		}
		return account.StageAll(ctx, tx, b.of.Key, witnesses)
	}); err != nil {
		return err
	}
	call, err := b.deposits.Call(ctx, b.of, account.Person{}, e.slug)
	if err != nil {
		return err
	}
	for i, m := range list {
		then := at(b.city.day, -m.before, 9+i)
		if then.Before(e.calendar[e.collect()].StartsAt) {
			continue
		}
		content := deposit.Content{Title: m.title, Body: m.text, Category: call.Categories[0].Slug, District: deposit.WholeCity, Cost: "5 000", Kind: rulebook.KindPerson, Name: m.name, Age: deposit.AgeAdult}
		p, err := b.deposit(db.At(ctx, then), people[i], call, content, len(e.deposits)+10+i)
		if err != nil {
			return fmt.Errorf("%q: %w", m.title, err)
		}
		if err := b.decided(ctx, rooms, m, p, people[i], witnesses, then); err != nil {
			return fmt.Errorf("moderate %q: %w", m.title, err)
		}
	}
	return nil
}

// decided lets others report a proposal, a moderator decide, and the author contest it.
func (b *builder) decided(ctx context.Context, rooms *moderation.Service, m moderated, p proposal.Proposal, author account.Person, witnesses []account.Person, then time.Time) error {
	for i, r := range m.reports {
		if err := rooms.Report(db.At(ctx, then.Add(time.Duration(i+1)*7*time.Minute)), b.of, witnesses[i], moderation.Proposal, p.ID, r.reason, r.sentence); err != nil {
			return err
		}
	}
	if m.decision.Verb == "" {
		return nil
	}
	then = then.Add(40 * time.Minute)
	c, err := rooms.Open(db.At(ctx, then), b.of, b.watch, moderation.Proposal, p.ID)
	if err != nil {
		return err
	}
	m.decision.Version = c.Version
	a, err := rooms.Decide(db.At(ctx, then), b.of, b.watch, c.ID, m.decision)
	if err != nil || m.appeal == "" {
		return err
	}
	return rooms.Contest(db.At(ctx, then.Add(20*time.Minute)), b.of, author, a.ID, m.appeal)
}

// second is the colleague of the moderator whom a visitor plays: who decided what that one must now agree to, or answer.
func (b *builder) second(ctx context.Context, tx db.Tx) (account.Person, error) {
	return account.Stage(ctx, tx, b.of.Key, account.Person{ID: ids.Random(), Email: "moderation" + account.StageDomain, Name: "Hadrien L.", Kind: account.Resident, Language: "fr"}, []access.Role{access.Moderator})
}

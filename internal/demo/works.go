package demo

import (
	"context"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/media"
)

// trade is how a category of works goes: its first stage, and what makes it late.
type trade struct {
	study  string
	reason delivery.Reason
	late   string
}

func trades() map[string]trade {
	return map[string]trade{
		"cadre-de-vie": {"Repérage sur place avec les riverains", "network", "Une canalisation qui ne figurait sur aucun plan passe juste dessous. Le tracé est redessiné, et la suite attend."},
		"climat":       {"Étude technique", "tender", "Aucune entreprise n’a répondu au premier appel d’offres. Il a été relancé en deux lots plus petits."},
		"culture":      {"Projet écrit avec les associations", "permit", "L’avis de l’architecte du patrimoine est attendu depuis deux mois. Il a demandé un essai de couleur, qui est fait."},
		"ecole":        {"Plans dessinés avec les enfants", "weather", "Les travaux n’ont pas pu tenir dans les vacances. Ils sont reportés aux suivantes pour ne pas gêner les classes."},
		"mobilites":    {"Comptages et plan", "network", "Le croisement avec le chantier du réseau d’eau oblige à attendre : on n’ouvrira la chaussée qu’une fois."},
		"nature":       {"Analyse du sol et choix des plantes", "supply", "Les plants livrés étaient malades et ont été refusés. Une nouvelle livraison est prévue à la prochaine saison de plantation."},
		"solidarite":   {"Convention avec les associations", "permit", "La commission d’accessibilité a demandé une porte plus large. Elle a raison, et il faut refaire le plan."},
		"sport":        {"Plans avec les clubs et les riverains", "supply", "L’entreprise retenue a fait défaut. La deuxième du classement a accepté, à partir du mois prochain."},
	}
}

const (
	abandoned = "L’étude chiffre les travaux à plus du double du budget voté. Après deux réunions avec la personne qui proposait, le conseil municipal a renoncé ; " +
		"le projet peut être déposé de nouveau sous une autre forme."
	moneyBack = "Il revient à l’édition suivante, dont il augmente l’enveloppe."
)

// silentWorks is a state of the demonstration alone: under way, and nobody has said anything for more than six months.
const silentWorks delivery.State = "silent"

// worksStates gives the states of works in the order of the winners; the list is gone through again from its end.
func worksStates() []delivery.State {
	return []delivery.State{delivery.Built, delivery.UnderWay, delivery.Built, delivery.Planned, delivery.UnderWay, delivery.Late, delivery.UnderWay,
		delivery.Built, silentWorks, delivery.UnderWay, delivery.Built, delivery.Abandoned, delivery.UnderWay, delivery.Built, delivery.Planned}
}

// gardens is the service of the demonstration that follows works of its own.
const gardens = "Espaces verts et cadre de vie"

// parks makes that service, with the agent of the guided tour in it.
func (b *builder) parks(ctx context.Context) error {
	agent := Player{Key: "works"}
	if _, err := b.desk.AddTeam(ctx, b.of, b.organiser, i18n.FR, []byte("email;roles;service\n"+agent.Email()+";suivi;"+gardens+"\n")); err != nil {
		return err
	}
	return b.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := delivery.Offices(ctx, tx, b.of.Key)
		for _, o := range all {
			if o.Name == gardens {
				b.gardens = o.ID
			}
		}
		return err
	})
}

// follow lets agents tell, on their days, how far each winner is until today; best first.
func (b *builder) follow(ctx context.Context, e *edition, winners []int) error {
	kinds, cycle := trades(), worksStates()
	works := delivery.NewService(b.db)
	r := chance("works")
	for i, w := range winners {
		state := cycle[i%len(cycle)]
		if i >= len(cycle) && (state == delivery.Abandoned || state == silentWorks) { // once is enough for one edition
			state = delivery.UnderWay
		}
		one := &worksTold{b: b, works: works, of: e.deposits[w], trade: kinds[e.deposits[w].category], number: i, later: r.IntN(25), version: 1}
		if err := one.tell(ctx, state); err != nil {
			return err
		}
	}
	return nil
}

// worksTold is a winner of which agents tell.
type worksTold struct {
	b       *builder
	works   *delivery.Service
	of      deposited
	trade   trade
	number  int
	later   int // days by which its calendar is moved
	version int
}

func (w *worksTold) day(days int) time.Time { return at(w.b.city.day, days+w.later, 0) }

// say tells something on a day.
func (w *worksTold) say(ctx context.Context, days int, c delivery.Change) error {
	c.Version = w.version
	w.version++
	return w.works.Save(db.At(ctx, w.day(days).Add(15*time.Hour)), w.b.of, w.b.organiser, w.of.proposal.ID, c)
}

func (w *worksTold) reached(days int, position int) []delivery.Reached {
	return []delivery.Reached{{Position: position, Day: w.day(days)}}
}

// money gives hundredths of what was voted, in percent.
func (w *worksTold) money(percent int64) *int64 {
	amount := w.of.cost * percent / 100 / 10_000 * 10_000
	return &amount
}

// news is a sentence, with a drawing for a photo.
func (w *worksTold) news(phase delivery.Phase, words string, seed int) *delivery.Told {
	scene := drawing.Of(w.of.title, w.of.category, int64(w.number*7+seed))
	drawn, alt := media.Drawn(scene), media.Alt{}
	for _, lang := range i18n.Langs {
		alt[lang] = scene.Alt(lang)
	}
	return &delivery.Told{Phase: phase, Body: words, Picture: &drawn, Alt: alt}
}

func (w *worksTold) tell(ctx context.Context, state delivery.State) error {
	plan := delivery.Change{State: delivery.Planned, Moved: []delivery.Moved{{Position: 0, Day: w.day(-250)}, {Position: 1, Day: w.day(20)}, {Position: 2, Day: w.day(60)}},
		News: &delivery.Told{Phase: delivery.Before, Body: w.trade.study + " : c’est par là que le projet commence."}}
	switch state {
	case delivery.Built:
		plan.Moved[1].Day, plan.Moved[2].Day = w.day(-100), w.day(-60)
		plan.News = w.news(delivery.Before, "Voici les lieux avant les travaux.", 1)
	case delivery.Planned:
		plan.Moved[0].Day, plan.Moved[1].Day, plan.Moved[2].Day = w.day(30), w.day(120), w.day(170)
	case delivery.Late:
		plan.Moved[1].Day, plan.Moved[2].Day = w.day(-100), w.day(70)
	}
	if slices.Contains([]string{"nature", "cadre-de-vie"}, w.of.category) {
		plan.Service = &w.b.gardens
	}
	if err := w.say(ctx, -275, plan); err != nil {
		return err
	}
	study := delivery.Change{Reached: w.reached(-246, 0), News: &delivery.Told{Phase: delivery.Before, Body: "C’est fait : " + w.trade.study + "."}, Committed: w.money(30), Spent: w.money(8)}
	switch state {
	case delivery.Planned:
		return w.say(ctx, -70, delivery.Change{News: &delivery.Told{Phase: delivery.Before, Body: "Le calendrier est posé : " + w.trade.study + " d’abord, les travaux ensuite."}})
	case delivery.Abandoned:
		return w.say(ctx, -40-2*w.later, delivery.Change{End: &delivery.Ending{Reason: abandoned, MoneyBack: moneyBack}})
	}
	if err := w.say(ctx, -246, study); err != nil || state == silentWorks {
		return err
	}
	switch state {
	case delivery.Built:
		if err := w.say(ctx, -92, delivery.Change{Reached: w.reached(-92, 1), Committed: w.money(95), Spent: w.money(60), News: w.news(delivery.During, "Le chantier est ouvert. La rue reste accessible à pied.", 2)}); err != nil {
			return err
		}
		return w.say(ctx, -58, delivery.Change{Reached: w.reached(-58, 2), Spent: w.money(94), News: w.news(delivery.After, "C’est ouvert. Merci à toutes les personnes qui ont voté pour ce projet.", 3)})
	case delivery.Late:
		return w.say(ctx, -120, delivery.Change{Moved: []delivery.Moved{{Position: 1, Day: w.day(-45), Reason: w.trade.reason, Words: w.trade.late}}})
	}
	return w.say(ctx, -60, delivery.Change{Committed: w.money(80), Spent: w.money(20), News: w.news(delivery.During, "L’entreprise est choisie, les commandes sont passées.", 4)})
}

// before are the winners of an edition that the town held before Parvis, as its file has them.
const before = `Édition;Référence;Titre;Texte;Quartier;Latitude;Longitude;État;Budget;Dépensé;Date;Raison;Argent rendu
Budget participatif 2019;2019-01;Un kiosque à musique au bord de l’eau;Ouvert à qui veut jouer, tous les jours.;Port-Chaland;45.9012;-3.2231;réalisé;38 000;41 200;14/06/2021;;
Budget participatif 2019;2019-02;Des arceaux à vélos devant les écoles;;;;;réalisé;22 000;19 850;02/09/2020;;
Budget participatif 2019;2019-03;Une pergola place du marché;;Les Halles;;;réalisé;30 000;29 400;2021;;
Budget participatif 2019;2019-04;Un bassin de baignade;;Les Filatures;;;abandonné;90 000;;2022;L’eau de la rivière n’a pas la qualité que demande une baignade.;Il est revenu à l’édition suivante.
Budget participatif 2019;2019-05;Un verger partagé;Trente arbres, et les clés au voisinage.;Grand-Verger;;;réalisé;12 500;11 900;20/03/2021;;
`

// remember brings them in, as an organiser does.
func (b *builder) remember(ctx context.Context) error {
	_, err := delivery.NewService(b.db).ImportPast(ctx, b.of, b.organiser, "2019.csv", []byte(before))
	return err
}

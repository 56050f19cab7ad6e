package demo

import (
	"time"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// trade is how a category of works goes: four milestones, and what can make it late.
type trade struct {
	milestones [4]string
	late       string
}

func trades() map[string]trade {
	return map[string]trade{
		"cadre-de-vie": {[4]string{"Repérage sur place avec les riverains", "Plans validés et commande passée", "Travaux", "Mise en service"},
			"Une canalisation qui ne figurait sur aucun plan passe juste dessous. Le tracé est redessiné, et la suite attend."},
		"climat": {[4]string{"Étude technique", "Choix de l’entreprise", "Installation", "Mise en route et premier relevé"},
			"Aucune entreprise n’a répondu au premier appel d’offres. Il a été relancé en deux lots plus petits."},
		"culture": {[4]string{"Projet écrit avec les associations", "Autorisations et commande", "Travaux", "Soirée d’ouverture"},
			"L’avis de l’architecte du patrimoine est attendu depuis deux mois. Il a demandé un essai de couleur, qui est fait."},
		"ecole": {[4]string{"Plans dessinés avec les enfants", "Choix de l’entreprise", "Travaux pendant les vacances", "Ouverture, avec goûter"},
			"Les travaux n’ont pas pu tenir dans les vacances. Ils sont reportés aux suivantes pour ne pas gêner les classes."},
		"mobilites": {[4]string{"Comptages et plan", "Concertation avec la rue", "Chantier", "Ouverture"},
			"Le croisement avec le chantier du réseau d’eau oblige à attendre : on n’ouvrira la chaussée qu’une fois."},
		"nature": {[4]string{"Analyse du sol et choix des plantes", "Commande à la pépinière", "Plantations", "Premier printemps"},
			"Les plants livrés étaient malades et ont été refusés. Une nouvelle livraison est prévue à la prochaine saison de plantation."},
		"solidarite": {[4]string{"Convention avec les associations", "Plans et accessibilité vérifiés", "Travaux", "Premier jour d’accueil"},
			"La commission d’accessibilité a demandé une porte plus large. Elle a raison, et il faut refaire le plan."},
		"sport": {[4]string{"Plans avec les clubs et les riverains", "Choix de l’entreprise", "Chantier", "Premier match"},
			"L’entreprise retenue a fait défaut. La deuxième du classement a accepté, à partir du mois prochain."},
	}
}

const abandoned = "L’étude chiffre les travaux à plus du double du budget voté. Après deux réunions avec la personne qui proposait, le conseil municipal a renoncé ; " +
	"l’argent revient à l’édition suivante, et le projet peut y être déposé de nouveau sous une autre forme."

// states gives the states of works in the order of the winners; the list is gone through again from its end.
func states() []delivery.State {
	return []delivery.State{delivery.Built, delivery.UnderWay, delivery.Built, delivery.Planned, delivery.UnderWay, delivery.Late, delivery.UnderWay,
		delivery.Built, delivery.Planned, delivery.UnderWay, delivery.Built, delivery.Abandoned, delivery.UnderWay, delivery.Built, delivery.Planned}
}

// works follows each winner, best first, on a day.
func (e *edition) works(day time.Time, winners []int) []delivery.Delivery {
	r, kinds := chance("works"), trades()
	cycle := states()
	var list []delivery.Delivery
	for i, w := range winners {
		state := cycle[i%len(cycle)]
		if state == delivery.Abandoned && i >= len(cycle) { // once is enough for one edition
			state = delivery.UnderWay
		}
		list = append(list, follow(e.deposits[w].proposal, kinds[e.deposits[w].category], state, day, r.IntN(25)))
	}
	return list
}

// follow gives the works of a proposal in a state; late is in days and moves its whole calendar.
func follow(p proposal.Proposal, t trade, state delivery.State, day time.Time, later int) delivery.Delivery {
	d := delivery.Delivery{Proposal: p.ID, Project: p.Project, State: state}
	add := func(title, body string, due, done int) {
		m := delivery.Milestone{Title: title, Body: body, DueAt: at(day, due, 12)}
		if done != never {
			m.DoneAt = at(day, done, 15)
			d.UpdatedAt = m.DoneAt
		}
		d.Milestones = append(d.Milestones, m)
	}
	m := t.milestones
	add(m[0], "", -250+later, -246+later)
	switch state {
	case delivery.Built:
		add(m[1], "", -190+later, -193+later)
		add(m[2], "", -100+later, -92+later)
		add(m[3], "", -60+later, -58+later)
	case delivery.UnderWay:
		add(m[1], "", -150+later, -141+later)
		add(m[2], "", 20+later, never)
		add(m[3], "", 60+later, never)
	case delivery.Planned:
		add(m[1], "", 30+later, never)
		add(m[2], "", 120+later, never)
		add(m[3], "", 170+later, never)
	case delivery.Late:
		add(m[1], t.late, -80+later, never)
		add(m[2], "", 70+later, never)
		add(m[3], "", 120+later, never)
		d.UpdatedAt = at(day, -9, 10)
	case delivery.Abandoned:
		add("Projet abandonné", abandoned, -40-later, -40-later)
	}
	return d
}

const never = 1 << 20

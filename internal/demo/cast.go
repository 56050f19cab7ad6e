package demo

import (
	"context"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Player is somebody of the city whom a visitor may be for a while.
type Player struct {
	Key   string // in addresses and translations: resident, author, agent, organiser, administrator
	Name  string
	Roles []access.Role
}

// Email is the player's address, which no mail can reach.
func (p Player) Email() string { return p.Key + account.StageDomain }

// Players are the people of the guided tour.
func Players() []Player {
	return append([]Player{
		{Key: "resident", Name: "Nadia B."},
		{Key: "author", Name: "Édouard R."},
		{Key: "agent", Name: "Lucie F.", Roles: []access.Role{access.PollingAgent}},
		{Key: "organiser", Name: "Claire M.", Roles: []access.Role{access.Organiser}},
		{Key: "parks", Name: "Paule V.", Roles: []access.Role{access.Analyst}},
		{Key: "roads", Name: "Marc T.", Roles: []access.Role{access.Analyst}},
		{Key: "works", Name: "Yann G.", Roles: []access.Role{access.DeliveryAgent}},
		{Key: "moderator", Name: "Inès T.", Roles: []access.Role{access.Moderator}},
		{Key: "administrator", Name: "Samir K.", Roles: []access.Role{access.Administrator, access.Organiser}},
	}, deciders()...)
}

// staff brings the players in, among whom is the organiser, on the day on which the city opens its platform.
func (b *builder) staff(ctx context.Context) error {
	opened := at(b.city.day, founded, 9)
	return b.write(ctx, opened, func(ctx context.Context, tx db.Tx) error {
		// The slug under which rooms look for the platform's own account.
		house := account.Account{ID: ids.Dated(opened), Name: "Ville de " + Name, Kind: account.Organisation, Slug: "plateforme", CreatedAt: opened}
		if err := account.Insert(ctx, tx, b.of.Key, []account.Account{house}); err != nil {
			return err
		}
		for _, p := range Players() {
			person, err := account.Stage(ctx, tx, b.of.Key, account.Person{Email: p.Email(), Name: p.Name, Kind: account.Resident, Language: "fr"}, p.Roles)
			if err != nil {
				return err
			}
			b.players[p.Key] = person
			switch p.Key {
			case "author":
				b.author = person
			case "organiser":
				b.organiser = person
			}
		}

		var err error
		b.watch, err = b.second(ctx, tx)
		return err
	})
}

// play lets the author deposit where the deposit is open: one project published, one draft.
func (b *builder) play(ctx context.Context) error {
	ctx = db.At(ctx, at(b.city.day, -1, 23)) // after all the others
	for _, e := range b.city.editions {
		if project.PhaseOf(e.calendar, e.collect(), b.city.made) != project.Open {
			continue
		}
		call, err := b.deposits.Call(ctx, b.of, b.author, e.slug)
		if err != nil {
			return err
		}
		published, draft := authored()
		home := slices.IndexFunc(b.city.districts, func(d rulebook.Named) bool { return d.Key == published.District })
		place := b.city.place(home, published.Address)
		published.Latitude, published.Longitude = degree(place.Latitude), degree(place.Longitude)
		if _, err := b.deposit(ctx, b.author, call, published, len(e.deposits)+1); err != nil {
			return err
		}
		draft.Criteria = wanted(call)
		if _, err := b.deposits.Save(ctx, b.of, b.author, e.slug, ids.ID{}, draft, deposit.Upload{}); err != nil {
			return err
		}
	}
	return nil
}

// authored is what the author has written.
func authored() (published, draft deposit.Content) {
	return deposit.Content{Title: "Un atelier de réparation de vélos sous la halle", Summary: "Des outils en libre accès et deux après-midi par semaine avec un mécanicien.",
			Body:     "Beaucoup de vélos dorment dans les caves pour un pneu ou un câble.\n\nSous la halle, un établi, des outils attachés, une pompe et un tableau où l’on écrit ce que l’on cherche. L’association du quartier tient la permanence.",
			Category: "mobilites", District: "les-halles", Address: "Place des Halles", Cost: "18 000", Kind: rulebook.KindPerson, Name: "Édouard R.", Age: deposit.AgeAdult},
		deposit.Content{Title: "Une fontaine à boire près du terrain de boules", Body: "L’été, le café ferme et il n’y a plus d’eau.", Category: "nature", District: "les-halles"}
}

package demo

import (
	"context"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
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
	return []Player{
		{Key: "resident", Name: "Nadia B."},
		{Key: "author", Name: "Édouard R."},
		{Key: "agent", Name: "Lucie F.", Roles: []access.Role{access.PollingAgent}},
		{Key: "organiser", Name: "Claire M.", Roles: []access.Role{access.Organiser}},
		{Key: "administrator", Name: "Samir K.", Roles: []access.Role{access.Administrator, access.Organiser}},
	}
}

// players brings them in, once the city is there, and lets the author deposit: one project published, one draft.
func (b *builder) players(ctx context.Context, of platform.Platform) error {
	var author account.Person
	err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, p := range Players() {
			person, err := account.Stage(ctx, tx, b.platform, account.Person{Email: p.Email(), Name: p.Name, Kind: account.Resident, Language: "fr"}, p.Roles)
			if err != nil {
				return err
			}
			if p.Key == "author" {
				author = person
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	deposits := deposit.NewService(b.db)
	for _, e := range b.city.editions {
		if depositStep(e) < 0 {
			continue
		}
		call, err := deposits.Call(ctx, of, author, e.slug)
		if err != nil {
			return err
		}
		if !call.Open(author, deposit.Deposit{}) { // by the clock of the services, which is not that of a day made up
			continue
		}
		for i, c := range deposited() {
			c.Criteria = map[string]string{}
			for _, k := range call.Criteria() {
				c.Criteria[string(k.Key)] = k.Wanted
			}
			d, err := deposits.Save(ctx, of, author, e.slug, ids.ID{}, c, deposit.Upload{})
			if err != nil {
				return err
			}
			if i > 0 {
				continue // a draft
			}
			if _, err := deposits.Publish(ctx, of, author, e.slug, d.ID, call.Charter.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// depositStep gives the index of the step in which projects are deposited; -1 for none.
func depositStep(e edition) int {
	for i, s := range e.calendar {
		if s.Kind == project.Collect {
			return i
		}
	}
	return -1
}

// deposited is what the author has written.
func deposited() []deposit.Content {
	return []deposit.Content{
		{Title: "Un atelier de réparation de vélos sous la halle", Summary: "Des outils en libre accès et deux après-midi par semaine avec un mécanicien.",
			Body:     "Beaucoup de vélos dorment dans les caves pour un pneu ou un câble.\n\nSous la halle, un établi, des outils attachés, une pompe et un tableau où l’on écrit ce que l’on cherche. L’association du quartier tient la permanence.",
			Category: "mobilites", District: "halles", Address: "Place des Halles", Cost: "18 000", Kind: rulebook.KindPerson, Name: "Édouard R.", Age: deposit.AgeAdult},
		{Title: "Une fontaine à boire près du terrain de boules", Body: "L’été, le café ferme et il n’y a plus d’eau.", Category: "nature", District: "halles"},
	}
}

package vote

import (
	"context"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/ballot"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// selection is the page of what a person has chosen: also what a script takes the new selection from.
func (s *Pages) selection(r *web.Request, p ui.Page) (web.View, error) {
	var box Box
	err := s.read(r, p, func(ctx context.Context, v visit, b ballot.Booth) error {
		districts, err := v.colours(ctx, b)
		if err != nil {
			return err
		}
		box = v.box(b, districts, web.Local(r.URL.Query().Get("retour"), string(p.Href(v.project(b).path()+"/vote"))))
		box.Refused = v.refused(b, r.URL.Query())
		return nil
	})
	return web.View{Page: Selection(p, box)}, err
}

// doings are the buttons of the forms by their names; their value is the proposal's number.
var doings = map[string]ballot.Doing{"ajouter": ballot.Adding, "retirer": ballot.Removing, "monter": ballot.MovingUp, "descendre": ballot.MovingDown,
	"donner": ballot.Giving, "quartier": ballot.In, "vider": ballot.Emptying, "reprendre": ballot.FromTheVoted}

// asked reads which change a form asks for.
func asked(r *web.Request) ballot.Change {
	var c ballot.Change
	for name, doing := range doings {
		if value, ok := r.PostForm[name]; ok && len(value) > 0 {
			c.Do = doing
			c.Number, _ = strconv.Atoi(value[0])
		}
	}
	c.Points, _ = strconv.ParseInt(r.Posted("points"), 10, 64)
	c.District = r.Posted("quartier")
	c.Seed, _ = strconv.ParseInt(r.Posted("ordre"), 10, 64)
	c.Seed &= 1<<31 - 1
	return c
}

// change changes the selection, and goes back to where it was asked for. What the rules refuse is remembered in the
// address there, so that the page says why at the place where one was.
func (s *Pages) change(r *web.Request, p ui.Page) (web.View, error) {
	if err := r.Begin(p.Lang); err != nil {
		return web.View{}, err
	}
	c := asked(r)
	back := web.Local(r.Posted("retour"), string(p.Href("/projets/"+url.PathEscape(r.PathValue("project"))+"/vote")))
	if r.Posted("partie") != "" { // a script, which wants the selection alone
		back = string(p.HrefWith("/projets/"+url.PathEscape(r.PathValue("project"))+"/vote/selection", "retour", back))
	}
	_, err := s.ballots.Change(r.Context(), r.Platform, r.Person, r.PathValue("project"), c)
	switch {
	case err == nil:
		return web.View{Next: at(back, c.Number)}, nil
	case fault.Is(err, fault.Invalid) && c.Number > 0:
		points := ""
		if c.Do == ballot.Giving {
			points = strconv.FormatInt(c.Points, 10)
		}
		return web.View{Next: at(with(back, "refus", strconv.Itoa(c.Number), "points", points), c.Number)}, nil
	}
	return web.View{}, err
}

// with adds parameters to an address of this host; empty ones are left out.
func with(address string, pairs ...string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // Local gave it: it is one
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// at leads to the card of a proposal on a page.
func at(address string, number int) templ.SafeURL {
	if number <= 0 {
		return templ.SafeURL(address)
	}
	return templ.SafeURL(address + "#p" + strconv.Itoa(number))
}

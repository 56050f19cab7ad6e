package talk

import (
	"context"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const (
	followPath = "/projets/{project}/suivre"
	minePath   = "/mon-espace/suivis"
)

// offer is something that can be followed.
type offer struct {
	follow.Topic
	Name, Lang string
	Path       string // where it is read; empty: nowhere
	Chosen     bool
}

// value is its word in a form.
func (o offer) value() string { return string(o.Kind) + "_" + o.Subject.String() }

// followPage offers what can be followed of an edition, or all that somebody follows.
type followPage struct {
	Edition   *project.Project // nil: one's own page
	Offers    []offer
	Proposals []offer // that are followed, each on its own page
	Period    notify.Period
	Problems  ui.Problems
	Done      string
}

func (f followPage) path() string {
	if f.Edition == nil {
		return minePath
	}
	return "/projets/" + f.Edition.Slug + "/suivre"
}

func (f followPage) topics(p ui.Page) ui.Input {
	i := ui.Input{Name: "topic", Label: p.T("talk.follow.what"), Several: true, Required: true}
	for _, o := range f.Offers {
		i.Options = append(i.Options, ui.Option{Value: o.value(), Label: o.Name, Lang: o.Lang, Chosen: o.Chosen})
	}
	return i
}

func (f followPage) period(p ui.Page) ui.Input {
	i := ui.Input{Name: "period", Label: p.T("talk.follow.period"), Required: true}
	for _, one := range []notify.Period{notify.Weekly, notify.Daily} {
		i.Options = append(i.Options, ui.Option{Value: string(one), Label: p.T("talk.follow.period." + string(one)), Chosen: one == f.Period})
	}
	return i
}

// offers reads what the page offers, with what is followed of it.
func (s *Pages) offers(r *web.Request, p ui.Page) (page followPage, err error) {
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		page = followPage{Done: done(r, p)}
		key := r.Platform.Key
		followed, err := follow.Topics(ctx, tx, key, r.Person.ID)
		if err != nil {
			return err
		}
		if page.Period, err = follow.PeriodOf(ctx, tx, key, r.Person.ID); err != nil {
			return err
		}
		if r.PathValue("project") == "" {
			return s.mine(ctx, tx, r, p, followed, &page)
		}
		view, err := project.Load(ctx, tx, key, r.PathValue("project"), r.Platform.Now(tx.Now()))
		if err != nil {
			return err
		}
		page.Edition = &view.Project
		districts, err := project.DistrictsOf(ctx, tx, key, []ids.ID{view.ID})
		page.Offers = []offer{{Topic: follow.Topic{Kind: follow.Edition, Subject: view.ID}, Name: p.T("talk.follow.edition")}}
		for _, d := range districts {
			page.Offers = append(page.Offers, offer{Topic: follow.Topic{Kind: follow.District, Subject: d.ID}, Name: d.Name, Lang: foreign(p, view.Language)})
		}
		for i := range page.Offers {
			for _, t := range followed {
				page.Offers[i].Chosen = page.Offers[i].Chosen || t == page.Offers[i].Topic
			}
		}
		return err
	})
	return page, err
}

// mine fills in what somebody follows.
func (s *Pages) mine(ctx context.Context, tx db.Tx, r *web.Request, p ui.Page, followed []follow.Topic, page *followPage) error {
	var editions, districts []ids.ID
	for _, t := range followed {
		if t.Kind == follow.Edition {
			editions = append(editions, t.Subject)
		} else {
			districts = append(districts, t.Subject)
		}
	}
	list, err := proposal.Followed(ctx, tx, r.Platform.Key, r.Person.ID, 100)
	if err != nil {
		return err
	}
	proposals, err := proposal.ByIDs(ctx, tx, r.Platform.Key, list)
	if err != nil {
		return err
	}
	all := editions
	for _, one := range proposals {
		all = append(all, one.Project)
	}
	known, err := project.ByIDs(ctx, tx, r.Platform.Key, all)
	if err != nil {
		return err
	}
	of := map[ids.ID]project.Project{}
	for _, e := range known {
		of[e.ID] = e
	}
	for _, id := range editions {
		if e, ok := of[id]; ok {
			page.Offers = append(page.Offers, offer{Topic: follow.Topic{Kind: follow.Edition, Subject: id}, Name: e.Title, Lang: foreign(p, e.Language), Chosen: true})
		}
	}
	named, err := project.DistrictsByID(ctx, tx, r.Platform.Key, districts)
	for _, d := range named {
		page.Offers = append(page.Offers, offer{Topic: follow.Topic{Kind: follow.District, Subject: d.ID}, Name: d.Name, Chosen: true})
	}
	for _, one := range proposals {
		if e, ok := of[one.Project]; ok && one.Trashed.Readable() {
			page.Proposals = append(page.Proposals, offer{Name: ui.Tidy(one.Title), Lang: foreign(p, e.Language), Path: pathOf(e.Slug, one.Number)})
		}
	}
	return err
}

func (s *Pages) followShow(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.offers(r, p)
	return web.View{Page: FollowPage(p, page)}, err
}

func (s *Pages) follow(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.offers(r, p)
	if err != nil {
		return web.View{}, err
	}
	ticked := map[string]bool{}
	for _, word := range r.PostForm["topic"] {
		ticked[word] = true
	}
	page.Period = notify.Period(r.Posted("period"))
	c := follow.Choice{Period: page.Period}
	for i := range page.Offers {
		o := &page.Offers[i]
		c.Offered = append(c.Offered, o.Topic)
		if o.Chosen = ticked[o.value()]; o.Chosen {
			c.Wanted = append(c.Wanted, o.Topic)
		}
	}
	err = s.following.Choose(r.Context(), r.Platform, r.Person, c)
	if page.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(page.Problems) > 0 {
		return web.Form(FollowPage(p, page), page.Problems), nil
	}
	return web.Done(p, page.path(), "suivi"), nil
}

func (f followPage) title(p ui.Page) string {
	if f.Edition == nil {
		return p.T("talk.follow.mine")
	}
	return p.T("talk.follow.title")
}

func (f followPage) above(p ui.Page) ui.Link {
	if f.Edition == nil {
		return ui.Link{Text: p.T("account.mine"), Href: p.Href("/mon-espace")}
	}
	return ui.Link{Text: f.Edition.Title, Href: p.Href("/projets/" + f.Edition.Slug), Lang: foreign(p, f.Edition.Language)}
}

package talk

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// listPage is all that people say of a proposal, or one thread of it.
type listPage struct {
	place
	Section
	Thread bool   // one alone
	Done   string // what was just done, as a sentence
}

// done is what was just done, as a sentence; empty: nothing.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "publie", "modifie", "retire", "question", "reponse", "suivi", "regle", "envoye":
		return p.T("talk.done." + word)
	}
	return ""
}

// gone refuses what the reader may not see, as if it was not there.
func gone(a place, r *web.Request) error {
	if r.May(access.SeeComments, a.Moment()) {
		return nil
	}
	return fault.New(fault.NotFound, "fault.deposit.unknown")
}

func (s *Pages) list(r *web.Request, p ui.Page) (web.View, error) {
	var page listPage
	_, err := s.at(r, func(ctx context.Context, tx db.Tx, a place) error {
		if err := gone(a, r); err != nil {
			return err
		}
		page = listPage{place: a, Section: *section(r.Person, p, a.About), Done: done(r, p)}
		page.Oldest = r.URL.Query().Get(orderWord) == oldestWord
		return page.fill(ctx, tx, r.Platform, r.Person, a.About, readKey(r.URL.Query().Get("apres")), pageSize)
	})
	return web.View{Page: ListPage(p, page)}, err
}

// thread shows a comment in its thread, under its own address.
func (s *Pages) thread(r *web.Request, p ui.Page) (web.View, error) {
	id, err := ids.Parse(r.PathValue("comment"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.talk.unknown")
	}
	var page listPage
	_, err = s.at(r, func(ctx context.Context, tx db.Tx, a place) error {
		if err := gone(a, r); err != nil {
			return err
		}
		page = listPage{place: a, Section: *section(r.Person, p, a.About), Thread: true, Done: done(r, p)}
		root, err := discussion.RootOf(ctx, tx, r.Platform.Key, a.Proposal.ID, id)
		if err != nil {
			return err
		}
		if page.Comments, err = threads(ctx, tx, r.Platform, r.Person, a.About, []discussion.Comment{root}); err != nil {
			return err
		}
		first := &page.Comments[0]
		first.Here = first.ID == id
		for i := range first.Answers {
			first.Answers[i].Here = first.Answers[i].ID == id
		}
		return nil
	})
	return web.View{Page: ListPage(p, page)}, err
}

// writePage is a comment being written, or changed.
type writePage struct {
	place
	Section
	Comment  ids.ID // that is changed; zero: a new one
	Parent   *Said  // that it answers; nil: none
	Name     string
	Body     string
	Kept     bool // it was typed before the address was proved
	Until    time.Time
	Problems ui.Problems
	Inline   bool // below what it is about: that page is the same for everybody, and says no time
}

func (w writePage) nameField(p ui.Page) ui.Input {
	return ui.Input{Name: "name", Label: p.T("talk.field.name"), Help: p.T("talk.field.name.why"), Value: w.Name, Autocomplete: "nickname", Max: 80}
}

func (w writePage) bodyField(p ui.Page) ui.Input {
	label := "talk.field.body"
	if w.Parent != nil {
		label = "talk.field.answer"
	}
	return ui.Input{Name: "body", Label: p.T(label), Help: p.T("talk.field.body.help"), Value: w.Body, Rows: 5, Required: true}
}

func (w writePage) title(p ui.Page) string {
	switch {
	case !w.Comment.IsZero():
		return p.T("talk.edit.title")
	case w.Parent != nil:
		return p.T("talk.answer.title")
	}
	return p.T("talk.write.title")
}

func (w writePage) action(p ui.Page) templ.SafeURL {
	if w.Comment.IsZero() {
		return p.Href(w.Section.Path + "/commentaires")
	}
	return p.Href(w.Section.Path + "/commentaires/" + w.Comment.String() + "/modifier")
}

func (s *Pages) write(r *web.Request, p ui.Page) (web.View, error) {
	return s.writing(r, p, r.URL.Query().Get("a"), discussion.Written{}, nil)
}

// writing shows the form of a comment: empty, with what was typed and is refused, or with what waits for a proof.
func (s *Pages) writing(r *web.Request, p ui.Page, parent string, w discussion.Written, refused error) (web.View, error) {
	var page writePage
	problems, err := p.ProblemsOf(refused)
	if err != nil {
		return web.View{}, err
	}
	_, err = s.at(r, func(ctx context.Context, tx db.Tx, a place) error {
		if err := gone(a, r); err != nil {
			return err
		}
		page = writePage{place: a, Section: *section(r.Person, p, a.About), Name: w.Name, Body: w.Body, Problems: problems}
		if refused == nil && !r.Person.IsZero() {
			d, kept, err := discussion.DraftOf(ctx, tx, r.Platform.Key, r.Person.ID, a.Proposal.ID)
			if err != nil {
				return err
			}
			if kept && (parent == "" || d.Parent.String() == parent) {
				page.Name, page.Body, page.Kept = d.Name, d.Body, true
				if !d.Parent.IsZero() {
					parent = d.Parent.String()
				}
			}
		}
		if parent == "" {
			return nil
		}
		id, err := ids.Parse(parent)
		if err != nil {
			return fault.New(fault.NotFound, "fault.talk.unknown")
		}
		to, err := discussion.One(ctx, tx, r.Platform.Key, a.Proposal.ID, id)
		page.Parent = &Said{Comment: to}
		return err
	})
	return web.Form(WritePage(p, page), problems), err
}

// post publishes a comment. Who has not proved an address goes and does so, and comes back to what they typed.
func (s *Pages) post(r *web.Request, p ui.Page) (web.View, error) {
	n, err := numberOf(r.PathValue("proposal"))
	if err != nil {
		return web.View{}, err
	}
	parent := r.Posted("parent")
	w := discussion.Written{Name: r.Posted("name"), Body: r.Posted("body")}
	if parent != "" {
		if w.Parent, err = ids.Parse(parent); err != nil {
			return web.View{}, fault.New(fault.NotFound, "fault.talk.unknown")
		}
	}
	if err := r.Human(); err != nil {
		return s.writing(r, p, parent, w, err)
	}
	slug := r.PathValue("project")
	if err := r.Human(); err != nil {
		return s.writing(r, p, parent, w, err)
	}
	if !r.Person.Proved {
		if _, err := s.at(r, func(_ context.Context, _ db.Tx, a place) error { return gone(a, r) }); err != nil {
			return web.View{}, err // before anybody is made of who asks for nothing that is there
		}
		if err := r.Begin(p.Lang); err != nil {
			return web.View{}, err
		}
		if err := s.talk.Keep(r.Context(), r.Platform, r.Person, slug, n, w); err != nil {
			return s.writing(r, p, parent, w, err)
		}
		back := p.Href("/projets/" + slug + "/propositions/" + r.PathValue("proposal") + "/commentaires/ecrire")
		return web.View{Next: p.HrefWith(web.SignInPath, "suite", string(back)+"#publier")}, nil
	}
	c, err := s.talk.Post(r.Context(), r.Platform, r.Person, slug, n, w)
	if err != nil {
		return s.writing(r, p, parent, w, err)
	}
	return web.View{Next: p.HrefWith(discussion.PathOf(slug, n, c.ID), "fait", "publie") + "#" + templ.SafeURL(anchor(c.ID))}, nil
}

// anchor is a comment's place in its page.
func anchor(id ids.ID) string { return "c-" + id.String() }

// own reads one of the reader's own comments.
func (s *Pages) own(r *web.Request, p ui.Page, action access.Action) (page writePage, c discussion.Comment, err error) {
	id, err := ids.Parse(r.PathValue("comment"))
	if err != nil {
		return page, c, fault.New(fault.NotFound, "fault.talk.unknown")
	}
	n, err := numberOf(r.PathValue("proposal"))
	if err != nil {
		return page, c, err
	}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		a, found, err := discussion.Theirs(ctx, tx, r.Platform, r.Person, r.PathValue("project"), n, id)
		if err != nil {
			return err
		}
		if !r.May(action, found.Moment(a, r.Person)) {
			return fault.New(fault.Closed, "fault.talk.late")
		}
		c = found
		page = writePage{place: place{a, n}, Section: *section(r.Person, p, a), Comment: c.ID, Body: c.Body, Until: c.PublishedAt.Add(discussion.EditTime)}
		page.Nameless = false
		return nil
	})
	return page, c, err
}

func (s *Pages) editShow(r *web.Request, p ui.Page) (web.View, error) {
	page, _, err := s.own(r, p, access.EditComment)
	return web.View{Page: WritePage(p, page)}, err
}

func (s *Pages) edit(r *web.Request, p ui.Page) (web.View, error) {
	page, c, err := s.own(r, p, access.EditComment)
	if err != nil {
		return web.View{}, err
	}
	page.Body = r.Posted("body")
	err = s.talk.Edit(r.Context(), r.Platform, r.Person, page.Slug, page.number, c.ID, page.Body)
	if page.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(page.Problems) > 0 {
		return web.Form(WritePage(p, page), page.Problems), nil
	}
	return web.View{Next: p.HrefWith(discussion.PathOf(page.Slug, page.number, c.ID), "fait", "modifie") + "#" + templ.SafeURL(anchor(c.ID))}, nil
}

func (s *Pages) withdrawShow(r *web.Request, p ui.Page) (web.View, error) {
	page, c, err := s.own(r, p, access.WithdrawComment)
	return web.View{Page: WithdrawPage(p, page, Said{Comment: c})}, err
}

func (s *Pages) withdraw(r *web.Request, p ui.Page) (web.View, error) {
	page, c, err := s.own(r, p, access.WithdrawComment)
	if err != nil {
		return web.View{}, err
	}
	err = s.talk.Withdraw(r.Context(), r.Platform, r.Person, page.Slug, page.number, c.ID)
	if fault.Is(err, fault.Closed) {
		return web.View{Status: http.StatusForbidden}, err
	}
	return web.View{Next: p.HrefWith(page.place.path("/commentaires"), "fait", "retire")}, err
}

package talk

import (
	"context"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

const auditPath = "/organisation/actes"

// auditPage is what agents did.
type auditPage struct {
	Query audit.Query
	Acts  []audit.Act
	Names map[ids.ID]string  // of agents
	About map[ids.ID]subject // by act
	Next  string
}

// subject is what an act is about, as far as it may be named.
type subject struct{ Text, Path, Lang string }

func (a auditPage) role(p ui.Page) ui.Input {
	i := ui.Input{Name: "role", Label: p.T("audit.role"), Options: []ui.Option{{Label: p.T("audit.all")}}}
	for _, r := range access.All() {
		i.Options = append(i.Options, ui.Option{Value: r.String(), Label: p.T("organise.role." + r.String()), Chosen: a.Query.Role == r.String()})
	}
	return i
}

// groups are the families of acts that the page lets choose among.
func (a auditPage) family(p ui.Page) ui.Input {
	i := ui.Input{Name: "famille", Label: p.T("audit.family"), Options: []ui.Option{{Label: p.T("audit.all")}}}
	for _, f := range audit.Families() {
		i.Options = append(i.Options, ui.Option{Value: string(f), Label: p.T("audit.family." + string(f)), Chosen: a.Query.Family == f})
	}
	return i
}

// who names an agent.
func (a auditPage) who(p ui.Page, act audit.Act) string {
	if name := a.Names[act.Who]; name != "" {
		return name
	}
	if act.Who.IsZero() {
		return p.T("audit.who.organisers")
	}
	return p.T("audit.who.gone")
}

// what says an act in words.
func what(p ui.Page, act audit.Act) string {
	if key := "audit.act." + act.Name; p.Has(key) {
		return p.T(key)
	}
	return p.T("audit.act.other", "Name", act.Name)
}

func (a auditPage) href(p ui.Page, who ids.ID, before string) templ.SafeURL {
	pairs := []string{"role", a.Query.Role, "famille", string(a.Query.Family), "avant", before}
	if !who.IsZero() {
		pairs = append(pairs, "qui", who.String())
	}
	return p.HrefWith(auditPath, pairs...)
}

// subjects names the proposals and editions of acts, in two statements.
func subjects(ctx context.Context, tx db.Tx, p ui.Page, platform int64, acts []audit.Act) (map[ids.ID]subject, error) {
	var proposals, projects []ids.ID
	for _, a := range acts {
		if projects = append(projects, a.Project); a.Kind == "proposal" {
			proposals = append(proposals, a.Subject)
		}
	}
	named, err := proposal.ByIDs(ctx, tx, platform, proposals)
	if err != nil {
		return nil, err
	}
	editions, err := project.ByIDs(ctx, tx, platform, projects)
	all := map[ids.ID]subject{}
	for _, a := range acts {
		for _, e := range editions {
			if e.ID != a.Project {
				continue
			}
			all[a.ID] = subject{Text: e.Title, Path: "/projets/" + e.Slug, Lang: foreign(p, e.Language)}
			for _, one := range named {
				if one.ID == a.Subject {
					about := place{About: discussion.About{View: project.View{Project: e}, Proposal: one}}
					all[a.ID] = subject{Text: p.T("audit.proposal", "Number", one.Number, "Title", about.title(p)), Path: pathOf(e.Slug, one.Number), Lang: foreign(p, e.Language)}
				}
			}
		}
	}
	return all, err
}

func (s *Pages) audit(r *web.Request, p ui.Page) (web.View, error) {
	q := r.URL.Query()
	page := auditPage{Query: audit.Query{Family: audit.Family(q.Get("famille")), Limit: pageSize + 1}}
	if role, ok := access.ParseRole(q.Get("role")); ok {
		page.Query.Role = role.String()
	}
	page.Query.Who, _ = ids.Parse(q.Get("qui")) // anything else is everybody, and the beginning
	page.Query.Before, _ = ids.Parse(q.Get("avant"))
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) (err error) {
		if page.Acts, err = audit.Acts(ctx, tx, r.Platform.Key, page.Query); err != nil {
			return err
		}
		page.Next = ""
		if len(page.Acts) > pageSize {
			page.Acts = page.Acts[:pageSize]
			page.Next = page.Acts[pageSize-1].ID.String()
		}
		var list []ids.ID
		for _, a := range page.Acts {
			list = append(list, a.Who)
		}
		if page.About, err = subjects(ctx, tx, p, r.Platform.Key, page.Acts); err != nil {
			return err
		}
		people, err := account.Reachable(ctx, tx, r.Platform.Key, list)
		page.Names = map[ids.ID]string{}
		for _, one := range people {
			if page.Names[one.ID] = one.Name; one.Name == "" {
				page.Names[one.ID] = one.Email
			}
		}
		return err
	})
	return web.View{Page: AuditPage(p, page)}, err
}

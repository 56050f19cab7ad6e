// Package talk holds the pages on which people talk about proposals, follow what becomes of them, and on which the city writes
// to their authors and looks at what its agents did.
package talk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/follow"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	db        *db.DB
	talk      *discussion.Service
	following *follow.Service
}

// New gives the pages over a database.
func New(d *db.DB, talk *discussion.Service) *Pages { return &Pages{d, talk, follow.NewService(d)} }

const (
	about    = "/projets/{project}/propositions/{proposal}"
	comments = about + "/commentaires"
	one      = comments + "/{comment}"

	questions = about + "/questions"
	deskPath  = "/agents/questions"
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	const post = http.MethodPost
	return []web.Route{
		{Path: questions, Need: access.SeeProposal, Handle: s.questionsShow},
		{Method: post, Path: questions, Need: access.SeeQuestions, Handle: s.ask},
		{Method: post, Path: questions + "/{question}", Need: access.SeeQuestions, Handle: s.reply},
		{Path: followPath, Need: access.Follow, Handle: s.followShow},
		{Method: post, Path: followPath, Need: access.Follow, Handle: s.follow},
		{Path: minePath, Need: access.Follow, Handle: s.followShow},
		{Method: post, Path: minePath, Need: access.Follow, Handle: s.follow},
		{Path: letterPath, Need: access.WriteAuthors, Handle: s.letterShow},
		{Method: post, Path: letterPath, Need: access.WriteAuthors, Handle: s.letter},
		{Path: rulePath, Need: access.Organise, Handle: s.ruleShow},
		{Method: post, Path: rulePath, Need: access.Organise, Handle: s.setRule},
		{Path: auditPath, Need: access.SeeAudit, Handle: s.audit},
		{Path: deskPath, Need: access.AskAuthor, Handle: s.waiting},

		{Path: comments, Need: access.SeeComments, Handle: s.list},
		{Method: post, Path: comments, Need: access.Comment, Handle: s.post},
		{Path: comments + "/ecrire", Need: access.Comment, Handle: s.write},
		{Path: one, Need: access.SeeComments, Handle: s.thread},
		{Path: one + "/modifier", Need: access.EditComment, Handle: s.editShow},
		{Method: post, Path: one + "/modifier", Need: access.EditComment, Handle: s.edit},
		{Path: one + "/retirer", Need: access.WithdrawComment, Handle: s.withdrawShow},
		{Method: post, Path: one + "/retirer", Need: access.WithdrawComment, Handle: s.withdraw},
	}
}

// numberOf reads the number of an address: what comes after it is for people.
func numberOf(text string) (int, error) {
	number, _, _ := strings.Cut(text, "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	return n, nil
}

// place is the proposal of an address.
type place struct {
	discussion.About
	number int
}

// path is the address of the proposal, or of one of its pages ("/commentaires").
func (a place) path(page string) string { return a.Path() + page }

// foreign is the language of what people wrote, when it is not the page's.
func (a place) foreign(p ui.Page) string { return foreign(p, a.Language) }

func foreign(p ui.Page, lang string) string {
	if lang == string(p.Lang) {
		return ""
	}
	return lang
}

// trail leads back to the proposal, whose title is only said where it may be read.
func (a place) trail(p ui.Page) []ui.Link {
	return []ui.Link{{Text: a.Title, Href: p.Href("/projets/" + a.Slug), Lang: a.foreign(p)}, {Text: a.title(p), Href: p.Href(a.path("")), Lang: a.foreign(p)}}
}

func (a place) title(p ui.Page) string {
	if !a.Proposal.Trashed.Readable() {
		return p.T("web.removed.title")
	}
	return ui.Tidy(a.Proposal.Title)
}

// at reads the proposal of the address and, in the same snapshot, what more a page needs of it.
func (s *Pages) at(r *web.Request, more func(ctx context.Context, tx db.Tx, a place) error) (a place, err error) {
	if a.number, err = numberOf(r.PathValue("proposal")); err != nil {
		return a, err
	}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if a.About, err = discussion.AboutOf(ctx, tx, r.Platform, r.PathValue("project"), a.number); err != nil || more == nil {
			return err
		}
		return more(ctx, tx, a)
	})
	return a, err
}

// pageSize is how many comments a page shows, their answers apart; the page of the proposal itself shows fewer.
const (
	pageSize  = 30
	firstSize = 10
)

// Section is what people say of a proposal, as a part of its page.
type Section struct {
	Path      string // of the proposal, without a language's prefix
	Lang      string // of what people wrote; empty: the page's
	Count     int    // that stand
	Comments  []Said
	Oldest    bool
	Next      string // where the list goes on; empty: nowhere
	Seen      bool   // the reader may read them
	Open      bool   // the reader may comment, once an address is proved
	Begun     bool   // people could already; else nothing is said of why not
	Reason    string // the city's, when it closed them
	Nameless  bool   // the reader has no public name yet
	Questions []Thread
	Asks      bool // the reader may ask, or answer
}

// Said is a comment as a page shows it.
type Said struct {
	discussion.Comment
	Mine    bool // the reader's own, which they may take back
	Edits   bool // and may still change
	Here    bool // it is the one of the address
	Answers []Said
}

// SectionOf reads it for the page of a proposal, in the snapshot of that page; nil where nobody talks, as about what came from
// elsewhere. The order is the word of the address.
func SectionOf(ctx context.Context, tx db.Tx, of platform.Platform, reader account.Person, p ui.Page, view project.View, found proposal.Proposal, order string) (*Section, error) {
	if view.Origin == project.Imported || view.State != project.Published || of.Kind == platform.Rehearsal {
		return nil, nil
	}
	rule, err := discussion.RuleOf(ctx, tx, of.Key, view.ID)
	if err != nil {
		return nil, err
	}
	a := discussion.About{View: view, Proposal: found, Rule: rule}
	s := section(reader, p, a)
	s.Oldest = order == oldestWord
	if err := s.ask(ctx, tx, of, reader, a); err != nil {
		return nil, err
	}
	return s, s.fill(ctx, tx, of, reader, a, discussion.Key{}, firstSize)
}

// section says what the reader may.
func section(reader account.Person, p ui.Page, a discussion.About) *Section {
	m := a.Moment()
	return &Section{Path: a.Path(), Lang: foreign(p, a.Language), Reason: a.Rule.Reason, Seen: reader.Roles.Can(access.SeeComments, m), Open: reader.Roles.Can(access.Comment, m),
		Begun: m.Phase != access.Future, Nameless: reader.Name == ""}
}

// fill reads the comments from a place of the list on.
func (s *Section) fill(ctx context.Context, tx db.Tx, of platform.Platform, reader account.Person, a discussion.About, after discussion.Key, size int) error {
	if !s.Seen {
		return nil
	}
	counts, err := discussion.Counts(ctx, tx, of.Key, []ids.ID{a.Proposal.ID})
	n, some := counts[a.Proposal.ID]
	if err != nil || !some {
		return err
	}
	s.Count = n
	list, err := discussion.List(ctx, tx, of.Key, discussion.Query{Subject: a.Proposal.ID, Oldest: s.Oldest, After: after, Limit: size + 1})
	if err != nil {
		return err
	}
	if len(list) > size {
		list = list[:size]
		s.Next = keyText(list[size-1].Key())
	}
	s.Comments, err = threads(ctx, tx, of, reader, a, list)
	return err
}

// threads adds the answers, and what the reader may do with each.
func threads(ctx context.Context, tx db.Tx, of platform.Platform, reader account.Person, a discussion.About, list []discussion.Comment) ([]Said, error) {
	keys := make([]ids.ID, len(list))
	for i, c := range list {
		keys[i] = c.ID
	}
	answers, err := discussion.Answers(ctx, tx, of.Key, a.Proposal.ID, keys)
	said := make([]Said, len(list))
	for i, c := range list {
		said[i] = saidOf(c, a, reader)
		for _, answer := range answers[c.ID] {
			said[i].Answers = append(said[i].Answers, saidOf(answer, a, reader))
		}
	}
	return said, err
}

func saidOf(c discussion.Comment, a discussion.About, reader account.Person) Said {
	m := c.Moment(a, reader)
	return Said{Comment: c, Mine: reader.Roles.Can(access.WithdrawComment, m), Edits: reader.Roles.Can(access.EditComment, m)}
}

// oldestWord is the order of a list in an address; anything else is the newest first.
const (
	orderWord  = "ordre"
	oldestWord = "anciens"
)

// keyText writes the place of a comment in the list as a word of an address; readKey is its inverse, of which anything else
// is the beginning of the list.
func keyText(k discussion.Key) string {
	return strconv.FormatInt(db.Micros(k.At), 36) + "_" + k.ID.String()
}

func readKey(text string) discussion.Key {
	at, id, _ := strings.Cut(text, "_")
	t, err := strconv.ParseInt(at, 36, 64)
	key, errID := ids.Parse(id)
	if err != nil || errID != nil {
		return discussion.Key{}
	}
	return discussion.Key{At: db.Time(t), ID: key}
}

// href is the address of a comment.
func (s *Section) href(p ui.Page, c Said, page string) templ.SafeURL {
	return p.Href(s.Path + "/commentaires/" + c.ID.String() + page)
}

// answerHref is where the reader answers a comment.
func (s *Section) answerHref(p ui.Page, c Said) templ.SafeURL {
	return p.HrefWith(s.Path+"/commentaires/ecrire", "a", c.ID.String()) + "#field-body"
}

// removal says when and why a comment is not there any more; empty: it is.
func (c Said) removal(p ui.Page) string {
	switch {
	case c.Trashed == "":
		return ""
	case c.Trashed == "withdrawn":
		return p.T("talk.withdrawn", "Day", p.Date(c.TrashedAt))
	case c.TrashedReason == "":
		return p.T("talk.removed.when", "Day", p.Date(c.TrashedAt))
	}
	return p.T("talk.removed", "Day", p.Date(c.TrashedAt), "Reason", p.Reason(c.TrashedReason))
}

// when says when it was published, and whether it was changed.
func (c Said) when(p ui.Page) string { return p.DateTime(c.PublishedAt) }

// someone is the name under which a comment is read.
func (c Said) someone(p ui.Page) string {
	if c.Name == "" {
		return p.T("talk.someone")
	}
	return c.Name
}

// orderHref is the list of comments in an order, from a place of it on.
func (s *Section) orderHref(p ui.Page, oldest bool, after string) templ.SafeURL {
	var pairs []string
	if oldest {
		pairs = append(pairs, orderWord, oldestWord)
	}
	if after != "" {
		pairs = append(pairs, "apres", after)
	}
	return p.HrefWith(s.Path+"/commentaires", pairs...)
}

// heading is the title of the page.
func (l listPage) heading(p ui.Page) string {
	if l.Thread {
		return p.T("talk.thread.title")
	}
	return p.T("talk.title", "Count", l.Count)
}

// pathOf is the address of a proposal, without its words.
func pathOf(slug string, number int) string {
	return "/projets/" + url.PathEscape(slug) + "/propositions/" + strconv.Itoa(number)
}

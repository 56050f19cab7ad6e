package talk

import (
	"context"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Thread is a question with what was answered, as a page shows it.
type Thread struct {
	discussion.Question
	Name    string // the public name of the proposal's author; empty: not shown
	Replies bool   // the reader may answer
	Body    string // what they typed, and was refused
}

// ask adds the threads that the reader may see.
func (s *Section) ask(ctx context.Context, tx db.Tx, of platform.Platform, reader account.Person, a discussion.About) error {
	reader, err := a.For(ctx, tx, of, reader)
	if err != nil {
		return err
	}
	if !s.Seen && !reader.Roles.Can(access.SeeQuestions, a.QuestionMoment(reader)) {
		return nil
	}
	_, refused := discussion.SideOf(a, reader)
	s.Asks = refused == nil
	list, err := discussion.Questions(ctx, tx, of, reader, a)
	if err != nil || len(list) == 0 {
		return err
	}
	authors, err := account.ByIDs(ctx, tx, of.Key, []ids.ID{a.Proposal.Author})
	name := ""
	for _, one := range authors {
		name = one.Name
	}
	for _, q := range list {
		s.Questions = append(s.Questions, Thread{Question: q, Name: name, Replies: s.Asks})
	}
	return err
}

// who says who speaks in a message.
func (t Thread) who(p ui.Page, m discussion.Message) string {
	switch {
	case m.Side == discussion.OfCity:
		return p.T("talk.who.city")
	case t.Name != "":
		return p.T("talk.who.author", "Name", t.Name)
	}
	return p.T("talk.who.someone")
}

// questionsPage are the questions about a proposal, with the form of who may ask.
type questionsPage struct {
	place
	Section
	Mine     bool // the reader is the author
	Public   string
	Body     string
	Problems ui.Problems
	Wrong    ids.ID // the thread whose answer is refused; zero: the new question
	Done     string
}

func (q questionsPage) bodyField(p ui.Page) ui.Input {
	return ui.Input{Name: "body", Label: p.T("talk.question.body"), Value: q.Body, Rows: 5, Required: true}
}

func (q questionsPage) replyField(p ui.Page, t Thread) ui.Input {
	return ui.Input{Name: "body-" + t.ID.String(), Label: p.T("talk.question.reply"), Value: t.Body, Rows: 4, Required: true}
}

func (q questionsPage) publicField(p ui.Page) ui.Input {
	i := ui.Input{Name: "public", Label: p.T("talk.question.public"), Required: true}
	for _, word := range []string{"non", "oui"} {
		i.Options = append(i.Options, ui.Option{Value: word, Label: p.T("talk.question.public." + word), Help: p.T("talk.question.public." + word + ".what"), Chosen: q.Public == word})
	}
	return i
}

// problemsOf gives what is wrong with the answer in a thread, under the name of its field; with a zero identifier, with the
// new question.
func (q questionsPage) problemsOf(id ids.ID) ui.Problems {
	if q.Wrong != id {
		return nil
	}
	if id.IsZero() {
		return q.Problems
	}
	list := ui.Problems{}
	for name, texts := range q.Problems {
		if name == "body" || name == "" {
			name = "body-" + id.String()
		}
		list[name] = append(list[name], texts...)
	}
	return list
}

func (s *Pages) questionsShow(r *web.Request, p ui.Page) (web.View, error) {
	return s.questionsPage(r, p, questionsPage{}, nil)
}

// questionsPage shows the page, with what was typed and why it was refused.
func (s *Pages) questionsPage(r *web.Request, p ui.Page, page questionsPage, refused error) (web.View, error) {
	problems, err := p.ProblemsOf(refused)
	if err != nil {
		return web.View{}, err
	}
	typed := page
	_, err = s.at(r, func(ctx context.Context, tx db.Tx, a place) error {
		page = typed
		page.place, page.Section, page.Problems, page.Done = a, *section(r.Person, p, a.About), problems, done(r, p)
		page.Mine = a.QuestionMoment(r.Person).Own
		reader, err := a.For(ctx, tx, r.Platform, r.Person)
		if err != nil {
			return err
		}
		if !page.Seen && !reader.Roles.Can(access.SeeQuestions, a.QuestionMoment(reader)) {
			return fault.New(fault.NotFound, "fault.deposit.unknown")
		}
		if err := page.ask(ctx, tx, r.Platform, r.Person, a.About); err != nil {
			return err
		}
		for i := range page.Questions {
			if t := &page.Questions[i]; t.ID == page.Wrong {
				t.Body = page.Body
			}
		}
		if !page.Wrong.IsZero() {
			page.Body = ""
		}
		return nil
	})
	return web.Form(QuestionsPage(p, page), problems), err
}

// ask begins a thread.
func (s *Pages) ask(r *web.Request, p ui.Page) (web.View, error) {
	n, err := numberOf(r.PathValue("proposal"))
	if err != nil {
		return web.View{}, err
	}
	page := questionsPage{Public: r.Posted("public"), Body: r.Posted("body")}
	if page.Public != "oui" && page.Public != "non" {
		return s.questionsPage(r, p, page, fault.New(fault.Invalid, "fault.talk.public").In("public"))
	}
	q, err := s.talk.Ask(r.Context(), r.Platform, r.Person, r.PathValue("project"), n, page.Public == "oui", page.Body)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Limited) {
		return s.questionsPage(r, p, page, err)
	}
	return asked(r, p, q.ID, "question"), err
}

// reply answers in a thread.
func (s *Pages) reply(r *web.Request, p ui.Page) (web.View, error) {
	n, err := numberOf(r.PathValue("proposal"))
	if err != nil {
		return web.View{}, err
	}
	id, err := ids.Parse(r.PathValue("question"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.talk.question")
	}
	page := questionsPage{Wrong: id, Body: r.Posted("body-" + id.String())}
	err = s.talk.Reply(r.Context(), r.Platform, r.Person, r.PathValue("project"), n, id, page.Body)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Limited) {
		return s.questionsPage(r, p, page, err)
	}
	return asked(r, p, id, "reponse"), err
}

// asked leads to a thread.
func asked(r *web.Request, p ui.Page, id ids.ID, word string) web.View {
	path := "/projets/" + r.PathValue("project") + "/propositions/" + r.PathValue("proposal") + "/questions"
	return web.View{Next: p.HrefWith(path, "fait", word) + "#" + templ.SafeURL(threadAnchor(id))}
}

func threadAnchor(id ids.ID) string { return "q-" + id.String() }

// waitingPage are the questions of authors that wait for an answer.
type waitingPage struct {
	Lines []waitingLine
	Next  string
}

type waitingLine struct {
	discussion.Question
	Title, Project, Path string
	Lang                 string
}

func (s *Pages) waiting(r *web.Request, p ui.Page) (web.View, error) {
	var page waitingPage
	err := s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		page = waitingPage{}
		roles, sent, err := analysis.SentTo(ctx, tx, r.Platform.Key, r.Person)
		if err != nil {
			return err
		}
		wanted := discussion.WaitingQuery{After: readKey(r.URL.Query().Get("apres")), Limit: pageSize + 1}
		if !roles.Can(access.AskAuthor, access.Moment{Published: true}) { // a guest
			wanted.Of = append([]ids.ID{}, sent...)
		}
		list, err := discussion.Waiting(ctx, tx, r.Platform.Key, wanted)
		if err != nil {
			return err
		}
		if len(list) > pageSize {
			list = list[:pageSize]
			page.Next = keyText(discussion.Key{At: list[pageSize-1].MovedAt, ID: list[pageSize-1].ID})
		}
		var proposals, projects []ids.ID
		for _, q := range list {
			proposals, projects = append(proposals, q.Proposal), append(projects, q.Project)
		}
		named, err := proposal.ByIDs(ctx, tx, r.Platform.Key, proposals)
		if err != nil {
			return err
		}
		editions, err := project.ByIDs(ctx, tx, r.Platform.Key, projects)
		if err != nil {
			return err
		}
		for _, q := range list {
			line := waitingLine{Question: q}
			for _, e := range editions {
				for _, one := range named {
					if e.ID == q.Project && one.ID == q.Proposal {
						a := discussion.About{View: project.View{Project: e}, Proposal: one}
						line.Project, line.Title, line.Path, line.Lang = e.Title, place{About: a}.title(p), a.Path()+"/questions", foreign(p, e.Language)
					}
				}
			}
			page.Lines = append(page.Lines, line)
		}
		return nil
	})
	return web.View{Page: WaitingPage(p, page)}, err
}

// noQuestion stands for the one that is being asked.
var noQuestion ids.ID

// label names a thread to who does not see its box.
func (t Thread) label(p ui.Page) string {
	word := "talk.thread.private"
	if t.Public {
		word = "talk.thread.public"
	}
	return p.T("talk.thread.label", "Kind", p.T(word), "At", p.DateTime(t.AskedAt))
}

// Package editor holds the pages on which the city writes: its news and its pages, in French and in English, as drafts, for a
// moment to come, or for everybody at once.
package editor

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/news"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// Pages answers them.
type Pages struct {
	articles *news.Service
	editions *project.Service
}

// New gives the pages over the services.
func New(articles *news.Service, editions *project.Service) *Pages { return &Pages{articles, editions} }

const (
	listPath = "/organisation/actualites"
	newPath  = listPath + "/nouvelle"
	onePath  = listPath + "/{article}"

	largestForm = 12 << 20 // a form with its picture
	listSize    = 30
)

// Routes are the pages, a line each with what it needs.
func (s *Pages) Routes() []web.Route {
	need := access.Organise
	return []web.Route{
		{Path: listPath, Need: need, Handle: s.list},
		{Path: newPath, Need: need, Handle: s.begin},
		{Method: http.MethodPost, Path: newPath, Need: need, Handle: s.save, Largest: largestForm},
		{Path: onePath, Need: need, Handle: s.edit},
		{Method: http.MethodPost, Path: onePath, Need: need, Handle: s.save, Largest: largestForm},
		{Method: http.MethodPost, Path: onePath + "/documents", Need: need, Handle: s.attach, Largest: largestForm},
		{Method: http.MethodPost, Path: onePath + "/documents/retirer", Need: need, Handle: s.detach},
		{Method: http.MethodPost, Path: onePath + "/retirer", Need: need, Handle: s.withdraw},
		{Method: http.MethodPost, Path: onePath + "/supprimer", Need: need, Handle: s.discard},
	}
}

func of(id ids.ID) string { return listPath + "/" + id.String() }

// state is an article's state in a word.
func state(p ui.Page, s news.State) ui.State {
	w := ui.State{Tone: ui.Soon, Icon: "hourglass", Text: p.T("news.state." + string(s))}
	switch s {
	case news.Online:
		w.Tone, w.Icon = ui.Open, "circle-dot"
	case news.Scheduled:
		w.Icon = "clock"
	case news.Withdrawn:
		w.Tone, w.Icon = ui.Attention, "ban"
	}
	return w
}

// done is what was just done, as a sentence; empty: nothing.
func done(r *web.Request, p ui.Page) string {
	switch word := r.URL.Query().Get("fait"); word {
	case "enregistre", "publie", "programme", "retire", "supprime", "document", "document-retire":
		return p.T("news.done." + word)
	}
	return ""
}

func (s *Pages) list(r *web.Request, p ui.Page) (web.View, error) {
	before, _ := ids.Parse(r.URL.Query().Get("avant")) // anything else is the beginning
	l, err := s.articles.List(r.Context(), r.Platform, r.Person, before, listSize)
	return web.View{Page: List(p, l, done(r, p))}, err
}

// form is an article being written.
type form struct {
	ID                      ids.ID // zero: a new one
	Version                 int
	State                   news.State
	Stored                  news.Article
	Kind, Project           string
	Words                   [2]news.Words // French, English
	Alt                     [2]string
	NoPicture               bool
	Day, Hour               string
	Changed                 bool // somebody else saved it meanwhile
	Editions                []project.View
	Files                   []news.File
	FileTitle               string
	Problems                ui.Problems
	Done                    string
	PictureLost, HasPicture bool
}

func (f form) path() string {
	if f.ID.IsZero() {
		return newPath
	}
	return of(f.ID)
}

func (f form) title(p ui.Page) string {
	if f.ID.IsZero() {
		return p.T("news.new")
	}
	return f.Stored.French.Title
}

// suffix ends the names of the fields of a language: 0 is French.
func suffix(n int) string { return [2]string{"", "_en"}[n] }

var langs = [2]i18n.Lang{i18n.FR, i18n.EN}

func (f form) titleField(p ui.Page, n int) ui.Input {
	return ui.Input{Name: "title" + suffix(n), Label: p.T("news.field.title"), Value: f.Words[n].Title, Required: n == 0, Max: news.MaxTitle, Lang: string(langs[n])}
}

func (f form) summaryField(p ui.Page, n int) ui.Input {
	return ui.Input{Name: "summary" + suffix(n), Label: p.T("news.field.summary"), Help: p.T("news.field.summary.help"), Value: f.Words[n].Summary, Rows: 3, Max: news.MaxSummary, Lang: string(langs[n])}
}

func (f form) bodyField(p ui.Page, n int) ui.Input {
	return ui.Input{Name: "body" + suffix(n), Label: p.T("news.field.body"), Value: f.Words[n].Body, Rows: 16, Lang: string(langs[n])}
}

func (f form) authorField(p ui.Page, n int) ui.Input {
	return ui.Input{Name: "author" + suffix(n), Label: p.T("news.field.author"), Help: p.T("news.field.author.help" + suffix(n)), Value: f.Words[n].Author, Max: news.MaxAuthor, Lang: string(langs[n])}
}

func (f form) altField(p ui.Page, n int) ui.Input {
	return ui.Input{Name: "alt" + suffix(n), Label: p.T("news.field.alt" + suffix(n)), Help: p.T("news.field.alt.help"), Value: f.Alt[n], Max: 300, Lang: string(langs[n])}
}

func (f form) kindField(p ui.Page) ui.Input {
	in := ui.Input{Name: "kind", Label: p.T("news.field.kind"), Required: true}
	for _, k := range []news.Kind{news.News, news.Page} {
		in.Options = append(in.Options, ui.Option{Value: string(k), Label: p.T("news.kind." + string(k)), Help: p.T("news.kind." + string(k) + ".what"), Chosen: f.Kind == string(k)})
	}
	return in
}

func (f form) projectField(p ui.Page) ui.Input {
	in := ui.Input{Name: "project", Label: p.T("news.field.project"), Options: []ui.Option{{Label: p.T("news.field.project.none")}}}
	for _, v := range f.Editions {
		in.Options = append(in.Options, ui.Option{Value: v.Project.ID.String(), Label: v.Title, Lang: v.Language, Chosen: f.Project == v.Project.ID.String()})
	}
	return in
}

func (f form) pictureField(p ui.Page) ui.Input {
	in := ui.Input{Name: "picture", Label: p.T("news.field.picture"), Help: p.T("news.field.picture.help"), Type: "file"}
	if f.PictureLost {
		in.Help = p.T("news.field.picture.again")
	}
	return in
}

func (f form) noPictureField(p ui.Page) ui.Input {
	return ui.Input{Name: "no_picture", Label: p.T("news.field.picture.there"), Several: true, Options: []ui.Option{{Value: "yes", Label: p.T("news.field.picture.none"), Chosen: f.NoPicture}}}
}

func (f form) dayField(p ui.Page) ui.Input {
	return ui.Input{Name: "at", Label: p.T("news.field.day"), Type: "date", Value: f.Day}
}

func (f form) hourField(p ui.Page) ui.Input {
	return ui.Input{Name: "at_time", Label: p.T("news.field.hour"), Type: "time", Value: f.Hour}
}

func (f form) fileTitleField(p ui.Page) ui.Input {
	return ui.Input{Name: "file_title", Label: p.T("news.file.title"), Help: p.T("news.file.title.help"), Value: f.FileTitle, Required: true, Max: news.MaxTitle}
}

func (f form) fileField(p ui.Page) ui.Input {
	return ui.Input{Name: "file", Label: p.T("news.file"), Help: p.T("news.file.help", "Limit", news.MaxFile>>20), Type: "file", Required: true}
}

func (f form) fields(p ui.Page) []ui.Input {
	list := []ui.Input{f.kindField(p), f.projectField(p)}
	for n := range f.Words {
		list = append(list, f.titleField(p, n), f.summaryField(p, n), f.bodyField(p, n), f.authorField(p, n))
	}
	return append(list, f.pictureField(p), f.altField(p, 0), f.altField(p, 1), f.dayField(p), f.hourField(p), f.fileTitleField(p), f.fileField(p))
}

// stored reads what the form stands on: the article of the address, which may be none, and the editions.
func (s *Pages) stored(r *web.Request) (f form, alt media.Alt, now time.Time, err error) {
	f.State = news.Draft
	if text := r.PathValue("article"); text != "" {
		if f.ID, err = ids.Parse(text); err != nil {
			return f, nil, now, fault.New(fault.NotFound, "fault.not_found")
		}
		if f.Stored, alt, now, err = s.articles.Article(r.Context(), r.Platform, r.Person, f.ID); err != nil {
			return f, nil, now, err
		}
		f.State, f.Version, f.HasPicture = f.Stored.State(now), f.Stored.Version, !f.Stored.Picture.IsZero()
		if f.Files, err = s.articles.Files(r.Context(), r.Platform, r.Person, f.ID); err != nil {
			return f, nil, now, err
		}
	}
	f.Editions, err = s.editions.Editions(r.Context(), r.Platform, r.Person)
	return f, alt, now, err
}

func (s *Pages) begin(r *web.Request, p ui.Page) (web.View, error) {
	f, _, _, err := s.stored(r)
	f.Kind = string(news.News)
	return web.View{Page: Edit(p, f)}, err
}

// show puts what is stored into the form.
func (f *form) show(r *web.Request, alt media.Alt) {
	a := f.Stored
	f.Kind, f.Words, f.Alt = string(a.Kind), [2]news.Words{a.French, a.English}, [2]string{alt[i18n.FR], alt[i18n.EN]}
	if !a.Project.IsZero() {
		f.Project = a.Project.String()
	}
	if f.State == news.Scheduled {
		at := a.PublishAt.In(r.Platform.Zone)
		f.Day, f.Hour = at.Format(time.DateOnly), at.Format("15:04")
	}
}

func (s *Pages) edit(r *web.Request, p ui.Page) (web.View, error) {
	f, alt, _, err := s.stored(r)
	f.show(r, alt)
	f.Done = done(r, p)
	return web.View{Page: Edit(p, f)}, err
}

// typed puts what was typed into the form, and reads it.
func (f *form) typed(r *web.Request) (w news.Written, err error) {
	for n := range f.Words {
		f.Words[n] = news.Words{Title: r.Posted("title" + suffix(n)), Summary: r.Posted("summary" + suffix(n)), Body: r.Posted("body" + suffix(n)), Author: r.Posted("author" + suffix(n))}
		f.Alt[n] = r.Posted("alt" + suffix(n))
	}
	f.Kind, f.Project, f.Day, f.Hour, f.NoPicture = r.Posted("kind"), r.Posted("project"), r.Posted("at"), r.Posted("at_time"), r.Posted("no_picture") == "yes"
	w = news.Written{Kind: news.Kind(f.Kind), French: f.Words[0], English: f.Words[1], NoPicture: f.NoPicture, Alt: media.Alt{}}
	for n, words := range f.Alt {
		if words != "" {
			w.Alt[langs[n]] = words
		}
	}
	w.Version, _ = strconv.Atoi(r.Posted("version")) // another word is a version that nobody has
	var found []*fault.Error
	if f.Project != "" {
		if w.Project, err = ids.Parse(f.Project); err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.news.project").In("project"))
		}
	}
	switch r.Posted("act") {
	case "now":
		w.Show = news.Now
	case "later":
		w.Show = news.Later
		hour := f.Hour
		if hour == "" {
			hour = "00:00"
		}
		if w.At, err = time.ParseInLocation("2006-01-02 15:04", f.Day+" "+hour, r.Platform.Zone); err != nil {
			found = append(found, fault.New(fault.Invalid, "fault.form.day").In("at"))
		}
	}
	if w.Picture, err = picture(r); err != nil {
		problem, ok := errors.AsType[*fault.Error](err)
		if !ok {
			return w, err
		}
		found = append(found, problem.In("picture"))
	}
	return w, fault.All(found)
}

// picture reads the picture of the form; nil when none was chosen. Fault: invalid.
func picture(r *web.Request) (*media.Prepared, error) {
	f, head, err := r.FormFile("picture")
	if err != nil || head.Size == 0 {
		return nil, nil // no file, or a form without files
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, largestForm))
	if err != nil {
		return nil, err
	}
	prepared, err := media.Prepare(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return &prepared, nil
}

func (s *Pages) save(r *web.Request, p ui.Page) (web.View, error) {
	f, _, _, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	w, err := f.typed(r)
	a := f.Stored
	if err == nil {
		a, err = s.articles.Save(r.Context(), r.Platform, r.Person, f.ID, w)
	}
	if f.Changed = fault.CodeOf(err) == fault.Conflict; !f.Changed {
		f.Version = w.Version // the next save is compared with what this form began from
	}
	f.PictureLost = w.Picture != nil
	if f.Problems, err = p.ProblemsOf(err); err != nil || len(f.Problems) > 0 {
		return web.Form(Edit(p, f), f.Problems), err
	}
	word := "enregistre"
	if f.State != news.Online {
		word = map[news.Show]string{news.Keep: word, news.Now: "publie", news.Later: "programme"}[w.Show]
	}
	return web.Done(p, of(a.ID), word), nil
}

// act does something to the article of the address, and shows its form again with what was wrong.
func (s *Pages) act(r *web.Request, p ui.Page, do func(id ids.ID) error, path func(id ids.ID) string, word string) (web.View, error) {
	f, alt, _, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	if f.Problems, err = p.ProblemsOf(do(f.ID)); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		f.show(r, alt)
		return web.Form(Edit(p, f), f.Problems), nil
	}
	return web.Done(p, path(f.ID), word), nil
}

// attach puts a document beside the article of the address.
func (s *Pages) attach(r *web.Request, p ui.Page) (web.View, error) {
	f, alt, _, err := s.stored(r)
	if err != nil {
		return web.View{}, err
	}
	f.FileTitle = r.Posted("file_title")
	d, err := document(r)
	if err == nil {
		err = s.articles.Attach(r.Context(), r.Platform, r.Person, f.ID, f.FileTitle, d)
	}
	if f.Problems, err = p.ProblemsOf(err); err != nil {
		return web.View{}, err
	}
	if len(f.Problems) > 0 {
		f.show(r, alt)
		return web.Form(Edit(p, f), f.Problems), nil
	}
	return web.Done(p, of(f.ID), "document"), nil
}

// document reads the file of the form. Fault: invalid (file).
func document(r *web.Request) (news.Document, error) {
	f, head, err := r.FormFile("file")
	if err != nil {
		return news.ReadDocument("", nil) // no file, or a form without files
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, largestForm))
	if err != nil {
		return news.Document{}, err
	}
	return news.ReadDocument(head.Filename, content)
}

func (s *Pages) detach(r *web.Request, p ui.Page) (web.View, error) {
	file, err := ids.Parse(r.Posted("file"))
	if err != nil {
		return web.View{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return s.act(r, p, func(id ids.ID) error { return s.articles.Detach(r.Context(), r.Platform, r.Person, id, file) }, of, "document-retire")
}

func (s *Pages) withdraw(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, func(id ids.ID) error { return s.articles.Withdraw(r.Context(), r.Platform, r.Person, id) }, of, "retire")
}

func (s *Pages) discard(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, func(id ids.ID) error { return s.articles.Discard(r.Context(), r.Platform, r.Person, id) }, func(ids.ID) string { return listPath }, "supprime")
}

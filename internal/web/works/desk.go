package works

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// DeskPage is the one form of all projects of somebody.
type DeskPage struct {
	Open     []form
	Ended    []form
	Problems ui.Problems
	Said     string
}

// form is a winner on the desk, as it is and as somebody types it. Its fields are named after its place: "news-3".
type form struct {
	delivery.Row
	Line
	lang        string // of what people wrote, when it is not the page's
	At          string // its place on the page: ends the names of its fields; empty on a page of its own
	Version     int    // that the form began from
	Changed     bool   // somebody else saved it meanwhile
	PictureLost bool
	Sent        bool // it came with what was typed
	Offices     []delivery.Office

	// As typed.
	News, Alt, Phase          string
	Reached, Day              string
	Moved, Reason, Words      string
	Committed, Spent          string
	State, Service, PartsText string
	Dates, Reasons, WordsOf   map[int]string // of each stage, on a page of its own
	AddKind, AddTitle, AddDay string
	EndReason, EndMoney       string
}

func (f form) name(field string) string {
	if f.At == "" {
		return field
	}
	return field + "-" + f.At
}

func (f form) anchor() string { return "p" + f.At }

// amount is hundredths as somebody types them.
func amount(p ui.Page, hundredths *int64) string {
	if hundredths == nil {
		return ""
	}
	text := p.Int(*hundredths / 100)
	if cents := *hundredths % 100; cents != 0 {
		text += "," + strconv.FormatInt(cents+100, 10)[1:]
	}
	return text
}

func dateOf(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// formOf is a winner that nobody types yet.
func formOf(r *web.Request, p ui.Page, row delivery.Row, offices []delivery.Office, now time.Time, at string) form {
	lang := ""
	if row.Edition.Language != string(p.Lang) && row.Title != "" {
		lang = row.Edition.Language
	}
	row.Title = cmp.Or(row.Title, p.T("web.removed.title"))
	f := form{Row: row, lang: lang, Line: lineOf(p, row.Delivery, lang, now), At: at, Version: row.Version, Offices: offices, Phase: string(delivery.During), Dates: map[int]string{}, Reasons: map[int]string{}, WordsOf: map[int]string{}}
	f.Committed, f.Spent = amount(p, row.Committed), amount(p, row.Spent)
	if row.State == delivery.Planned {
		f.Phase = string(delivery.Before)
	}
	f.State = string(row.State)
	if !row.Service.IsZero() {
		f.Service = row.Service.String()
	}
	for i, m := range row.Milestones {
		f.Dates[i] = dateOf(m.DueAt, r.Platform.Zone)
	}
	if next, ok := row.Next(); ok {
		f.Moved = f.Dates[next]
	}
	for _, part := range row.Parts {
		line := part.Title + " | " + p.T("web.works."+string(part.State))
		if part.Note != "" {
			line += " | " + part.Note
		}
		f.PartsText += line + "\n"
	}
	f.PartsText = strings.TrimSpace(f.PartsText)
	return f
}

// typed puts what was sent into the form, and reads what it changes.
func (f *form) typed(r *web.Request, p ui.Page) (c delivery.Change, err error) {
	was := *f
	read := func(field string, into *string) { *into = r.Posted(f.name(field)) }
	read("news", &f.News)
	read("alt", &f.Alt)
	if phase := r.Posted(f.name("phase")); phase != "" {
		f.Phase = phase
	}
	read("reached", &f.Reached)
	read("day", &f.Day)
	read("moved", &f.Moved)
	read("reason", &f.Reason)
	read("words", &f.Words)
	read("committed", &f.Committed)
	read("spent", &f.Spent)
	f.Sent = true
	if c.Version, err = strconv.Atoi(r.Posted(f.name("version"))); err != nil {
		c.Version = -1
	}
	f.Version = c.Version
	var found []*fault.Error
	wrong := func(field string, err error) {
		if one, ok := errors.AsType[*fault.Error](err); ok {
			found = append(found, one.In(field))
		}
	}
	parse := func(field, text string) (t time.Time) {
		t, err := time.ParseInLocation(time.DateOnly, text, r.Platform.Zone)
		if err != nil {
			wrong(field, fault.New(fault.Invalid, "fault.works.day", "Value", text))
		}
		return t
	}
	c.Committed, c.Spent = f.money("committed", f.Committed, was.Committed, wrong), f.money("spent", f.Spent, was.Spent, wrong)
	if f.Reached != "" {
		position, err := strconv.Atoi(f.Reached)
		if err != nil {
			position = -1
		}
		one := delivery.Reached{Position: position}
		if f.Day != "" {
			one.Day = parse("day", f.Day)
		}
		if f.Day == "" || !one.Day.IsZero() {
			c.Reached = []delivery.Reached{one}
		}
	}
	if f.At != "" { // on the page of all, the next date alone can be moved
		if next, ok := f.Delivery.Next(); ok && f.Moved != was.Moved && f.Moved != "" {
			if day := parse("moved", f.Moved); !day.IsZero() {
				c.Moved = []delivery.Moved{{Position: next, Day: day, Reason: delivery.Reason(f.Reason), Words: f.Words}}
			}
		}
	} else {
		f.whole(r, &was, &c, parse, wrong)
	}
	picture, err := f.picture(r)
	if err != nil {
		if _, ok := errors.AsType[*fault.Error](err); !ok {
			return c, err
		}
		wrong("picture", err)
	}
	if f.PictureLost = picture != nil; f.News != "" || picture != nil || f.Alt != "" {
		c.News = &delivery.Told{Phase: delivery.Phase(f.Phase), Body: f.News, Picture: picture}
		if f.Alt != "" {
			c.News.Alt = media.Alt{i18n.FR: f.Alt}
		}
	}
	return c, fault.All(found)
}

// money reads an amount that changed; nil when it did not.
func (f *form) money(field, typed, was string, wrong func(string, error)) *int64 {
	if typed == was || typed == "" {
		return nil
	}
	amount, ok := deposit.ParseCost(typed)
	if !ok {
		wrong(field, fault.New(fault.Invalid, "fault.works.money"))
		return nil
	}
	return &amount
}

// whole reads what only the page of one winner asks.
func (f *form) whole(r *web.Request, was *form, c *delivery.Change, parse func(field, text string) time.Time, wrong func(string, error)) {
	for i, m := range f.Milestones {
		if !m.DoneAt.IsZero() {
			continue
		}
		at := strconv.Itoa(i)
		f.Dates[i], f.Reasons[i], f.WordsOf[i] = r.Posted("date"+at), r.Posted("reason"+at), r.Posted("words"+at)
		if f.Dates[i] != dateOf(m.DueAt, r.Platform.Zone) && f.Dates[i] != "" {
			if day := parse("date"+at, f.Dates[i]); !day.IsZero() {
				c.Moved = append(c.Moved, delivery.Moved{Position: i, Day: day, Reason: delivery.Reason(f.Reasons[i]), Words: f.WordsOf[i]})
			}
		}
	}
	if f.State = r.Posted("state"); f.State != was.State && f.State != "" {
		c.State = delivery.State(f.State)
	}
	if f.Service = r.Posted("service"); f.Service != was.Service {
		id := ids.ID{}
		if f.Service != "" {
			var err error
			if id, err = ids.Parse(f.Service); err != nil {
				wrong("service", fault.New(fault.Invalid, "fault.works.service"))
			}
		}
		c.Service = &id
	}
	f.AddKind, f.AddTitle, f.AddDay = r.Posted("add_kind"), r.Posted("add_title"), r.Posted("add_day")
	if f.AddKind != "" {
		m := delivery.Milestone{Kind: delivery.Kind(f.AddKind), Title: f.AddTitle}
		if f.AddDay != "" {
			m.DueAt = parse("added", f.AddDay)
		}
		c.Added = []delivery.Milestone{m}
	}
	if f.PartsText = r.Posted("parts"); f.PartsText != was.PartsText {
		c.Parts = partsOf(f.PartsText, f.Parts)
	}
}

// partStates are the words for the states of parts, folded, in both languages.
var partStates = map[string]delivery.State{"prevu": delivery.Planned, "planned": delivery.Planned, "en cours": delivery.UnderWay, "under way": delivery.UnderWay, "realise": delivery.Built,
	"built": delivery.Built, "abandonne": delivery.Abandoned, "abandoned": delivery.Abandoned, "given up": delivery.Abandoned}

// partsOf reads parts, a line each; the dates of those that are known stay.
func partsOf(text string, known []delivery.Part) []delivery.Part {
	list := []delivery.Part{}
	for line := range strings.Lines(text) {
		cells := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if cells[0] == "" {
			continue
		}
		part := delivery.Part{Title: strings.TrimSpace(cells[0]), State: delivery.Planned}
		if len(cells) > 1 {
			part.State = partStates[i18n.Fold(strings.TrimSpace(cells[1]))]
		}
		if len(cells) > 2 {
			part.Note = strings.TrimSpace(cells[2])
		}
		for _, one := range known {
			if one.Title == part.Title {
				part.DueAt, part.DoneAt = one.DueAt, one.DoneAt
			}
		}
		list = append(list, part)
	}
	return list
}

// picture reads the photo of the form; nil when none was chosen. Fault: invalid.
func (f *form) picture(r *web.Request) (*media.Prepared, error) {
	file, head, err := r.FormFile(f.name("picture"))
	if err != nil || head.Size == 0 {
		return nil, nil // no file, or a form without files
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, largestForm))
	if err != nil {
		return nil, err
	}
	prepared, err := media.Prepare(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return &prepared, nil
}

// forms reads the desk.
func (s *Pages) forms(r *web.Request, p ui.Page) (page DeskPage, err error) {
	d, err := s.works.Desk(r.Context(), r.Platform, r.Person)
	for i, row := range d.Rows {
		f := formOf(r, p, row, d.Offices, d.Now, strconv.Itoa(i+1))
		if row.State == delivery.Built || row.State == delivery.Abandoned {
			page.Ended = append(page.Ended, f)
		} else {
			page.Open = append(page.Open, f)
		}
	}
	return page, err
}

func (s *Pages) desk(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.forms(r, p)
	switch r.URL.Query().Get("fait") {
	case "publie":
		page.Said = p.T("desk.works.saved")
	case "rien":
		page.Said = p.T("desk.works.saved_none")
	}
	return web.View{Page: Desk(p, page)}, err
}

// tell saves what changed of each project, each by itself: what is right is published, and what is not comes back as it was typed,
// with its reason.
func (s *Pages) tell(r *web.Request, p ui.Page) (web.View, error) {
	page, err := s.forms(r, p)
	if err != nil {
		return web.View{}, err
	}
	pending, problems, saved := map[ids.ID]form{}, map[ids.ID]ui.Problems{}, 0
	sent := map[string]string{} // winners by the place that they had on the page that was sent
	for n := 1; r.Posted("winner-"+strconv.Itoa(n)) != ""; n++ {
		sent[r.Posted("winner-"+strconv.Itoa(n))] = strconv.Itoa(n)
	}
	for _, f := range page.Open {
		at, ok := sent[f.Row.ID.String()]
		if !ok {
			continue
		}
		f.At = at
		c, err := f.typed(r, p)
		if err == nil && c.Empty() {
			continue
		}
		if err == nil {
			if err = s.works.Save(r.Context(), r.Platform, r.Person, f.Row.ID, c); err == nil {
				saved++
				continue
			}
		}
		f.Changed = fault.CodeOf(err) == fault.Conflict
		if problems[f.Row.ID], err = p.ProblemsOf(err); err != nil {
			return web.View{}, err
		}
		pending[f.Row.ID] = f
	}
	if len(pending) == 0 {
		word := "publie"
		if saved == 0 {
			word = "rien"
		}
		return web.Done(p, deskPath, word), nil
	}
	if page, err = s.forms(r, p); err != nil {
		return web.View{}, err
	}
	page.Problems = ui.Problems{}
	for i := range page.Open {
		f := &page.Open[i]
		typed, ok := pending[f.Row.ID]
		if !ok {
			continue
		}
		typed.At, typed.Row, typed.Line = f.At, f.Row, f.Line
		if typed.Changed {
			typed.Version = f.Version // they see what changed: the next save goes through
		}
		*f = typed
		for field, list := range problems[f.Row.ID] {
			field, _, _ = strings.Cut(field, "[") // there is one date to move here
			page.Problems[f.name(field)] = append(page.Problems[f.name(field)], list...)
		}
	}
	if saved > 0 {
		page.Said = p.T("desk.works.saved")
	}
	return web.Form(Desk(p, page), page.Problems), nil
}

package analysis

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/analysis"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/citymap"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// studyPage is everything about one proposal on one screen.
type studyPage struct {
	analysis.Study
	Filter   analysis.Filter
	Form     opinionForm
	Theirs   *analysis.Opinion // what somebody else saved meanwhile
	Problems ui.Problems
	Said     string
	Picture  string // address; empty: none
	Alt      string
	Map      *ui.CityMap
	Note     string // as it was typed
	To       string
	PassNote string
}

func (v studyPage) path() string { return studyOf(v.Edition.Slug, v.Proposal.Number) }

// read gives the page of the address.
func (s *Pages) read(r *web.Request, p ui.Page, f analysis.Filter, at analysis.Key) (v studyPage, err error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return v, unknown()
	}
	v.Filter = f
	if v.Study, err = s.studies.Study(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, at, f, p.Locale); err != nil {
		return v, err
	}
	v.Form = formOf(p, v.Opinion)
	return v, s.scene(r, p, &v)
}

// scene adds the picture and the place on a map.
func (s *Pages) scene(r *web.Request, p ui.Page, v *studyPage) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx db.Tx) error {
		if id := v.Proposal.Picture; !id.IsZero() {
			found, err := media.ByIDs(ctx, tx, r.Platform.Key, []ids.ID{id})
			if err != nil {
				return err
			}
			v.Picture = media.Path(id, media.Full)
			v.Alt, _ = found[id].Alt.In(p.Lang)
		}
		districts, err := project.DistrictsOf(ctx, tx, r.Platform.Key, []ids.ID{v.Edition.Project.ID})
		v.Map = placeMap(p, districts, v.Study)
		return err
	})
}

// placeMap draws where the proposal is; nil when there is nothing to draw.
func placeMap(p ui.Page, districts []project.DistrictOf, v analysis.Study) *ui.CityMap {
	var frame geo.Frame
	var drawn []geo.Outline
	var on []bool
	for _, d := range districts {
		o, err := geo.ParseOutline(d.Outline)
		if err != nil {
			continue
		}
		frame = frame.With(o.Frame())
		drawn, on = append(drawn, o), append(on, d.ID == v.Proposal.District)
	}
	if len(drawn) == 0 || v.Proposal.Place == nil && !slices.Contains(on, true) {
		return nil
	}
	view := citymap.Fit(frame)
	m := ui.CityMap{ID: "lieu", Label: p.T("analysis.map"), Height: view.Height, Small: true}
	for i, o := range drawn {
		m.Areas = append(m.Areas, ui.MapArea{Path: view.Path(o), Class: "plain", On: on[i]})
	}
	if at := v.Proposal.Place; at != nil {
		m.Marks = []ui.MapMark{{Point: view.Point(citymap.Place{Latitude: at.Latitude, Longitude: at.Longitude}), Count: 1}}
	}
	return &m
}

func (s *Pages) study(r *web.Request, p ui.Page) (web.View, error) {
	v, err := s.read(r, p, filterOf(r.URL.Query()), parseKey(r.URL.Query().Get("pour")))
	if err != nil {
		return web.View{}, err
	}
	v.Said = done(r, p)
	return web.View{Page: Study(p, v)}, nil
}

// act does something to the proposal of the address, and shows the page again with what was wrong.
func (s *Pages) act(r *web.Request, p ui.Page, word, to string, do func(number int, key analysis.Key) error) (web.View, error) {
	f := keptFilter(r.Posted("liste"))
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return web.View{}, unknown()
	}
	at := parseKey(r.Posted("pour"))
	v, err := s.read(r, p, f, at)
	if err != nil {
		return web.View{}, err
	}
	key := at
	if v.At != nil {
		key = v.At.Key()
	}
	key.Proposal = v.Proposal.ID
	if v.Problems, err = p.ProblemsOf(do(number, key)); err != nil {
		return web.View{}, err
	}
	if len(v.Problems) > 0 {
		v.Note, v.To, v.PassNote = r.Posted("note"), r.Posted("to"), r.Posted("pass_note")
		return web.Form(Study(p, v), v.Problems), nil
	}
	if to == deskPath {
		return web.View{Next: p.Href(with(deskPath, f, "fait", word))}, nil
	}
	pour := ""
	if v.At != nil {
		pour = keyText(v.At.Key())
	}
	return web.View{Next: p.Href(with(v.path(), f, "pour", pour, "fait", word)) + templ.SafeURL(to)}, nil
}

// pass hands the proposal on: to a service, or to somebody of it ("service" or "service.person").
func (s *Pages) pass(r *web.Request, p ui.Page) (web.View, error) {
	key := parseKey(r.Posted("pour"))
	return s.act(r, p, "transmis", deskPath, func(_ int, mine analysis.Key) error {
		if !key.Round.IsZero() { // who distributes names the assignment of another
			mine.Round, mine.Service = key.Round, key.Service
		}
		service, person, _ := strings.Cut(r.Posted("to"), ".")
		to, err := ids.Parse(service)
		if err != nil {
			return fault.New(fault.Invalid, "fault.analysis.no_service").In("to")
		}
		charge, _ := ids.Parse(person) // none: anybody
		err = s.studies.Pass(r.Context(), r.Platform, r.Person, mine, analysis.Passing{To: to, Charge: charge, Keep: r.Posted("act") == "ask", Note: r.Posted("pass_note")})
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Field == "note" {
			return e.In("pass_note")
		}
		return err
	})
}

func (s *Pages) wait(r *web.Request, p ui.Page) (web.View, error) {
	waits, word := r.Posted("act") == "wait", "repris"
	if waits {
		word = "attente"
	}
	return s.act(r, p, word, "", func(_ int, key analysis.Key) error {
		return s.studies.Wait(r.Context(), r.Platform, r.Person, key, waits)
	})
}

func (s *Pages) note(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "note", "#notes", func(number int, _ analysis.Key) error {
		return s.studies.Note(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, r.Posted("note"))
	})
}

func (s *Pages) attach(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "fichier", "#fichiers", func(number int, _ analysis.Key) error {
		f, err := uploaded(r, "file", deposit.FileMax)
		if err != nil {
			return err
		}
		read, err := deposit.ReadFile(f.name, f.content)
		if e, ok := errors.AsType[*fault.Error](err); ok {
			return e.In("file")
		}
		if err != nil {
			return err
		}
		return s.studies.Attach(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, read)
	})
}

func (s *Pages) detach(r *web.Request, p ui.Page) (web.View, error) {
	return s.act(r, p, "fichier-retire", "#fichiers", func(number int, _ analysis.Key) error {
		file, err := ids.Parse(r.Posted("file"))
		if err != nil {
			return unknown()
		}
		return s.studies.Detach(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, file)
	})
}

type upload struct {
	name    string
	content []byte
}

// uploaded reads a file of the form, a byte more than it may have at most. Fault: invalid.
func uploaded(r *web.Request, field string, most int64) (u upload, err error) {
	f, head, err := r.FormFile(field)
	if err != nil || head.Size == 0 {
		return u, fault.New(fault.Invalid, "fault.analysis.no_file").In(field)
	}
	defer func() { _ = f.Close() }()
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(f, most+1))
	return upload{head.Filename, b.Bytes()}, err
}

func handed(f deposit.File) web.View {
	return web.View{File: &web.File{Name: f.Name, Type: f.MIME, Content: f.Content}}
}

func (s *Pages) file(r *web.Request, _ ui.Page) (web.View, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	file, err2 := ids.Parse(r.PathValue("file"))
	if err != nil || err2 != nil {
		return web.View{}, unknown()
	}
	f, err := s.studies.FileContent(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, file)
	return handed(f), err
}

func (s *Pages) answerFile(r *web.Request, _ ui.Page) (web.View, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return web.View{}, unknown()
	}
	f, err := s.studies.AnswerFile(r.Context(), r.Platform, r.Person, r.PathValue("edition"), number, r.PathValue("question"))
	return handed(f), err
}

// toField is to whom the proposal can go: services, and the people in them.
func (v studyPage) toField(p ui.Page) ui.Input {
	in := ui.Input{Name: "to", Label: p.T("analysis.pass.to"), Required: true, Options: []ui.Option{{Label: p.T("analysis.choose")}}}
	for _, one := range v.Seat.All {
		if v.Seat.Guest() && !v.Seat.In(one.ID) && !slices.ContainsFunc(v.Sent, func(a analysis.Assignment) bool { return a.From == one.ID || a.Service == one.ID }) {
			continue
		}
		label := one.Name
		if one.Guest() {
			label = p.T("analysis.pass.outside", "Service", one.Name, "Body", one.Body)
		}
		if v.At == nil || one.ID != v.At.Service {
			in.Options = append(in.Options, ui.Option{Value: one.ID.String(), Label: label})
		}
		if v.Seat.Guest() && !v.Seat.In(one.ID) {
			continue
		}
		for _, person := range one.Members {
			if name := v.People[person]; name != "" {
				in.Options = append(in.Options, ui.Option{Value: one.ID.String() + "." + person.String(), Label: label + p.T("analysis.pass.person", "Name", name)})
			}
		}
	}
	for i := range in.Options {
		in.Options[i].Chosen = in.Options[i].Value == v.To
	}
	return in
}

func (v studyPage) passNoteField(p ui.Page) ui.Input {
	return ui.Input{Name: "pass_note", Label: p.T("analysis.pass.note"), Value: v.PassNote, Rows: 2, Max: analysis.MaxNote}
}

func (v studyPage) noteField(p ui.Page) ui.Input {
	return ui.Input{Name: "note", Label: p.T("analysis.notes.write"), Help: p.T("analysis.notes.help"), Value: v.Note, Rows: 3, Required: true, Max: analysis.MaxNote}
}

func (v studyPage) fileField(p ui.Page) ui.Input {
	return ui.Input{Name: "file", Label: p.T("analysis.files.add"), Help: p.T("analysis.files.help", "Limit", deposit.FileMax>>20), Type: "file", Required: true}
}

// mayAsk says whether the agent may write to the author; what the author answers stands there too.
func (v studyPage) mayAsk() bool {
	return v.Seat.May(access.AskAuthor, v.Edition, v.Sent)
}

// filePath is where a document is read.
func (v studyPage) filePath(id ids.ID) string { return v.path() + "/fichiers/" + id.String() }

// answerPath is where a file that the author deposited is read.
func (v studyPage) answerPath(question string) string {
	return v.path() + "/reponses/" + url.PathEscape(question)
}

// mine names the assignments that the agent can choose between: round and service.
func (v studyPage) mine(p ui.Page, a analysis.Assignment) string {
	name := serviceName(v.Seat, a.Service)
	for _, one := range v.Rounds {
		if one.ID == a.Round {
			name += " · " + roundName(p, one)
		}
	}
	return name
}

// paragraphs are what people wrote, apart by empty lines.
func paragraphs(text string) (list []string) {
	for one := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// Transmitted is what the page of a proposal says of the bodies that it was handed to.
type Transmitted struct {
	Service, Body, Contact string
	At                     string // day
}

// transmitted puts them into the words of a page.
func transmitted(p ui.Page, list []analysis.Transmission) (shown []Transmitted) {
	for _, t := range list {
		shown = append(shown, Transmitted{t.Service, t.Body, t.Contact, p.Date(t.At)})
	}
	return shown
}

// Handed gives what the page of a proposal says of the bodies that it was handed to; nothing of one that is out of sight.
func Handed(ctx context.Context, tx db.Tx, platform int64, p ui.Page, of proposal.Proposal) ([]Transmitted, error) {
	if !of.Trashed.Readable() {
		return nil, nil
	}
	all, err := analysis.Transmissions(ctx, tx, platform, []ids.ID{of.ID})
	return transmitted(p, all[of.ID]), err
}

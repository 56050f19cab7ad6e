package analysis

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// Note is a word between agents. It is never public.
type Note struct {
	ID       ids.ID
	Proposal ids.ID
	Service  ids.ID // of who wrote it; zero: none
	Author   ids.ID
	Body     string
	Mentions []ids.ID
	At       time.Time
}

func notesOf(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) ([]Note, error) {
	rows, err := tx.Query(ctx, `SELECT n.id, n.proposal, n.service, n.author, n.body, n.mentions, n.at FROM analysis_note n WHERE n.platform = ? AND n.proposal = ? ORDER BY n.at, n.id`, platform, proposal)
	return db.Collect(rows, err, func(r *sql.Rows, n *Note) error {
		var mentions string
		var at int64
		if err := r.Scan(&n.ID, &n.Proposal, &n.Service, &n.Author, &n.Body, &mentions, &at); err != nil {
			return err
		}
		n.At = db.Time(at)
		return json.Unmarshal([]byte(mentions), &n.Mentions)
	})
}

// Colleague is somebody who can be mentioned.
type Colleague struct {
	ID      ids.ID
	Name    string // as shown: their name, else what stands before the @ of their address
	Service string
	guest   bool
}

// nameOf is how colleagues call somebody.
func nameOf(h account.Holder) string {
	before, _, _ := strings.Cut(h.Email, "@")
	return cmp.Or(h.Name, before)
}

// colleagues gives who studies proposals or answers for them.
func colleagues(holders []account.Holder, services []project.CityService) (list []Colleague) {
	for _, h := range holders {
		c := Colleague{ID: h.ID, Name: nameOf(h), guest: true}
		for _, v := range services {
			if slices.Contains(v.Members, h.ID) {
				c.Service = cmp.Or(c.Service, v.Name)
				c.guest = c.guest && v.Guest()
			}
		}
		if c.Service == "" {
			c.guest = false
			if !h.Roles.Can(access.SeeAnalysis, access.Moment{Published: true}) {
				continue
			}
		}
		list = append(list, c)
	}
	return list
}

// mentioned gives those whom a text names after an @: by their whole name, or by the beginning of it that is nobody else's.
func mentioned(body string, people []Colleague) (list []ids.ID) {
	folded := i18n.Fold(body)
	for rest := folded; ; {
		_, after, ok := strings.Cut(rest, "@")
		if !ok {
			return list
		}
		rest = after
		if id, ok := namedAt(after, people); ok && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
}

func namedAt(text string, people []Colleague) (ids.ID, bool) {
	var best Colleague
	for _, c := range people {
		name := i18n.Fold(c.Name)
		if len(name) > len(i18n.Fold(best.Name)) && strings.HasPrefix(text, name) && !continues(text[len(name):]) {
			best = c
		}
	}
	if best.Name != "" {
		return best.ID, true
	}
	word := text[:len(text)-len(strings.TrimLeftFunc(text, letter))]
	var found []Colleague
	for _, c := range people {
		first, _, _ := strings.Cut(strings.NewReplacer(".", " ", "_", " ").Replace(i18n.Fold(c.Name)), " ")
		if word != "" && first == word {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		return found[0].ID, true
	}
	return ids.ID{}, false
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' }

func continues(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	return n > 0 && letter(r)
}

// Note writes a word about a proposal, and tells those whom it mentions by e-mail, who may read it. Faults: forbidden, not_found,
// invalid (note).
func (s *Service) Note(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, body string) error {
	body = tidy(body)
	if body == "" {
		return invalid("note", "no_note")
	}
	if over := utf8.RuneCountInString(body) - MaxNote; over > 0 {
		return invalid("note", "long", "Max", MaxNote, "Over", over)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		d, err := doorTo(ctx, tx, of, who, slug, number)
		if err != nil {
			return err
		}
		holders, err := account.Holders(ctx, tx, of.Key)
		if err != nil {
			return err
		}
		n := Note{ID: ids.Dated(tx.Now()), Proposal: d.found.ID, Service: d.service(), Author: who.ID, Body: body, At: d.edition.Now}
		var tell []ids.ID
		for _, id := range mentioned(body, colleagues(holders, d.seat.All)) {
			if n.Mentions = append(n.Mentions, id); id != who.ID && d.reads(id, holders) {
				tell = append(tell, id)
			}
		}
		if err := insertNote(ctx, tx, of.Key, n); err != nil {
			return err
		}
		return tellMentioned(ctx, tx, of, d, who, tell)
	})
}

// reads says whether somebody may open the proposal's study.
func (d door) reads(person ids.ID, holders []account.Holder) bool {
	at := slices.IndexFunc(holders, func(h account.Holder) bool { return h.ID == person })
	if at < 0 {
		return false
	}
	seat := Seat{Person: account.Person{ID: person, Roles: holders[at].Roles}, All: d.seat.All}
	for _, v := range d.seat.All {
		if slices.Contains(v.Members, person) {
			seat.Services = append(seat.Services, v)
		}
	}
	return seat.May(access.SeeAnalysis, d.edition, d.sent)
}

// tellMentioned writes to colleagues; what the note says stays on the platform.
func tellMentioned(ctx context.Context, tx db.Tx, of platform.Platform, d door, by account.Person, list []ids.ID) error {
	people, err := account.Reachable(ctx, tx, of.Key, list)
	var mails []notify.Mail
	for _, p := range people {
		mails = append(mails, notify.Mail{To: p.Email, Name: p.Name, Lang: i18n.Lang(p.Language), Kind: "analysis_mention", Person: p.ID,
			Path: studyPath(d.edition.Slug, d.found.Number) + "#notes", Args: map[string]any{"By": nameOf(account.Holder{Name: by.Name, Email: by.Email}), "Title": d.found.Title}})
	}
	if err != nil {
		return err
	}
	return notify.QueueAll(ctx, tx, of.Key, mails)
}

// studyPath is where a proposal is studied.
func studyPath(slug string, number int) string {
	return "/analyse/" + slug + "/" + strconv.Itoa(number)
}

func insertNote(ctx context.Context, tx db.Tx, platform int64, n Note) error {
	raw, err := json.Marshal(append([]ids.ID{}, n.Mentions...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO analysis_note (platform, id, proposal, service, author, body, mentions, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		platform, n.ID, n.Proposal, n.Service, n.Author, n.Body, string(raw), db.Micros(n.At))
	return err
}

// door is the way to what is said of a proposal, for somebody who may read it.
type door struct {
	seat    Seat
	edition project.View
	found   proposal.Proposal
	sent    []Assignment // of the proposal
}

// doorTo opens it. Fault: not_found, which does not say whether there is such a proposal.
func doorTo(ctx context.Context, tx db.Tx, of platform.Platform, who account.Person, slug string, number int) (d door, err error) {
	if d.seat, err = SeatOf(ctx, tx, of.Key, who); err != nil {
		return d, err
	}
	if d.edition, err = editionOf(ctx, tx, of, slug); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = notFound()
		}
		return d, err
	}
	var ok bool
	if d.found, ok, err = proposal.Numbered(ctx, tx, of.Key, d.edition.Project.ID, number); err != nil {
		return d, err
	}
	if !ok || !d.found.Trashed.Readable() {
		return d, notFound()
	}
	sent, err := Assignments(ctx, tx, of.Key, []ids.ID{d.found.ID})
	if err != nil {
		return d, err
	}
	d.sent = sent[d.found.ID]
	if !d.seat.May(access.SeeAnalysis, d.edition, d.sent) {
		return d, notFound()
	}
	return d, nil
}

// service is the one in whose name somebody speaks of the proposal: one that it was sent to, else any of theirs, else none.
func (d door) service() ids.ID {
	for _, a := range d.sent {
		if d.seat.In(a.Service) {
			return a.Service
		}
	}
	if len(d.seat.Services) > 0 {
		return d.seat.Services[0].ID
	}
	return ids.ID{}
}

// shows says whether what a service left in the study of a proposal is theirs to read: another body reads its own alone.
func (d door) shows(service ids.ID) bool {
	return !d.seat.Guest() || d.seat.roles().Can(access.Assign, access.Moment{}) || d.seat.In(service)
}

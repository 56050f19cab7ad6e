package analysis

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Form is what every service is asked of each proposal of an edition.
type Form struct {
	Articles  []string   `json:"articles"` // keys of the règlement's articles that a proposal is held against
	Questions []Question `json:"questions"`
}

// Question is one of the city's own.
type Question struct {
	Key   string        `json:"key"`
	Label rulebook.Text `json:"label"`
	Kind  QuestionKind  `json:"kind"`
}

// QuestionKind is how it is answered.
type QuestionKind string

// The kinds.
const (
	YesNo QuestionKind = "yesno" // yes, no, to be seen
	Words QuestionKind = "text"
)

// MaxQuestions is how many the city asks at most.
const MaxQuestions = 20

// Answers to a yes-or-no question, and to an article.
const (
	Yes    = "yes"
	No     = "no"
	Unsure = "unsure"
)

// articleKey is the key of the answer about an article.
func articleKey(article string) string { return "article:" + article }

// Asked is a question as an agent reads it.
type Asked struct {
	Key     string // of the answer
	Label   string
	Lang    string // that the label is in, when it is not the page's
	Kind    QuestionKind
	Article *rulebook.Article // the one that it is about; nil: the city's own question
}

// Ask gives the questions in a language, those of the règlement first.
func (f Form) Ask(book rulebook.Rulebook, l *i18n.Locale) (list []Asked) {
	for _, a := range book.Regulation(l) {
		if slices.Contains(f.Articles, a.Key) {
			list = append(list, Asked{Key: articleKey(a.Key), Label: l.T("analysis.article.asks", "Number", a.Number, "Title", a.Title), Kind: YesNo, Article: &a})
		}
	}
	for _, q := range f.Questions {
		list = append(list, Asked{Key: q.Key, Label: q.Label.In(l.Lang), Kind: q.Kind})
	}
	return list
}

// eligible are the articles by which a proposal is let in or not; the others are about the count and the vote.
var eligible = []string{"budget", "deposit_who", "deposit_what"}

// UsualForm is that of an edition for which nothing was set up: what may be proposed and the city's own articles, and the four
// questions that every service asks.
func UsualForm(book rulebook.Rulebook, french, english *i18n.Locale) Form {
	f := Form{}
	for _, a := range book.Regulation(french) {
		if a.Key == "deposit_what" || strings.HasPrefix(a.Key, "added-") {
			f.Articles = append(f.Articles, a.Key)
		}
	}
	if len(f.Articles) == 0 {
		f.Articles = []string{"budget"}
	}
	for _, key := range []string{"competence", "interest", "technical", "upkeep"} {
		f.Questions = append(f.Questions, Question{Key: key, Kind: YesNo, Label: rulebook.Text{FR: french.T("analysis.question." + key), EN: english.T("analysis.question." + key)}})
	}
	return f
}

// Offered are the articles that a form can ask about.
func Offered(book rulebook.Rulebook, l *i18n.Locale) (list []rulebook.Article) {
	for _, a := range book.Regulation(l) {
		if slices.Contains(eligible, a.Key) || strings.HasPrefix(a.Key, "added-") {
			list = append(list, a)
		}
	}
	return list
}

// FormOf gives the form of an edition, the usual one when none was set up.
func FormOf(ctx context.Context, tx db.Tx, platform int64, e project.View) (f Form, err error) {
	var raw string
	err = tx.QueryRow(ctx, `SELECT f.body FROM evaluation_form f WHERE f.platform = ? AND f.project = ?`, platform, e.Project.ID).Scan(&raw)
	if db.None(err) {
		return UsualForm(e.Rulebook, i18n.For(i18n.FR, nil), i18n.For(i18n.EN, nil)), nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &f)
	}
	return f, err
}

// Form gives the form of an edition with the edition. Faults: forbidden, not_found.
func (s *Service) Form(ctx context.Context, of platform.Platform, who account.Person, slug string) (f Form, e project.View, err error) {
	if !who.Roles.Can(access.SetServices, access.Moment{}) {
		return f, e, forbidden()
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		if e, err = editionOf(ctx, tx, of, slug); err != nil {
			return err
		}
		f, err = FormOf(ctx, tx, of.Key, e)
		return err
	})
	return f, e, err
}

// SetForm keeps the form of an edition. What was answered to a question that is taken away stays stored. Faults: forbidden,
// not_found, invalid (articles, q[N]).
func (s *Service) SetForm(ctx context.Context, of platform.Platform, who account.Person, slug string, f Form) error {
	if !who.Roles.Can(access.SetServices, access.Moment{}) {
		return forbidden()
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		e, err := editionOf(ctx, tx, of, slug)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, e.Project.ID); err != nil {
			return err
		}
		if err := f.settle(e.Rulebook); err != nil {
			return err
		}
		return setForm(ctx, tx, of.Key, e.Project.ID, f)
	})
}

func setForm(ctx context.Context, tx db.Tx, platform int64, edition ids.ID, f Form) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO evaluation_form (platform, project, body, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (platform, project) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`, platform, edition, string(raw), db.Micros(tx.Now()))
	return err
}

// QuestionField names the field of a question in a form.
func QuestionField(i int, name string) string { return "q" + strconv.Itoa(i) + "-" + name }

// settle checks a form, drops questions without words, and gives new ones a key.
func (f *Form) settle(book rulebook.Rulebook) error {
	var found []*fault.Error
	offered := Offered(book, i18n.For(i18n.FR, nil))
	f.Articles = slices.DeleteFunc(f.Articles, func(key string) bool {
		return !slices.ContainsFunc(offered, func(a rulebook.Article) bool { return a.Key == key })
	})
	f.Questions = slices.DeleteFunc(f.Questions, func(q Question) bool { return strings.TrimSpace(q.Label.FR+q.Label.EN) == "" })
	if len(f.Questions) > MaxQuestions {
		found = append(found, invalid("q0-fr", "questions", "Max", MaxQuestions))
	}
	taken := map[string]bool{}
	for i := range f.Questions {
		q := &f.Questions[i]
		q.Label.FR, q.Label.EN = strings.Join(strings.Fields(q.Label.FR), " "), strings.Join(strings.Fields(q.Label.EN), " ")
		if q.Kind != YesNo && q.Kind != Words {
			found = append(found, invalid(QuestionField(i, "kind"), "question_kind"))
		}
		if n := max(utf8.RuneCountInString(q.Label.FR), utf8.RuneCountInString(q.Label.EN)); n > MaxContact {
			found = append(found, invalid(QuestionField(i, "fr"), "long", "Max", MaxContact, "Over", n-MaxContact))
		}
		if q.Label.FR == "" {
			found = append(found, invalid(QuestionField(i, "fr"), "question_fr"))
		}
		if q.Key == "" || taken[q.Key] || strings.HasPrefix(q.Key, "article:") || len(q.Key) > MaxName {
			q.Key = ids.Random().String()
		}
		taken[q.Key] = true
	}
	return fault.All(found)
}

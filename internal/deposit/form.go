package deposit

import (
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// Form is what a deposit step asks of whoever proposes: beside a title, which every proposal has, each field is absent,
// optional or required, and the organiser adds questions. It is data of the step.
type Form struct {
	Summary   Need       `json:"summary"`
	Body      Need       `json:"body"`
	Category  Need       `json:"category"`
	Theme     Need       `json:"theme"`
	District  Need       `json:"district"`
	Place     Need       `json:"place"` // a point on the map, or an address
	Cost      Need       `json:"cost"`
	Picture   Need       `json:"picture"`
	Questions []Question `json:"questions,omitempty"` // retired ones last
	Criteria  []Asked    `json:"criteria,omitempty"`  // what is asked beside the règlement's criteria; retired ones last
	// Words are what the organiser says in the place of the usual labels and helps, by the name of a field: one of Fields,
	// "title", or a criterion's ("c-in_time").
	Words map[string]Words `json:"words,omitempty"`
}

// Words are the label of a field and the help below it; an empty one is the usual one.
type Words struct {
	Label rulebook.Text `json:"label,omitzero"`
	Help  rulebook.Text `json:"help,omitzero"`
}

// Fields names what a form may ask beside the title, in the order of the page.
func Fields() []string {
	return []string{"summary", "place", "district", "body", "category", "theme", "cost", "picture"}
}

// need is where the need of one of Fields is kept.
func (f *Form) need(field string) *Need {
	return map[string]*Need{"summary": &f.Summary, "place": &f.Place, "district": &f.District, "body": &f.Body, "category": &f.Category, "theme": &f.Theme,
		"cost": &f.Cost, "picture": &f.Picture}[field]
}

// NeedOf gives the need of one of Fields.
func (f Form) NeedOf(field string) Need { return *f.need(field) }

// SetNeed changes the need of one of Fields.
func (f *Form) SetNeed(field string, n Need) { *f.need(field) = n }

// question gives one that the form asks.
func (f Form) question(key string) (Question, bool) {
	for _, q := range f.Asked() {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}

// Asked gives the questions that are asked, without the retired ones.
func (f Form) Asked() []Question {
	var list []Question
	for _, q := range f.Questions {
		if !q.Retired {
			list = append(list, q)
		}
	}
	return list
}

// Need says whether something is asked, and must be answered.
type Need string

// The needs.
const (
	Absent   Need = "absent"
	Optional Need = "optional"
	Required Need = "required"
)

// Asked says whether it is asked at all.
func (n Need) Asked() bool { return n == Optional || n == Required }

// Question is one that the organiser adds.
type Question struct {
	Key     string        `json:"key"` // a to z, digits and hyphens; unique in the form
	Kind    QuestionKind  `json:"kind"`
	Label   rulebook.Text `json:"label"`
	Help    rulebook.Text `json:"help,omitzero"`
	Need    Need          `json:"need"` // optional or required
	Options []Option      `json:"options,omitempty"`
	Other   bool          `json:"other,omitempty"`   // choices: one may write another answer
	Public  bool          `json:"public,omitempty"`  // the answer stands on the proposal's page
	Min     *float64      `json:"min,omitempty"`     // the least number; of texts, of characters; of choices, of answers
	Max     *float64      `json:"max,omitempty"`     // the most
	Files   []FileKind    `json:"files,omitempty"`   // that are taken; none: all
	Retired bool          `json:"retired,omitempty"` // not asked any more; the answers that it had are kept
}

// Option is one of a question's answers.
type Option struct {
	Key   string        `json:"key"`
	Label rulebook.Text `json:"label"`
	// Retired says that it cannot be chosen any more; who chose it did.
	Retired bool `json:"retired,omitempty"`
}

// FileKind is a kind of file that a question takes.
type FileKind string

// The kinds of file.
const (
	PDF     FileKind = "pdf"
	Picture FileKind = "picture" // JPEG or PNG
)

// QuestionKind is what an answer looks like.
type QuestionKind string

// The kinds of question.
const (
	ShortText QuestionKind = "short"
	LongText  QuestionKind = "long"
	Number    QuestionKind = "number"
	OneChoice QuestionKind = "choice"
	Choices   QuestionKind = "choices"
	Ranking   QuestionKind = "ranking" // every option, in order
	FileInput QuestionKind = "file"    // a PDF, or a picture
)

// QuestionKinds lists them.
func QuestionKinds() []QuestionKind {
	return []QuestionKind{ShortText, LongText, Number, OneChoice, Choices, Ranking, FileInput}
}

// OtherOption is the key of the answer that one writes oneself.
const OtherOption = "other"

// DefaultForm is what is asked in a step for which the organiser chose nothing.
func DefaultForm() Form {
	return Form{Summary: Absent, Body: Required, Category: Required, Theme: Absent, District: Required, Place: Optional, Cost: Optional, Picture: Optional}
}

// Content is what somebody typed into the form, each field as it was typed, so that a draft loses nothing. Check reads it.
type Content struct {
	Title      string            `json:"title,omitempty"`
	Summary    string            `json:"summary,omitempty"`
	Body       string            `json:"body,omitempty"`
	Category   string            `json:"category,omitempty"` // a slug
	Theme      string            `json:"theme,omitempty"`    // a slug
	District   string            `json:"district,omitempty"` // a slug, or WholeCity
	Address    string            `json:"address,omitempty"`
	Latitude   string            `json:"latitude,omitempty"`
	Longitude  string            `json:"longitude,omitempty"`
	Cost       string            `json:"cost,omitempty"`
	PictureAlt string            `json:"picture_alt,omitempty"`
	Answers    map[string]Answer `json:"answers,omitempty"`  // to the organiser's questions, by key
	Criteria   map[string]string `json:"criteria,omitempty"` // to the criteria: Yes, No or Unsure by key
	Kind       rulebook.Kind     `json:"kind,omitempty"`     // of participant
	Name       string            `json:"name,omitempty"`     // as it is shown
	Nameless   bool              `json:"nameless,omitempty"` // a paper form, which may leave the name out
	Age        Age               `json:"age,omitempty"`
	Consent    bool              `json:"consent,omitempty"` // a parent's, of somebody under fifteen
}

// WholeCity stands for no district.
const WholeCity = "*"

// Answer is an answer to a question: one text, the keys chosen, or the options in order.
type Answer struct {
	Values []string `json:"values,omitempty"`
	Other  string   `json:"other,omitempty"` // written for OtherOption
	File   string   `json:"file,omitempty"`  // the name of the file
}

// Age is what one says of one's age: never a date of birth.
type Age string

// The ages that matter.
const (
	AgeBelow Age = "below" // the règlement's minimum is not reached
	AgeYoung Age = "young" // it is, but not ConsentAge
	AgeAdult Age = "adult"
)

// ConsentAge is the age from which somebody consents alone to what is kept of them (France: law no. 78-17, article 45).
const ConsentAge = 15

// Setting is what a deposit is checked against.
type Setting struct {
	Form       Form
	Book       rulebook.Rulebook
	Districts  []project.District
	Categories []project.Category
	Themes     []project.Theme
}

// Checked is what a content means, once nothing is wrong with it.
type Checked struct {
	Title, Summary, Body string
	Address              string
	Place                *proposal.Place
	Cost                 int64
	District             ids.ID // zero: the whole city
	Category, Theme      ids.ID
	Facets               []proposal.Facet // what lists can filter it by
	Name                 string           // to be shown; empty for somebody under ConsentAge
	Kind                 rulebook.Kind
}

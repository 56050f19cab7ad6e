package deposit

import (
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/rulebook"
	"github.com/parvis-civic/parvis/internal/web"
)

// typed reads what was typed into the form, as it was typed; was is what the deposit had, whose files stay. On paper one may
// leave the name out.
func typed(r *web.Request, c formPage, was deposit.Content) deposit.Content {
	t := deposit.Content{Title: r.Posted("title"), Summary: r.Posted("summary"), Body: r.Posted("body"), Category: r.Posted("category"), Theme: r.Posted("theme"),
		District: r.Posted("district"), Address: r.Posted("address"), Latitude: r.Posted("latitude"), Longitude: r.Posted("longitude"), Cost: r.Posted("cost"),
		PictureAlt: r.Posted("picture_alt"), Kind: rulebook.Kind(r.Posted("kind")), Name: r.Posted("name"), Age: deposit.Age(r.Posted("age")), Consent: r.Posted("consent") != "",
		Answers: map[string]deposit.Answer{}, Criteria: map[string]string{}, Nameless: c.Paper != nil || was.Nameless}
	for _, q := range c.Form.Asked() {
		if a := answered(r, q); q.Kind == deposit.FileInput {
			t.Answers[q.Key] = was.Answers[q.Key]
		} else if len(a.Values) > 0 || a.Other != "" {
			t.Answers[q.Key] = a
		}
	}
	for _, q := range c.Form.Questions { // what was answered before the question was retired is kept
		if a, had := was.Answers[q.Key]; had && q.Retired {
			t.Answers[q.Key] = a
		}
	}
	maps.Copy(t.Criteria, was.Criteria) // what was answered before a criterion was retired is kept
	for _, k := range c.Criteria() {
		delete(t.Criteria, string(k.Key))
		if a := r.Posted(k.Field()); a != "" {
			t.Criteria[string(k.Key)] = a
		}
	}
	return t
}

func answered(r *web.Request, q deposit.Question) deposit.Answer {
	switch q.Kind {
	case deposit.OneChoice, deposit.Choices:
		return deposit.Answer{Values: slices.Clone(r.PostForm[q.Field()]), Other: r.Posted(q.Field() + "-other")}
	case deposit.Ranking: // a field per place
		var a deposit.Answer
		for i := range q.Offered() {
			a.Values = append(a.Values, r.Posted(placeField(q, i)))
		}
		if !slices.ContainsFunc(a.Values, func(v string) bool { return v != "" }) {
			return deposit.Answer{}
		}
		return a
	}
	if text := r.Posted(q.Field()); text != "" {
		return deposit.Answer{Values: []string{text}}
	}
	return deposit.Answer{}
}

// placeField is the name of the field of a place, from 0, of a ranking.
func placeField(q deposit.Question, place int) string {
	return q.Field() + "-" + strconv.Itoa(place+1)
}

// uploaded reads what came with the form beside its texts. Faults: invalid.
func uploaded(r *web.Request, c deposit.Call) (up deposit.Upload, err error) {
	up.Remove = r.Posted("picture_remove") != ""
	if c.Form.Picture.Asked() {
		if _, up.Picture, err = file(r, "picture", media.MaxBytes); err != nil {
			return up, err
		}
	}
	for _, q := range c.Form.Asked() {
		if q.Kind != deposit.FileInput {
			continue
		}
		name, content, err := file(r, q.Field(), deposit.FileMax)
		if err != nil {
			return up, err
		}
		if len(content) == 0 {
			continue
		}
		f, err := deposit.ReadFile(name, content)
		if err == nil {
			err = q.Takes(f)
		}
		if err != nil {
			return up, in(err, q.Field())
		}
		if up.Files == nil {
			up.Files = map[string]deposit.File{}
		}
		up.Files[q.Key] = f
	}
	return up, nil
}

// in says of a fault which field it is about.
func in(err error, field string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.In(field)
	}
	return err
}

// file reads a file of the form and its name; nothing when none was chosen. Fault: invalid.
func file(r *web.Request, field string, most int64) (name string, content []byte, err error) {
	f, head, err := r.FormFile(field)
	if err != nil || head.Size == 0 {
		return "", nil, nil // no file, or a form without files
	}
	defer func(f multipart.File) { _ = f.Close() }(f)
	content, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(content)) > most {
		err = fault.New(fault.Invalid, "fault.deposit.file_large", "Limit", most>>20).In(field)
	}
	return plainName(head.Filename), content, err
}

// plainName keeps of a file's name what can be shown and stored.
func plainName(name string) string {
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if letters := []rune(name); len(letters) > 120 {
		name = string(letters[len(letters)-120:])
	}
	return name
}

// quietly says whether the script asks, which shows what is answered itself.
func quietly(r *web.Request) bool { return r.Method == http.MethodPost && r.Posted("do") == "auto" }

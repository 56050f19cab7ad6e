package ui

import (
	"errors"

	"github.com/parvis-civic/parvis/internal/fault"
)

// Problems are what is wrong with a form, by the name of the field; "" is about the whole.
type Problems map[string][]string

// ProblemsOf sorts the reasons of a fault by their fields, in the words of the page; nil for no error. An error that is
// no fault is ours and is given back.
func (p Page) ProblemsOf(err error) (Problems, error) {
	if err == nil {
		return nil, nil
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code == fault.Internal || f.Code == fault.Unavailable || f.Code == fault.NotFound {
		return nil, err
	}
	reasons := f.Sub
	if len(reasons) == 0 {
		reasons = []*fault.Error{f}
	}
	list := Problems{}
	for _, r := range reasons {
		list[r.Field] = append(list[r.Field], p.Fault(r))
	}
	return list, nil
}

// Input is a labelled field of a form. Its name is also the end of its id ("field-NAME").
type Input struct {
	Name, Label  string
	Help         string // below the label; may be empty
	Value        string
	Type         string // of input; empty: text
	Autocomplete string
	InputMode    string
	Required     bool
	Max          int // characters; 0: not said
	Rows         int // of a TextArea
	Lang         string
	Options      []Option // of a Select or of Choices
	Several      bool     // Choices: more than one may be ticked
}

// Option is one of several answers.
type Option struct {
	Value, Label, Help, Lang string
	Chosen                   bool
}

func (i Input) id() string { return "field-" + i.Name }

// described gives the ids of what explains the field.
func (i Input) described(problems Problems) string {
	ids := ""
	if i.Help != "" {
		ids = i.id() + "-help"
	}
	if len(problems[i.Name]) > 0 {
		if ids != "" {
			ids += " "
		}
		ids += i.id() + "-problem"
	}
	return ids
}

// order lists the problems of a form, those of the named fields first and in that order. What is said of several fields names
// each of them.
func (l Problems) order(fields []Input) []problem {
	var list []problem
	seen := map[string]bool{}
	add := func(name, id string) {
		for _, text := range l[name] {
			list = append(list, problem{text: text, id: id})
		}
		seen[name] = true
	}
	for _, f := range fields {
		if !seen[f.Name] {
			from := len(list)
			add(f.Name, f.id())
			for i := range list[from:] {
				list[from+i].field = f.Label
			}
		}
	}
	said := map[string]int{}
	for _, one := range list {
		said[one.text]++
	}
	for i := range list {
		if said[list[i].text] == 1 {
			list[i].field = ""
		}
	}
	for name := range l {
		if !seen[name] {
			add(name, "")
		}
	}
	return list
}

// problem is a line of the list; field is the label of its field where others are told the same.
type problem struct{ text, id, field string }

// The fields of a Trap.
const (
	TrapField  = "website"  // that nobody sees, and nobody fills
	ShownField = "shown_at" // when the form was first shown, in milliseconds since 1970
)

// Package pabulib reads the files of Pabulib, the public collection of participatory budgets: one election with its
// projects and every ballot. The format (pabulib.org/format) is UTF-8 text in three sections, META, PROJECTS and
// VOTES, each with a header line and fields separated by semicolons with CSV quoting.
//
// What makes the file unusable stops the reading with a *FormatError; a line of PROJECTS or VOTES that is wrong is
// refused alone, with its number and the reason, and the rest is read.
package pabulib

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/tally"
)

// Reader reads one file from start to end, in memory that depends on the projects and the voters' identifiers only.
type Reader struct {
	Meta     Meta
	Projects []Project // those that were not refused, in the order of the file
	Dropped  int       // choices left out of the ballots read so far; see Ballot.Dropped

	lines   *lines
	line    int // where the line read last begins
	stated  int // line of META that states the rule
	refused func(Refusal)
	columns map[string]int // of the section being read
	width   int            // fields that a line of the section has
	index   map[string]int // of Projects by identifier; dropped for those that were refused
	voters  map[string]int // line of each voter's ballot
	votes   int            // lines of VOTES read
	done    bool
	foreign bool // a text that is not UTF-8 was met
}

// dropped stands for the index of a project whose line was refused.
const dropped = -1

// The sections.
const (
	sectionMeta     = "META"
	sectionProjects = "PROJECTS"
	sectionVotes    = "VOTES"
)

// Open reads META and PROJECTS and stops before the first ballot. Every line of PROJECTS, and later of VOTES, that is
// refused goes to refused, which may be nil. The error is a *FormatError, or the input's own.
func Open(input io.Reader, refused func(Refusal)) (*Reader, error) {
	if refused == nil {
		refused = func(Refusal) {}
	}
	buffered := bufio.NewReaderSize(input, 64<<10)
	if mark, _ := buffered.Peek(3); string(mark) == "\xef\xbb\xbf" {
		if _, err := buffered.Discard(3); err != nil {
			return nil, fmt.Errorf("reading: %w", err)
		}
	}
	r := &Reader{lines: &lines{in: buffered}, refused: refused, index: map[string]int{}, voters: map[string]int{}}

	first, line, err := r.next()
	if err != nil && !isBadLine(err) && err != io.EOF {
		return nil, err
	}
	if err != nil || !isSection(first, sectionMeta) {
		return nil, formatError(max(line, 1), FormatSection, "Section", sectionMeta)
	}
	if err := r.readMeta(); err != nil {
		return nil, err
	}
	if err := r.readProjects(); err != nil {
		return nil, err
	}
	if rule := r.Meta.Stated; rule != nil && len(rule.Check(r.Candidates())) > 0 {
		return nil, formatError(r.stated, FormatMetaValue, "Key", keyRule, "Value", r.Meta.Values[keyRule])
	}
	if err := r.header(sectionVotes, r.ballotColumns()...); err != nil {
		return nil, err
	}
	return r, nil
}

// Candidates gives the projects as tally counts them, in the order of Projects.
func (r *Reader) Candidates() []tally.Project {
	projects := make([]tally.Project, len(r.Projects))
	for i, p := range r.Projects {
		projects[i] = p.Project
	}
	return projects
}

// Ballots streams the ballots that are not refused, once. An error is the last thing that it yields: a *FormatError when
// the file turns out to be cut, or the input's own.
func (r *Reader) Ballots() iter.Seq2[Ballot, error] {
	return func(yield func(Ballot, error) bool) {
		for !r.done {
			b, ok, err := r.nextBallot()
			if err != nil {
				r.done = true
				yield(Ballot{}, err)
				return
			}
			if ok && !yield(b, nil) {
				return
			}
		}
	}
}

// Votes is Ballots as tally.Count takes them.
func (r *Reader) Votes() iter.Seq2[tally.Ballot, error] {
	return func(yield func(tally.Ballot, error) bool) {
		for b, err := range r.Ballots() {
			if !yield(b.Ballot, err) {
				return
			}
		}
	}
}

// next gives the next line that is not empty, and its number; at the end, the number of the last one. The error is
// io.EOF, the input's own, or a bad line's.
func (r *Reader) next() ([]string, int, error) {
	fields, line, err := r.lines.read()
	r.line = line
	if err != nil {
		return nil, r.line, err
	}
	return fields, r.line, nil
}

// isBadLine says whether only the line was wrong, and reading can go on after it.
func isBadLine(err error) bool {
	_, bad := errors.AsType[*csv.ParseError](err)
	return bad
}

// isSection says whether a line is the title of a section. Spreadsheets add separators after it.
func isSection(fields []string, section string) bool {
	return strings.TrimSpace(fields[0]) == section && blank(fields[1:])
}

func blank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(f) != "" })
}

// header reads the names of a section's columns and asks for the needed ones.
func (r *Reader) header(section string, needed ...string) error {
	fields, line, err := r.next()
	if err != nil && err != io.EOF && !isBadLine(err) {
		return err
	}
	r.columns, r.width = map[string]int{}, len(fields)
	for i, name := range fields {
		name = strings.TrimSpace(name)
		if _, twice := r.columns[name]; twice && name != "" {
			return formatError(line, FormatColumnTwice, "Section", section, "Column", name)
		}
		r.columns[name] = i
	}
	for _, name := range needed {
		if _, there := r.columns[name]; !there {
			return formatError(line, FormatColumn, "Section", section, "Column", name)
		}
	}
	return nil
}

// row reads the next line of a section. It answers ok = false for a line that was refused, and end = true, with the line's
// number, at the title of the next section or at the end of the file.
func (r *Reader) row(section, following string) (fields []string, line int, ok, end bool, err error) {
	fields, line, err = r.next()
	switch {
	case err == io.EOF:
		return nil, line, false, true, nil
	case isBadLine(err):
		r.refuse(section, line, RefusedQuotes)
		r.drop(section, strings.Split(r.lines.broken, ";"))
		return nil, line, false, false, nil
	case err != nil:
		return nil, line, false, false, err
	case following != "" && isSection(fields, following):
		return fields, line, false, true, nil
	case len(fields) != r.width:
		r.refuse(section, line, RefusedFields, "Have", len(fields), "Want", r.width)
		r.drop(section, fields)
		return nil, line, false, false, nil
	}
	for i, f := range fields {
		if !readable(f) {
			code := RefusedText
			if !r.foreign && !utf8.ValidString(f) {
				code, r.foreign = RefusedEncoding, true
			}
			r.refuse(section, line, code, "Column", r.column(i))
			r.drop(section, fields)
			return nil, line, false, false, nil
		}
	}
	return fields, line, true, false, nil
}

// drop keeps the identifier of a line of PROJECTS that was refused before its fields were looked at, where it can still be
// read: ballots that name the project lose that choice alone.
func (r *Reader) drop(section string, fields []string) {
	i := r.columns["project_id"]
	if section != sectionProjects || i >= len(fields) || slices.ContainsFunc(fields[:i+1], func(f string) bool { return strings.Contains(f, `"`) }) {
		return
	}
	id := strings.TrimSpace(fields[i])
	if _, known := r.index[id]; !known && id != "" {
		r.index[strings.Clone(id)] = dropped
	}
}

// column gives the name of the column at a place.
func (r *Reader) column(i int) string {
	for name, at := range r.columns {
		if at == i {
			return name
		}
	}
	return ""
}

// value gives a line's field by the name of its column, "" when the section has no such column.
func (r *Reader) value(fields []string, column string) string {
	if i, there := r.columns[column]; there {
		return strings.TrimSpace(fields[i])
	}
	return ""
}

func (r *Reader) refuse(section string, line int, code string, pairs ...any) {
	r.refused(Refusal{Line: line, Section: section, Code: code, Args: arguments(pairs)})
}

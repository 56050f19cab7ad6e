package pabulib

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A quoted text may have line breaks. One that goes on for longer than this was never closed: the line where it begins is
// bad alone, and those after it are read as lines of their own.
const (
	maxSpan = 50      // lines of one record
	maxLine = 1 << 20 // bytes of one line

	maxBroken = 1 << 10 // bytes of a line that is too long which are kept
)

var errLong = errors.New("the line is too long")

// lines splits the input into records: physical lines, and as many more as a quoted text takes.
type lines struct {
	in     *bufio.Reader
	ahead  []string // lines that were read to find the end of a text, and are still to be given
	n      int      // number of the line given last
	out    []string // fields of the last record; the next one takes its place
	broken string   // the line where the last bad record begins, or the start of one that is too long
}

// read gives the fields of the next record that is not empty, and the number of the line where it begins. The error is
// io.EOF, the input's own, or a *csv.ParseError: a bad line.
func (l *lines) read() ([]string, int, error) {
	for {
		text, err := l.line()
		l.broken = text
		if errors.Is(err, errLong) {
			return nil, l.n, bad(l.n, err)
		}
		if err != nil {
			return nil, l.n, err
		}
		if strings.TrimRight(text, "\r\n") == "" {
			continue
		}
		start := l.n
		if !strings.Contains(text, `"`) {
			return l.split(strings.TrimRight(text, "\r\n")), start, nil
		}
		record, err := l.whole(text)
		if err != nil {
			return nil, start, err
		}
		c := csv.NewReader(strings.NewReader(record))
		c.Comma, c.FieldsPerRecord = ';', -1
		fields, err := c.Read()
		if err != nil {
			return nil, start, bad(start, err)
		}
		return fields, start, nil
	}
}

func bad(line int, err error) error {
	return &csv.ParseError{StartLine: line, Line: line, Err: err}
}

// split gives the fields of a line without quotation marks.
func (l *lines) split(text string) []string {
	l.out = l.out[:0]
	for field := range strings.SplitSeq(text, ";") {
		l.out = append(l.out, field)
	}
	return l.out
}

// whole adds to a line those that its quoted text goes on in.
func (l *lines) whole(text string) (string, error) {
	open := quoted(text, false)
	if !open {
		return text, nil
	}
	start := l.n
	var more []string
	for open && len(more) < maxSpan {
		next, err := l.line()
		if err != nil && err != io.EOF && !errors.Is(err, errLong) {
			return "", err
		}
		if err != nil {
			break
		}
		more = append(more, next)
		open = quoted(next, true)
	}
	if open {
		l.ahead, l.n = append(more, l.ahead...), start
		return "", bad(start, csv.ErrQuote)
	}
	return text + strings.Join(more, ""), nil
}

// quoted says whether a quoted text is open at the end of a line, from whether one was at its start.
func quoted(line string, open bool) bool {
	first := !open // of a field, where a quotation mark opens a text
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case open && c == '"':
			if i+1 < len(line) && line[i+1] == '"' {
				i++
			} else {
				open = false
			}
		case open:
		case c == '"' && first:
			open, first = true, false
		default:
			first = c == ';'
		}
	}
	return open
}

// line gives the next physical line with its end.
func (l *lines) line() (string, error) {
	if len(l.ahead) > 0 {
		text := l.ahead[0]
		l.ahead = l.ahead[1:]
		l.n++
		return text, nil
	}
	var whole []byte
	for {
		part, err := l.in.ReadSlice('\n')
		if len(whole) == 0 && err == nil { // the usual case
			l.n++
			return string(part), nil
		}
		if len(whole) <= maxLine {
			whole = append(whole, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			return "", fmt.Errorf("reading: %w", err)
		case len(whole) == 0:
			return "", io.EOF
		}
		l.n++
		if len(whole) > maxLine {
			return string(whole[:maxBroken]), errLong
		}
		return string(whole), nil
	}
}

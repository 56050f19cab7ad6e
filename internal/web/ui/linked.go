package ui

import (
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// webAddress is an address of the web inside a text that people wrote, without the punctuation that follows it.
var webAddress = regexp.MustCompile(`https?://[^\s<>"'«»]+[^\s<>"'«».,;:!?()]`)

// textPart is a part of a text that people wrote: words, an address, or the end of a line.
type textPart struct {
	text string
	href templ.SafeURL // empty: words
	line bool          // a line ends here
}

// partsOf takes a text apart. What people write is text and nothing else: the one thing that is made of it is links.
func partsOf(text string) []textPart {
	var parts []textPart
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			parts = append(parts, textPart{line: true})
		}
		last := 0
		for _, at := range webAddress.FindAllStringIndex(line, -1) {
			if at[0] > last {
				parts = append(parts, textPart{text: Tidy(line[last:at[0]])})
			}
			address := line[at[0]:at[1]]
			parts = append(parts, textPart{text: address, href: templ.URL(address)})
			last = at[1]
		}
		if last < len(line) {
			parts = append(parts, textPart{text: Tidy(line[last:])})
		}
	}
	return parts
}

// Paragraphs splits a plain text at its empty lines.
func Paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

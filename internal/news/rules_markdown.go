package news

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Heading is a heading of the second level: a question, or a part of a page.
type Heading struct {
	Text   string
	Anchor string // the id of the heading
}

// rel is what every link of a text says: the city answers for its words, not for what they lead to.
const rel = "nofollow noopener"

// policy is what may stand in a rendered text. The renderer writes no raw HTML already; this holds whatever it does.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "ul", "li", "blockquote", "strong", "em", "del", "code", "pre", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowElements("ol")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^t-[a-z0-9-]+$`)).OnElements("h2", "h3", "h4", "h5", "h6")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^` + rel + `$`)).OnElements("a")
	return p
})

// markdown knows no HTML: what looks like it is shown as it was typed.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	blocks := slices.DeleteFunc(parser.DefaultBlockParsers(), func(v util.PrioritizedValue) bool {
		return reflect.TypeOf(v.Value) == reflect.TypeOf(parser.NewHTMLBlockParser())
	})
	inlines := slices.DeleteFunc(parser.DefaultInlineParsers(), func(v util.PrioritizedValue) bool {
		return reflect.TypeOf(v.Value) == reflect.TypeOf(parser.NewRawHTMLParser())
	})
	p := parser.NewParser(parser.WithBlockParsers(blocks...), parser.WithInlineParsers(inlines...), parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))
	return goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(extension.Linkify, extension.Strikethrough))
})

// HTML renders the Markdown of a body as safe HTML, with its headings of the second level. A page has one heading of the
// first level, its title: the others begin below, and none is skipped. HTML is shown as it was typed, and pictures by their address are their words: a page loads
// nothing from elsewhere.
func HTML(body string) (html string, headings []Heading) {
	source := []byte(body)
	doc := markdown().Parser().Parse(text.NewReader(source))
	var pictures []*ast.Image
	taken := map[string]bool{}
	levels := levelsOf(doc)
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = levels[n.Level]
			words := plain(n, source)
			base := "t-" + ids.Slug(i18n.Fold(words), 60)
			anchor := base
			for i := 2; taken[anchor]; i++ {
				anchor = base + "-" + strconv.Itoa(i)
			}
			taken[anchor] = true
			n.SetAttributeString("id", []byte(anchor))
			if n.Level == 2 && words != "" {
				headings = append(headings, Heading{words, anchor})
			}
		case *ast.Link:
			n.Title = nil
			n.SetAttributeString("rel", []byte(rel))
		case *ast.AutoLink:
			n.SetAttributeString("rel", []byte(rel))
		case *ast.Image:
			pictures = append(pictures, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range pictures {
		parent := n.Parent()
		for child := n.FirstChild(); child != nil; {
			next := child.NextSibling()
			parent.InsertBefore(parent, n, child)
			child = next
		}
		parent.RemoveChild(parent, n)
	}
	var out bytes.Buffer
	if err := markdown().Renderer().Render(&out, source, doc); err != nil {
		return "", nil // only a writer that fails does
	}
	return string(policy().SanitizeBytes(out.Bytes())), headings
}

// levelsOf gives each level of headings that a text uses the one that it gets: the highest is the second, and none is skipped.
func levelsOf(doc ast.Node) map[int]int {
	var used []int
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			if h.Level = max(h.Level, 2); !slices.Contains(used, h.Level) {
				used = append(used, h.Level)
			}
		}
		return ast.WalkContinue, nil
	})
	slices.Sort(used)
	levels := map[int]int{}
	for i, level := range used {
		levels[level] = i + 2
	}
	return levels
}

// plain gives the words of a node without their signs.
func plain(n ast.Node, source []byte) string {
	var out bytes.Buffer
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				out.Write(n.Segment.Value(source))
				if n.SoftLineBreak() {
					out.WriteByte(' ')
				}
			case *ast.String:
				out.Write(n.Value)
			case *ast.AutoLink:
				out.Write(n.Label(source))
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

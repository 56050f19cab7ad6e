package web

import (
	"encoding/xml"
	"io"
	"net/http"
	"time"
)

// Feed is an Atom feed (RFC 4287).
type Feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []FeedLink  `xml:"link"`
	Entries []FeedEntry `xml:"entry"`
}

// FeedLink leads from a feed, or from an entry, to a page.
type FeedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Lang string `xml:"hreflang,attr,omitempty"`
}

// FeedEntry is one thing of a feed.
type FeedEntry struct {
	Lang      string      `xml:"xml:lang,attr,omitempty"` // of its words, when it is not the feed's
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Published string      `xml:"published"`
	Updated   string      `xml:"updated"`
	Author    *FeedPerson `xml:"author"` // nil: the city, as the feed says
	Summary   string      `xml:"summary,omitempty"`
	Links     []FeedLink  `xml:"link"`
}

// FeedPerson signs an entry.
type FeedPerson struct {
	Name string `xml:"name"`
	Lang string `xml:"xml:lang,attr,omitempty"`
}

// Stamp is a time in a feed.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Write answers with the feed.
func (f Feed) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(f) // only a broken connection fails
}

package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/web/assets"
)

// Static serves the embedded files at /assets/NAME.HASH.ext: an address never changes its bytes, so browsers keep it.
type Static struct {
	urls  map[string]string // name → address
	files map[string][]byte // address → bytes
	icons map[string]string // name → SVG, ready to be put in a page
}

// NewStatic reads the embedded files, joins the stylesheets and hashes all. It panics on a broken binary.
func NewStatic() *Static {
	s := &Static{urls: map[string]string{}, files: map[string][]byte{}, icons: map[string]string{}}
	var css bytes.Buffer
	err := fs.WalkDir(assets.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := assets.Files.ReadFile(name)
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch path.Dir(name) {
		case "css": // in the order of their names
			css.Write(raw)
		case "icons":
			s.icons[strings.TrimSuffix(base, ".svg")] = inlineIcon(string(raw))
		default:
			s.add(base, raw)
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	css.WriteString(drawing.Style)
	var pairs []string
	for name, url := range s.urls {
		pairs = append(pairs, `url("`+name+`")`, `url("`+url+`")`)
	}
	s.add("parvis.css", []byte(strings.NewReplacer(pairs...).Replace(css.String())))
	return s
}

func (s *Static) add(name string, raw []byte) {
	url := "/assets/" + hashedName(name, raw)
	s.urls[name], s.files[url] = url, raw
}

// hashedName puts a hash of the bytes before the extension.
func hashedName(name string, raw []byte) string {
	sum := sha256.Sum256(raw)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
}

// inlineIcon keeps the shapes of a lucide file; the stylesheet's .icon says how they are drawn.
func inlineIcon(raw string) string {
	_, rest, _ := strings.Cut(raw, "<svg")
	_, shapes, _ := strings.Cut(rest, ">")
	shapes, _, _ = strings.Cut(shapes, "</svg>")
	return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">` + strings.Join(strings.Fields(shapes), " ") + `</svg>`
}

// URL gives the address of an embedded file by its name ("parvis.css"). An unknown name is a mistake in a template, so
// it panics; the tests render every page.
func (s *Static) URL(name string) string {
	url, ok := s.urls[name]
	if !ok {
		panic(fmt.Sprintf("no embedded file %q", name))
	}
	return url
}

func (s *Static) icon(name string) string {
	svg, ok := s.icons[name]
	if !ok {
		panic(fmt.Sprintf("no icon %q", name))
	}
	return svg
}

// Names lists the embedded files that have an address.
func (s *Static) Names() []string {
	var names []string
	for n := range s.urls {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// ServeHTTP answers /assets/….
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType(r.URL.Path))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(raw))
}

func mediaType(name string) string {
	if path.Ext(name) == ".woff2" { // not in every system's table
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

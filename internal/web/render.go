package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// strictPolicy lets a page load, run and ask what is on its own host, and nothing that is written into the page itself.
const strictPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ExplorerPolicy is the policy of the API explorer alone: its library sets styles by script and carries its own fonts.
const ExplorerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// permissions is what a page may ask of the browser: nothing, but where it is for those that say so.
func permissions(geolocation string) string {
	return "camera=(), microphone=(), geolocation=(" + geolocation + "), payment=(), usb=(), browsing-topics=()"
}

// safe sets the headers that every answer has.
func safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", strictPolicy)
		h.Set("Permissions-Policy", permissions(""))
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// show writes a page once it is rendered whole, so that an error halfway is an error page and not half a page. A page
// that answers 200 has a validator; a browser that has it already gets 304.
func (s *server) show(w http.ResponseWriter, r *http.Request, v View) {
	var body bytes.Buffer
	if err := v.Page.Render(r.Context(), &body); err != nil {
		eventOf(r).err = err
		http.Error(w, "Parvis: 500", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if v.Policy != "" {
		h.Set("Content-Security-Policy", v.Policy)
	}
	if v.Geolocation {
		h.Set("Permissions-Policy", permissions("self"))
	}
	if v.Status != 0 && v.Status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(v.Status)
		_, _ = w.Write(body.Bytes())
		return
	}
	h.Set("Cache-Control", "no-cache")
	if len(r.Cookies()) > 0 {
		h.Set("Cache-Control", "private, no-cache")
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"` // weak: compressed or not, it is the same page
	if !Fresh(w, r, tag) {
		_, _ = w.Write(body.Bytes())
	}
}

// Fresh sets the validator of an answer and says whether the client has that already: then it is answered.
func Fresh(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", tag)
	if !matches(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// matches compares weakly, as If-None-Match asks (RFC 9110, 13.1.2).
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

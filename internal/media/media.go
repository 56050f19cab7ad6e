// Package media keeps pictures: what people upload, checked to be what it says, turned upright and free of positions, and
// what Parvis draws itself.
package media

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Alt is what a picture shows, in words, for whoever does not see it: by language. What people upload has one language,
// theirs.
type Alt map[i18n.Lang]string

// In gives the words in a language, else in the one that there is, and which one that was. Without any, both are empty.
func (a Alt) In(lang i18n.Lang) (words string, of i18n.Lang) {
	for _, of := range append([]i18n.Lang{lang}, i18n.Langs...) {
		if words := a[of]; words != "" {
			return words, of
		}
	}
	return "", ""
}

// Picture is a stored picture.
type Picture struct {
	ID        ids.ID
	Alt       Alt
	CreatedAt time.Time
}

// Rendition is a picture in one size.
type Rendition struct {
	MIME          string // image/jpeg, image/png, or image/svg+xml for what Parvis drew
	Width, Height int    // pixels
	SHA256        []byte // of the content
	Content       []byte
}

const svg = "image/svg+xml"

// Policy is the Content-Security-Policy of the content opened by itself: it loads and runs nothing, and is painted by the
// one style that it carries.
func (r Rendition) Policy() string {
	policy := "default-src 'none'; sandbox"
	if _, style, ok := strings.Cut(string(r.Content), "<style>"); ok && r.MIME == svg {
		style, _, _ = strings.Cut(style, "</style>")
		sum := sha256.Sum256([]byte(style))
		policy += "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return policy
}

func rendition(mime string, width, height int, content []byte) Rendition {
	sum := sha256.Sum256(content)
	return Rendition{mime, width, height, sum[:], content}
}

// Prepared is what Store takes. Only Prepare makes one of an upload, so that nothing else that came in can be stored.
type Prepared struct{ renditions []Rendition }

// Renditions gives the sizes, the largest first.
func (p Prepared) Renditions() []Rendition { return p.renditions }

// Size chooses a rendition.
type Size bool

// The sizes. A picture that is small itself has one rendition for both.
const (
	Full  Size = false // for a page of its own
	Small Size = true  // for lists
)

// SmallSegment ends the path of the small size.
const SmallSegment = "480"

// Path is where pages find a picture on its platform.
func Path(id ids.ID, size Size) string {
	path := "/media/" + id.String()
	if size == Small {
		path += "/" + SmallSegment
	}
	return path
}

// Store keeps a prepared picture with its alternative text. Prepare it before the transaction: that takes long.
func Store(ctx context.Context, tx db.Tx, platform int64, of Prepared, alt Alt) (Picture, error) {
	p := Picture{ID: ids.Dated(tx.Now()), Alt: alt, CreatedAt: tx.Now()}
	words, err := json.Marshal(alt)
	if err != nil {
		return p, err
	}
	if err := db.Insert(ctx, tx, "media", []string{"platform", "id", "alt", "created_at"}, [][]any{{platform, p.ID, string(words), db.Micros(p.CreatedAt)}}); err != nil {
		return p, err
	}
	rows := make([][]any, len(of.renditions))
	for i, r := range of.renditions {
		rows[i] = []any{platform, p.ID, r.Width, r.Height, r.MIME, r.SHA256, r.Content}
	}
	return p, db.Insert(ctx, tx, "rendition", []string{"platform", "media", "width", "height", "mime", "sha256", "content"}, rows)
}

// Tell changes what a picture is said to show.
func Tell(ctx context.Context, tx db.Tx, platform int64, id ids.ID, alt Alt) error {
	words, err := json.Marshal(alt)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE media AS m SET alt = ? WHERE m.platform = ? AND m.id = ?`, string(words), platform, id)
	return err
}

// Drop deletes pictures. Whether anything shows them is for those who do to say.
func Drop(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) error {
	if len(list) == 0 {
		return nil
	}
	marks, args := db.In(list)
	for _, sql := range []string{`DELETE FROM rendition WHERE platform = ? AND media IN (` + marks + `)`, `DELETE FROM media WHERE platform = ? AND id IN (` + marks + `)`} {
		if _, err := tx.Exec(ctx, sql, append([]any{platform}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// Content gives a picture in a size. It does not ask who may see it: that depends on what shows it. Fault: not_found.
func Content(ctx context.Context, tx db.Tx, platform int64, id ids.ID, size Size) (r Rendition, err error) {
	order := `DESC`
	if size == Small {
		order = `ASC`
	}
	err = tx.QueryRow(ctx, `SELECT r.mime, r.width, r.height, r.sha256, r.content FROM rendition r WHERE r.platform = ? AND r.media = ? ORDER BY r.width `+order+` LIMIT 1`, platform, id).
		Scan(&r.MIME, &r.Width, &r.Height, &r.SHA256, &r.Content)
	if db.None(err) {
		err = fault.New(fault.NotFound, "fault.media.none")
	}
	return r, err
}

// ByIDs gives pictures by their identifiers; one that is not there is left out.
func ByIDs(ctx context.Context, tx db.Tx, platform int64, list []ids.ID) (map[ids.ID]Picture, error) {
	pictures := map[ids.ID]Picture{}
	if len(list) == 0 {
		return pictures, nil
	}
	marks, args := db.In(list)
	rows, err := tx.Query(ctx, `SELECT m.id, m.alt, m.created_at FROM media m WHERE m.platform = ? AND m.id IN (`+marks+`)`, append([]any{platform}, args...)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows, p *Picture) error {
		var words string
		var created int64
		if err := r.Scan(&p.ID, &words, &created); err != nil {
			return err
		}
		p.CreatedAt = db.Time(created)
		return json.Unmarshal([]byte(words), &p.Alt)
	})
	for _, p := range all {
		pictures[p.ID] = p
	}
	return pictures, err
}

package deposit

import (
	"bytes"
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// File is a file that answers a question.
type File struct {
	Name    string
	MIME    string // as its first bytes say
	Content []byte
}

// FileMax is the largest file, in bytes.
const FileMax = 10 << 20

// signatures are the first bytes of the formats that are taken, and how the name of such a file ends.
var signatures = []struct {
	mime, begins string
	ends         []string // the first one is given to a name that says otherwise
	kind         FileKind
}{
	{"application/pdf", "%PDF-", []string{".pdf"}, PDF},
	{"image/jpeg", "\xff\xd8\xff", []string{".jpg", ".jpeg"}, Picture},
	{"image/png", "\x89PNG\r\n\x1a\n", []string{".png"}, Picture},
}

// ReadFile tells a file's format from its first bytes, whatever its name says, and names it after what it is. Of a picture
// the pixels are kept, without the position and the names that it may carry. Fault: invalid, for another format or too
// large a file.
func ReadFile(name string, content []byte) (File, error) {
	if len(content) > FileMax {
		return File{}, fault.New(fault.Invalid, "fault.deposit.file_large", "Limit", FileMax>>20)
	}
	f, kind, ok := formatOf(name, content)
	if !ok {
		return File{}, fault.New(fault.Invalid, "fault.deposit.file_format")
	}
	if kind != Picture {
		return f, nil
	}
	p, err := media.Prepare(bytes.NewReader(content))
	if err != nil {
		return File{}, err
	}
	f, _, _ = formatOf(name, p.Renditions()[0].Content)
	return f, nil
}

// formatOf is a file as its first bytes tell it; false for a format that is not taken.
func formatOf(name string, content []byte) (File, FileKind, bool) {
	for _, s := range signatures {
		if !bytes.HasPrefix(content, []byte(s.begins)) {
			continue
		}
		lower := strings.ToLower(name)
		if !slices.ContainsFunc(s.ends, func(end string) bool { return strings.HasSuffix(lower, end) && len(name) > len(end) }) {
			name = cmp.Or(strings.TrimSuffix(name, path.Ext(name)), "fichier") + s.ends[0]
		}
		return File{Name: name, MIME: s.mime, Content: content}, s.kind, true
	}
	return File{}, "", false
}

// Takes refuses a file of a kind that the question does not ask for. Fault: invalid.
func (q Question) Takes(f File) error {
	if _, kind, ok := formatOf(f.Name, f.Content); ok && (len(q.Files) == 0 || slices.Contains(q.Files, kind)) {
		return nil
	}
	return fault.New(fault.Invalid, "fault.deposit.file_kind").In(q.Field())
}

// OwnFile gives the file that answers a question of a person's own deposit. Fault: not_found.
func (s *Service) OwnFile(ctx context.Context, of platform.Platform, who account.Person, slug string, id ids.ID, question string) (f File, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err := CallOf(ctx, tx, of, who, slug)
		if err != nil {
			return err
		}
		d, err := c.own(id)
		if err != nil {
			return err
		}
		if !who.Roles.Can(access.SeeAnswers, access.Moment{Published: true, Own: true, Draft: d.Draft()}) {
			return fault.New(fault.NotFound, "fault.deposit.unknown")
		}
		f, err = FileOf(ctx, tx, of.Key, d.ID, question)
		return err
	})
	return f, err
}

// PublishedFile gives the file that answers a question of a published proposal: to everybody who may read the proposal when
// the question is public, else to who may read its answers. Fault: not_found, which does not say whether there is one.
func (s *Service) PublishedFile(ctx context.Context, of platform.Platform, who account.Person, slug string, number int, question string) (f File, err error) {
	none := fault.New(fault.NotFound, "fault.deposit.unknown")
	err = s.db.Read(ctx, func(ctx context.Context, tx db.Tx) error {
		view, err := project.Load(ctx, tx, of.Key, slug, of.Now(tx.Now()))
		if err != nil {
			return err
		}
		p, ok, err := proposal.Numbered(ctx, tx, of.Key, view.ID, number)
		if err != nil {
			return err
		}
		if !ok {
			return none
		}
		d, ok, err := DepositOf(ctx, tx, of.Key, p.ID)
		if err != nil {
			return err
		}
		if !ok {
			return none
		}
		form, err := FormOf(ctx, tx, of.Key, d.Step)
		if err != nil {
			return err
		}
		need := access.SeeAnswers
		if slices.ContainsFunc(form.Questions, func(q Question) bool { return q.Key == question && q.Public }) {
			need = access.SeeProposal
		}
		if !who.Roles.Can(need, d.Moment(p, who)) {
			return none
		}
		f, err = FileOf(ctx, tx, of.Key, d.ID, question)
		return err
	})
	return f, err
}

// Moment is what access is asked of a deposit that became a proposal, for somebody who reads it.
func (d Deposit) Moment(p proposal.Proposal, who account.Person) access.Moment {
	return access.Moment{Published: true, Own: !who.IsZero() && d.Participant == who.ID, Blanked: !p.Trashed.Readable()}
}

func keepFile(ctx context.Context, tx db.Tx, platform int64, deposit ids.ID, question string, f File) error {
	_, err := tx.Exec(ctx, `INSERT INTO deposit_file (platform, deposit, question, name, mime, content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (platform, deposit, question) DO UPDATE SET name = excluded.name, mime = excluded.mime, content = excluded.content, created_at = excluded.created_at`,
		platform, deposit, question, f.Name, f.MIME, f.Content, db.Micros(tx.Now()))
	return err
}

// FileOf gives the file that answers a question of a deposit. Fault: not_found.
func FileOf(ctx context.Context, tx db.Tx, platform int64, deposit ids.ID, question string) (f File, err error) {
	err = tx.QueryRow(ctx, `SELECT f.name, f.mime, f.content FROM deposit_file f WHERE f.platform = ? AND f.deposit = ? AND f.question = ?`, platform, deposit, question).
		Scan(&f.Name, &f.MIME, &f.Content)
	if db.None(err) {
		return File{}, fault.New(fault.NotFound, "fault.deposit.unknown")
	}
	if err != nil {
		return File{}, err
	}
	// What is handed out is what it says, whatever was stored.
	if is, _, ok := formatOf(f.Name, f.Content); ok {
		return is, nil
	}
	f.MIME = "application/octet-stream"
	return f, nil
}

package demo

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/result"
)

// councilAfter is how many days after the announcement the council meets.
const councilAfter = 26

// announce announces the result of a vote as an organiser does, at a time; the council approves it at its next meeting.
func (b *builder) announce(ctx context.Context, e *edition, at time.Time, step project.Step) error {
	results, then := result.NewService(b.db, delivery.Begin), db.At(ctx, at)
	count, err := results.Preview(then, b.of, b.organiser, e.slug)
	if err != nil {
		return err
	}
	if err := results.SetPress(then, b.of, b.organiser, e.slug, result.Press{Contact: "Service de la participation\n" + team.Email}, false); err != nil {
		return err
	}
	if err := results.Announce(then, b.of, b.organiser, e.slug, count.Seen()); err != nil {
		return err
	}
	if err := b.write(ctx, at, func(ctx context.Context, tx db.Tx) error {
		told, err := jobs.Waiting(ctx, tx, b.of.Key, result.TellJob, 1) // it was a year ago: nobody waits for these e-mails
		if err != nil {
			return err
		}
		for _, j := range told {
			if err := j.Done(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := b.follow(ctx, e, count.Winners); err != nil {
		return err
	}
	day := time.Date(at.Year(), at.Month(), at.Day()+councilAfter, 0, 0, 0, 0, at.Location())
	if day.After(b.city.made) {
		return nil
	}
	number := fmt.Sprintf("%d-118", day.Year())
	return results.Record(db.At(ctx, day.Add(44*time.Hour)), b.of, b.organiser, e.slug, result.Deliberation{On: day, Number: number},
		page("Pont-l'Alouette", "Conseil municipal, deliberation "+number, e.title+" : le conseil approuve la liste des projets laureats.", "Cette ville n'existe pas, et son conseil non plus."))
}

// page is a PDF of one page with lines of plain letters.
func page(lines ...string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 14 Tf 72 760 Td 24 TL")
	for _, line := range lines {
		plain := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return -1
			}
			return r
		}, line)
		fmt.Fprintf(&text, " (%s) Tj T*", strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(plain))
	}
	text.WriteString(" ET")
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var places []int
	for i, body := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
	} {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, start)
	return b.Bytes()
}

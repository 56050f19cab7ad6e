package browsertest

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Paper is a page as it comes out of a printer, at the size that its style asks for.
type Paper struct {
	PDF    []byte
	Sheets []Sheet
}

// Sheet is the size of one page of paper, in millimetres.
type Sheet struct{ Width, Height int }

var mediaBox = regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`)

// Print prints the page that is open.
func (p *Page) Print() Paper {
	p.t.Helper()
	var pdf []byte
	yes := true
	p.do("printing", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		r, err := cdp.Call(ctx, tab, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PrintBackground: &yes, PreferCSSPageSize: &yes})
		if err == nil {
			pdf = r.Data
		}
		return err
	}))
	out := Paper{PDF: pdf}
	for _, box := range mediaBox.FindAllSubmatch(pdf, -1) {
		side := func(points []byte) int {
			n, err := strconv.ParseFloat(string(points), 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return int(math.Round(n * 25.4 / 72))
		}
		out.Sheets = append(out.Sheets, Sheet{side(box[1]), side(box[2])})
	}
	return out
}

// Keep writes the PDF to a file, whose folder is made when missing.
func (o Paper) Keep(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, o.PDF, 0o644)
}

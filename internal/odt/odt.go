// Package odt writes text documents that offices open and change: OpenDocument 1.3 (ISO/IEC 26300), headings, paragraphs,
// lists and tables, in a style that prints on A4. It knows nothing of what is written.
package odt

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
	"unicode"
)

// MIME is the media type of a text document.
const MIME = "application/vnd.oasis.opendocument.text"

// Document is a text document as it is being written. Nothing of a text is read as a format.
type Document struct {
	Title    string
	Language string    // "fr"
	At       time.Time // when it was made
	body     bytes.Buffer
	tables   int
}

// Heading writes a heading of a level, 1 to 3.
func (d *Document) Heading(level int, text string) {
	fmt.Fprintf(&d.body, `<text:h text:style-name="H%d" text:outline-level="%d">%s</text:h>`, level, level, escape(text))
}

// Paragraph writes a paragraph; nothing for an empty text. Line feeds break its lines.
func (d *Document) Paragraph(text string) { d.styled("Text", text) }

// Note writes a paragraph in smaller letters.
func (d *Document) Note(text string) { d.styled("Note", text) }

func (d *Document) styled(style, text string) {
	if text != "" {
		fmt.Fprintf(&d.body, `<text:p text:style-name="%s">%s</text:p>`, style, escape(text))
	}
}

// List writes lines that begin with a point.
func (d *Document) List(lines []string) {
	if len(lines) == 0 {
		return
	}
	d.body.WriteString(`<text:list text:style-name="Points">`)
	for _, line := range lines {
		fmt.Fprintf(&d.body, `<text:list-item><text:p text:style-name="Text">%s</text:p></text:list-item>`, escape(line))
	}
	d.body.WriteString(`</text:list>`)
}

// Column is a column of a table.
type Column struct {
	Title  string
	Width  int  // as a share of the sum of all
	Number bool // its cells stand to the right
}

// Table writes a table whose head is repeated on each page; cells beyond the columns are left out.
func (d *Document) Table(columns []Column, rows [][]string) {
	d.tables++
	fmt.Fprintf(&d.body, `<table:table table:name="T%d" table:style-name="Table">`, d.tables)
	for _, c := range columns {
		fmt.Fprintf(&d.body, `<table:table-column table:style-name="W%d"/>`, min(max(c.Width, 1), widest))
	}
	d.body.WriteString(`<table:table-header-rows><table:table-row>`)
	for _, c := range columns {
		d.cell("Head", c, c.Title)
	}
	d.body.WriteString(`</table:table-row></table:table-header-rows>`)
	for _, row := range rows {
		d.body.WriteString(`<table:table-row>`)
		for i, c := range columns {
			text := ""
			if i < len(row) {
				text = row[i]
			}
			d.cell("Cell", c, text)
		}
		d.body.WriteString(`</table:table-row>`)
	}
	d.body.WriteString(`</table:table>`)
}

func (d *Document) cell(style string, c Column, text string) {
	if c.Number {
		style += "Right"
	}
	fmt.Fprintf(&d.body, `<table:table-cell table:style-name="Box" office:value-type="string"><text:p text:style-name="%s">%s</text:p></table:table-cell>`, style, escape(text))
}

// escape writes a text as XML: what XML cannot hold is left out, spaces that follow others and line feeds keep their place.
func escape(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	var b bytes.Buffer
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString(`<text:line-break/>`)
		}
		for j, part := range strings.Split(line, "\t") {
			if j > 0 {
				b.WriteString(`<text:tab/>`)
			}
			_ = xml.EscapeText(&b, []byte(part)) // a buffer takes all
		}
	}
	return b.String()
}

// widest is the largest share that a column has.
const widest = 12

// Write writes the document. Its parts are in the order that the format asks for: the media type first, as it is.
func (d *Document) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	// Raw, so that neither a date nor a length comes after its name.
	size := uint64(len(MIME))
	first, err := z.CreateRaw(&zip.FileHeader{Name: "mimetype", Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(MIME)), CompressedSize64: size, UncompressedSize64: size})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(first, MIME); err != nil {
		return err
	}
	for _, part := range []struct{ name, content string }{
		{"content.xml", d.content()}, {"styles.xml", styles(d.Language)}, {"meta.xml", d.meta()}, {"META-INF/manifest.xml", manifest},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: d.At})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, part.content); err != nil {
			return err
		}
	}
	return z.Close()
}

// Bytes gives the document whole.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	err := d.Write(&b)
	return b.Bytes(), err
}

const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

const spaces = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" ` +
	`xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" ` +
	`xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" ` +
	`xmlns:dc="http://purl.org/dc/elements/1.1/"`

const manifest = head + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">` +
	`<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="` + MIME + `"/>` +
	`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>` +
	`<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>` +
	`<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>`

func (d *Document) meta() string {
	return head + `<office:document-meta ` + spaces + ` office:version="1.3"><office:meta><meta:generator>Parvis</meta:generator><dc:title>` + escape(d.Title) + `</dc:title><dc:language>` +
		escape(d.Language) + `</dc:language><meta:creation-date>` + d.At.UTC().Format("2006-01-02T15:04:05Z") + `</meta:creation-date></office:meta></office:document-meta>`
}

func (d *Document) content() string {
	var widths strings.Builder
	for n := 1; n <= widest; n++ {
		fmt.Fprintf(&widths, `<style:style style:name="W%d" style:family="table-column"><style:table-column-properties style:rel-column-width="%d*"/></style:style>`, n, n*1000)
	}
	return head + `<office:document-content ` + spaces + ` office:version="1.3"><office:automatic-styles>` +
		`<style:style style:name="Table" style:family="table"><style:table-properties style:rel-width="100%" table:align="margins" fo:margin-top="0.2cm" fo:margin-bottom="0.4cm" table:border-model="collapsing"/></style:style>` +
		widths.String() +
		`<style:style style:name="Box" style:family="table-cell"><style:table-cell-properties fo:padding="0.12cm" fo:border-bottom="0.5pt solid #8a8578"/></style:style>` +
		`<text:list-style style:name="Points"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:list-level-position-and-space-mode="label-alignment">` +
		`<style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.5cm" fo:margin-left="0.8cm"/></style:list-level-properties></text:list-level-style-bullet></text:list-style>` +
		`</office:automatic-styles><office:body><office:text>` + d.body.String() + `</office:text></office:body></office:document-content>`
}

func styles(language string) string {
	style := func(name, parent, paragraph, text string) string {
		if parent != "" {
			parent = ` style:parent-style-name="` + parent + `"`
		}
		return `<style:style style:name="` + name + `" style:family="paragraph"` + parent + `><style:paragraph-properties ` + paragraph + `/><style:text-properties ` + text + `/></style:style>`
	}
	return head + `<office:document-styles ` + spaces + ` office:version="1.3"><office:styles>` +
		`<style:default-style style:family="paragraph"><style:text-properties fo:font-family="'Atkinson Hyperlegible Next', 'Liberation Sans', Arial, sans-serif" fo:font-size="11pt" fo:language="` + escape(language) + `"/></style:default-style>` +
		style("Text", "", `fo:margin-bottom="0.2cm" fo:line-height="130%"`, `fo:font-size="11pt"`) +
		style("Note", "", `fo:margin-bottom="0.2cm"`, `fo:font-size="9pt" fo:color="#57534a"`) +
		style("H1", "", `fo:margin-bottom="0.4cm" fo:keep-with-next="always"`, `fo:font-size="20pt" fo:font-weight="bold"`) +
		style("H2", "", `fo:margin-top="0.6cm" fo:margin-bottom="0.2cm" fo:keep-with-next="always"`, `fo:font-size="14pt" fo:font-weight="bold"`) +
		style("H3", "", `fo:margin-top="0.4cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"`, `fo:font-size="11pt" fo:font-weight="bold"`) +
		style("Cell", "", `fo:text-align="start"`, `fo:font-size="10pt"`) + style("CellRight", "Cell", `fo:text-align="end"`, `fo:font-size="10pt"`) +
		style("Head", "", `fo:text-align="start"`, `fo:font-size="10pt" fo:font-weight="bold"`) + style("HeadRight", "Head", `fo:text-align="end"`, `fo:font-size="10pt" fo:font-weight="bold"`) +
		`</office:styles><office:automatic-styles><style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin="2cm"/></style:page-layout></office:automatic-styles>` +
		`<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles></office:document-styles>`
}

package news

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/fault"
)

// MaxFile is the largest document, in bytes.
const MaxFile = 10 << 20

// Document is a file as it was given.
type Document struct {
	Name, MIME string // by what it is, whatever was said
	Content    []byte
}

const openXML = "application/vnd.openxmlformats-officedocument."

// ReadDocument tells what a file is from its content: PDF, the OpenDocument and Office Open XML texts, sheets and slides, CSV and
// plain text. A name that says otherwise gets the right ending. Documents with macros are refused. Fault: invalid (file).
func ReadDocument(name string, content []byte) (Document, error) {
	switch {
	case len(content) == 0:
		return Document{}, fault.New(fault.Invalid, "fault.news.file").In("file")
	case len(content) > MaxFile:
		return Document{}, fault.New(fault.Invalid, "fault.news.file_large", "Limit", MaxFile>>20).In("file")
	}
	mime, end := documentType(name, content)
	if mime == "" {
		return Document{}, fault.New(fault.Invalid, "fault.news.file_format").In("file")
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if !strings.HasSuffix(strings.ToLower(name), end) {
		name = cmp.Or(strings.TrimSuffix(name, path.Ext(name)), "document") + end
	}
	return Document{Name: name, MIME: mime, Content: content}, nil
}

// documentType gives the media type of a document and how its name ends; empty for what is not taken.
func documentType(name string, content []byte) (mime, end string) {
	switch {
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return "application/pdf", ".pdf"
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return packedType(content)
	case utf8.Valid(content) && !bytes.ContainsRune(content, 0):
		if strings.HasSuffix(strings.ToLower(name), ".csv") {
			return "text/csv; charset=utf-8", ".csv"
		}
		if strings.HasSuffix(strings.ToLower(name), ".txt") {
			return "text/plain; charset=utf-8", ".txt"
		}
	}
	return "", ""
}

// packedType tells the formats that are ZIP archives apart: OpenDocument by its first entry (OpenDocument 1.3, part 2, 3.3), Office
// Open XML by its folders (ECMA-376, part 2).
func packedType(content []byte) (mime, end string) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(z.File) == 0 {
		return "", ""
	}
	names := make([]string, len(z.File))
	for i, f := range z.File {
		names[i] = f.Name
	}
	if slices.ContainsFunc(names, func(n string) bool { return path.Base(n) == "vbaProject.bin" || strings.HasPrefix(n, "Basic/") }) {
		return "", ""
	}
	if names[0] == "mimetype" {
		r, err := z.File[0].Open()
		if err != nil {
			return "", ""
		}
		said, err := io.ReadAll(io.LimitReader(r, 100))
		_ = r.Close()
		ends := map[string]string{"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}
		kind, ok := strings.CutPrefix(string(said), "application/vnd.oasis.opendocument.")
		if err != nil || !ok || ends[kind] == "" {
			return "", ""
		}
		return string(said), ends[kind]
	}
	if !slices.Contains(names, "[Content_Types].xml") {
		return "", ""
	}
	switch {
	case slices.Contains(names, "word/document.xml"):
		return openXML + "wordprocessingml.document", ".docx"
	case slices.Contains(names, "xl/workbook.xml"):
		return openXML + "spreadsheetml.sheet", ".xlsx"
	case slices.Contains(names, "ppt/presentation.xml"):
		return openXML + "presentationml.presentation", ".pptx"
	}
	return "", ""
}

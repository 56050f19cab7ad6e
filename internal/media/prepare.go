package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	"golang.org/x/image/webp"

	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/fault"
)

// Limits of an upload.
const (
	MaxBytes  = 10 << 20
	MaxPixels = 40_000_000 // asked of its head: a small file must not unpack into gigabytes
)

// The widths of what is stored; a picture is at most twice as high.
const (
	FullWidth  = 1600
	SmallWidth = 480
)

const quality = 85 // of JPEG

// format is a format that uploads may have. The registry of package image is not asked: it reads whatever any package of
// the binary registers.
type format struct {
	begins  string
	size    func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error) // the first picture of several
	exif    func([]byte) []byte
	drawing bool // often flat colours, which PNG keeps sharp and small
}

var formats = []format{
	{"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, exifOfJPEG, false},
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, exifOfPNG, true},
	{"GIF8", gif.DecodeConfig, gif.Decode, func([]byte) []byte { return nil }, true},
	{"RIFF????WEBP", webp.DecodeConfig, webp.Decode, exifOfWebP, false},
}

// formatOf tells a format by how the file begins; "?" stands for any byte.
func formatOf(content []byte) (format, bool) {
next:
	for _, f := range formats {
		if len(content) < len(f.begins) {
			continue
		}
		for i, b := range []byte(f.begins) {
			if b != '?' && content[i] != b {
				continue next
			}
		}
		return f, true
	}
	return format{}, false
}

// decoding lets two pictures at a time be decoded: the largest takes some 200 MB meanwhile.
var decoding = make(chan struct{}, 2)

// Prepare reads an uploaded picture (JPEG, PNG, WebP, or the first of a GIF) and gives what is stored of it: its pixels
// alone, upright, in at most two sizes, encoded anew, so that no position, name or script that the file carried is kept.
// SVG is refused: it can hold scripts. Fault: invalid.
func Prepare(r io.Reader) (Prepared, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	var cut *http.MaxBytesError
	if errors.As(err, &cut) || len(content) > MaxBytes {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.large", "Limit", MaxBytes>>20)
	}
	if err != nil {
		return Prepared{}, fmt.Errorf("read an uploaded picture: %w", err)
	}
	f, ok := formatOf(content)
	if !ok {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.format")
	}
	if hasMarkup(content) {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.markup")
	}
	head, err := f.size(bytes.NewReader(content))
	if err != nil || head.Width <= 0 || head.Height <= 0 {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.broken").Because(err)
	}
	if head.Width > MaxPixels/head.Height {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.pixels", "Limit", MaxPixels/1_000_000)
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	img, err := f.decode(bytes.NewReader(content))
	if err != nil {
		return Prepared{}, fault.New(fault.Invalid, "fault.media.broken").Because(err)
	}
	return renditions(img, orientationOf(f.exif(content)), f.drawing)
}

// Drawn is what is stored of a drawing of ours, in the one size that it needs. It is the only SVG that can be stored: its
// shapes come from code, and no upload becomes a Scene.
func Drawn(s drawing.Scene) Prepared {
	return Prepared{[]Rendition{rendition(svg, drawing.Width, drawing.Height, s.SVG())}}
}

// hasMarkup says whether a file is also a page: nothing of it would be kept, but who sends one does not send a picture.
// "<svg" is too short to look for: compressed pixels may hold it by chance.
func hasMarkup(content []byte) bool {
	folded := bytes.ToLower(content)
	for _, tag := range []string{"<script", "<!doctype", "<iframe", "javascript:"} {
		if bytes.Contains(folded, []byte(tag)) {
			return true
		}
	}
	return false
}

// renditions makes the sizes that are stored, the small one only when the picture is not small itself.
func renditions(img image.Image, turned orientation, drawing bool) (Prepared, error) {
	wide, high := FullWidth, 2*FullWidth
	if turned.sideways() {
		wide, high = high, wide
	}
	w, h := within(img.Bounds().Dx(), img.Bounds().Dy(), wide, high)
	large := upright(shrink(img, w, h), turned)
	full, err := encode(large, drawing)
	if err != nil {
		return Prepared{}, err
	}
	p := Prepared{[]Rendition{full}}
	if w, h := within(full.Width, full.Height, SmallWidth, 2*SmallWidth); w < full.Width {
		small, err := encode(shrink(large, w, h), drawing)
		if err != nil {
			return Prepared{}, err
		}
		p.renditions = append(p.renditions, small)
	}
	return p, nil
}

// encode writes JPEG, which has neither transparency nor sharp edges: what one can see through is PNG, and what is
// likely flat colours (a logo, a plan) is when that takes no more bytes.
func encode(img *image.RGBA, drawing bool) (Rendition, error) {
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	var asJPEG, asPNG bytes.Buffer
	clear := !img.Opaque()
	if !clear {
		if err := jpeg.Encode(&asJPEG, img, &jpeg.Options{Quality: quality}); err != nil {
			return Rendition{}, err
		}
	}
	if clear || drawing {
		if err := png.Encode(&asPNG, img); err != nil {
			return Rendition{}, err
		}
		if clear || asPNG.Len() <= asJPEG.Len() {
			return rendition("image/png", width, height, asPNG.Bytes()), nil
		}
	}
	return rendition("image/jpeg", width, height, asJPEG.Bytes()), nil
}

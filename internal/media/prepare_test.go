package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/media"
)

// halves gives a picture whose left half is black and whose right half is white.
func halves(width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := width / 2; x < width; x++ {
			img.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	return img
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// prepared gives what is stored of an upload that is well.
func prepared(t *testing.T, upload []byte) media.Prepared {
	t.Helper()
	p, err := media.Prepare(bytes.NewReader(upload))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// decoded gives the pixels of what is stored, once its head tells the truth.
func decoded(t *testing.T, r media.Rendition) image.Image {
	t.Helper()
	img, format, err := image.Decode(bytes.NewReader(r.Content))
	if err != nil || "image/"+format != r.MIME || img.Bounds().Dx() != r.Width || img.Bounds().Dy() != r.Height {
		t.Fatalf("a %s of %v says that it is a %s of %d × %d: %v", format, img.Bounds(), r.MIME, r.Width, r.Height, err)
	}
	return img
}

// exif is what telephones write: the maker's name, how the camera was held, and where.
func exif(orientation uint32, order binary.AppendByteOrder) []byte {
	head := "II*\x00"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		head = "MM\x00*"
	}
	tiff := order.AppendUint32([]byte(head), 8)
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = order.AppendUint16(order.AppendUint16(tiff, tag), kind)
		tiff = order.AppendUint32(tiff, count)
		if kind == 3 && count == 1 { // a short stands in the first half
			tiff = order.AppendUint16(order.AppendUint16(tiff, uint16(value)), 0)
			return
		}
		tiff = order.AppendUint32(tiff, value)
	}
	tiff = order.AppendUint16(tiff, 3)
	entry(0x010f, 2, 12, 50) // the maker's name
	entry(0x0112, 3, 1, orientation)
	entry(0x8825, 4, 1, 62)         // where the position stands
	tiff = append(tiff, 0, 0, 0, 0) // no further directory
	tiff = append(tiff, "Telephone 7\x00"...)
	tiff = order.AppendUint16(tiff, 1)
	entry(0x0002, 5, 3, 80) // latitude
	tiff = append(tiff, 0, 0, 0, 0)
	for _, v := range []uint32{43, 1, 36, 1, 16, 1} {
		tiff = order.AppendUint32(tiff, v)
	}
	return tiff
}

// photo puts an EXIF block and a comment after the start of a JPEG.
func photo(picture, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	comment := append([]byte{0xff, 0xfe, 0, 2 + 14}, "of Jean Dupont"...)
	return bytes.Join([][]byte{picture[:2], comment, segment, body, picture[2:]}, nil)
}

// chunk puts a chunk before the pixels of a PNG.
func chunk(picture []byte, kind, data string) []byte {
	at := bytes.Index(picture, []byte("IDAT")) - 4
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(c, kind+data...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE([]byte(kind+data)))
	return bytes.Join([][]byte{picture[:at], c, picture[at:]}, nil)
}

func TestStoredPictureHasNoPositionAndNoName(t *testing.T) {
	position := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 43), 1)
	for name, upload := range map[string][]byte{
		"JPEG": photo(asJPEG(t, halves(600, 400)), exif(1, binary.LittleEndian)),
		"PNG":  chunk(chunk(asPNG(t, halves(600, 400)), "eXIf", string(exif(1, binary.LittleEndian))), "tEXt", "Author\x00Jean Dupont"),
	} {
		for _, r := range prepared(t, upload).Renditions() {
			for _, trace := range [][]byte{[]byte("Exif"), []byte("eXIf"), []byte("Telephone"), []byte("Dupont"), position} {
				if bytes.Contains(r.Content, trace) {
					t.Errorf("%s: what is stored holds %q", name, trace)
				}
			}
		}
		for _, trace := range [][]byte{[]byte("Telephone"), []byte("Dupont"), position} {
			if !bytes.Contains(upload, trace) {
				t.Errorf("%s: the upload lacks %q: the test sees nothing", name, trace)
			}
		}
	}
}

// Seen upright, the picture is twice as wide as high, red at its top left and green at its top right.
func TestPictureIsStoredAsItWasSeen(t *testing.T) {
	const w, h = 64, 32
	seen := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{A: 255}
			switch {
			case y < h/2 && x < w/2:
				c.R = 255
			case y < h/2:
				c.G = 255
			}
			seen.SetRGBA(x, y, c)
		}
	}
	// What a camera that was held so has stored: each place of the stored picture from its place in the one seen
	// (EXIF 2.32, section 4.6.4, Orientation: what its row 0 and its column 0 are).
	stored := map[uint32]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },         // row 0 is the left side, column 0 the top
		6: func(x, y int) (int, int) { return w - 1 - y, x }, // row 0 is the right side, column 0 the top
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return y, h - 1 - x }, // row 0 is the left side, column 0 the bottom
	}
	for orientation, from := range stored {
		size := image.Rect(0, 0, w, h)
		if orientation >= 5 {
			size = image.Rect(0, 0, h, w)
		}
		img := image.NewRGBA(size)
		for y := range size.Dy() {
			for x := range size.Dx() {
				sx, sy := from(x, y)
				img.Set(x, y, seen.At(sx, sy))
			}
		}
		for name, upload := range map[string][]byte{
			"JPEG":             photo(asJPEG(t, img), exif(orientation, binary.LittleEndian)),
			"JPEG, big-endian": photo(asJPEG(t, img), exif(orientation, binary.BigEndian)),
			"PNG":              chunk(asPNG(t, img), "eXIf", string(exif(orientation, binary.BigEndian))),
		} {
			got := decoded(t, prepared(t, upload).Renditions()[0])
			if got.Bounds().Dx() != w || got.Bounds().Dy() != h {
				t.Errorf("%s, orientation %d: %v", name, orientation, got.Bounds())
				continue
			}
			for _, at := range []image.Point{{8, 8}, {w - 8, 8}, {8, h - 8}, {w - 8, h - 8}} {
				r, g, _, _ := got.At(at.X, at.Y).RGBA()
				wr, wg, _, _ := seen.At(at.X, at.Y).RGBA()
				if r>>15 != wr>>15 || g>>15 != wg>>15 {
					t.Errorf("%s, orientation %d: at %v red %d, green %d", name, orientation, at, r>>8, g>>8)
				}
			}
		}
	}
}

// bomb is the head of a PNG of so many pixels, without any.
func bomb(width, height uint32) []byte {
	head := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0)
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(b, head...), crc32.ChecksumIEEE(head))
}

func TestWhatIsNoUsablePictureIsRefused(t *testing.T) {
	small, photograph := asPNG(t, halves(3, 2)), asJPEG(t, halves(30, 20))
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{
		"nothing":                     {nil, "fault.media.format"},
		"a text called .jpg":          {[]byte("Dear city, please plant trees."), "fault.media.format"},
		"an SVG":                      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`), "fault.media.format"},
		"an SVG after its XML":        {[]byte("\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "fault.media.format"},
		"an SVG after a comment":      {[]byte("<!-- a drawing --><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "fault.media.format"},
		"a compressed SVG":            {[]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), "fault.media.format"},
		"a page":                      {[]byte("<!doctype html><script>alert(1)</script>"), "fault.media.format"},
		"a page that begins as a GIF": {[]byte("GIF89a/*<html><SCRIPT>*/=alert(1)</SCRIPT>"), "fault.media.markup"},
		"a PNG and a page":            {append(small, "<script>alert(1)</script>"...), "fault.media.markup"},
		"a JPEG with a page inside":   {photo(photograph, []byte("<!DOCTYPE html><body onload=alert(1)>")), "fault.media.markup"},
		"a PNG said to be a JPEG":     {append([]byte("\xff\xd8\xff"), small...), "fault.media.broken"},
		"a cut PNG":                   {small[:len(small)-20], "fault.media.broken"},
		"a cut JPEG":                  {photograph[:len(photograph)/2], "fault.media.broken"},
		"half a head of WebP":         {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 "), "fault.media.broken"},
		"a PNG without width":         {bomb(0, 10), "fault.media.broken"},
		// Refused by its head: its pixels, which are not there, would be missed first.
		"a bomb":         {bomb(100_000, 100_000), "fault.media.pixels"},
		"a bomb by hair": {bomb(media.MaxPixels/1000+1, 1000), "fault.media.pixels"},
		"too many bytes": {append(bytes.Clone(small), make([]byte, media.MaxBytes)...), "fault.media.large"},
	} {
		p, err := media.Prepare(bytes.NewReader(c.content))
		var got *fault.Error
		if !errors.As(err, &got) || got.Code != fault.Invalid || got.Key != c.key || len(p.Renditions()) != 0 {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func TestADrawingOfOursIsStoredAndIsRefusedAsAnUpload(t *testing.T) {
	r := media.Drawn(drawing.Of("Un banc", "", 1)).Renditions()
	if len(r) != 1 || r[0].MIME != "image/svg+xml" || r[0].Width != 400 || r[0].Height != 240 || !bytes.HasPrefix(r[0].Content, []byte("<svg ")) {
		t.Fatalf("%+v", r)
	}
	if policy := r[0].Policy(); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("opened by itself it may %q", policy)
	}
	if _, err := media.Prepare(bytes.NewReader(r[0].Content)); !fault.Is(err, fault.Invalid) {
		t.Errorf("sent back as an upload: %v", err)
	}
}

func TestAnUploadThatBreaksOffIsNoRefusal(t *testing.T) {
	gone := errors.New("gone")
	if _, err := media.Prepare(iotest.ErrReader(gone)); !errors.Is(err, gone) || fault.Is(err, fault.Invalid) {
		t.Errorf("a connection that breaks off: %v", err)
	}
	// A form's own limit says the same as ours.
	body := http.MaxBytesReader(httptest.NewRecorder(), http.NoBody, 1)
	_ = body.Close()
	body = http.MaxBytesReader(httptest.NewRecorder(), readCloser{bytes.NewReader(make([]byte, 9))}, 1)
	if _, err := media.Prepare(body); !fault.Is(err, fault.Invalid) {
		t.Errorf("a body over its limit: %v", err)
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func TestPicturesAreStoredInTwoWidths(t *testing.T) {
	type size struct{ width, height int }
	for _, c := range []struct {
		of   size
		want []size
	}{
		{size{4000, 1000}, []size{{media.FullWidth, 400}, {media.SmallWidth, 120}}},
		{size{1601, 1601}, []size{{media.FullWidth, media.FullWidth}, {media.SmallWidth, media.SmallWidth}}},
		{size{481, 20}, []size{{481, 20}, {480, 19}}},
		{size{480, 700}, []size{{480, 700}}},
		{size{10, 4000}, []size{{8, 3200}, {2, 960}}},
		{size{1, 7000}, []size{{1, 3200}}},
		{size{9000, 1}, []size{{1600, 1}, {480, 1}}},
	} {
		all := prepared(t, asPNG(t, halves(c.of.width, c.of.height))).Renditions()
		if len(all) != len(c.want) {
			t.Fatalf("%v is stored in %d sizes", c.of, len(all))
		}
		for i, r := range all {
			img := decoded(t, r)
			if (size{r.Width, r.Height}) != c.want[i] {
				t.Errorf("%v became %d × %d, want %v", c.of, r.Width, r.Height, c.want[i])
			}
			if r.Width < 9 {
				continue
			}
			left, _, _, _ := img.At(2, 0).RGBA()
			right, _, _, _ := img.At(r.Width-3, r.Height-1).RGBA()
			if left > 0x1000 || right < 0xf000 {
				t.Errorf("%v, stored %d wide, is %x at its left and %x at its right", c.of, r.Width, left, right)
			}
		}
	}
}

// The average of thin stripes is grey; a picture made smaller by leaving pixels out keeps some.
func TestSmallerPicturesAreAverages(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 2*media.FullWidth, 8))
	for y := range 8 {
		for x := 0; x < 2*media.FullWidth; x += 2 {
			img.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	small := decoded(t, prepared(t, asPNG(t, img)).Renditions()[0])
	for x := range small.Bounds().Dx() {
		if v, _, _, _ := small.At(x, 0).RGBA(); v>>8 < 120 || v>>8 > 136 {
			t.Fatalf("at %d the stripes became %d", x, v>>8)
		}
	}
}

func TestWhatOneCanSeeThroughStaysSo(t *testing.T) {
	logo := image.NewNRGBA(image.Rect(0, 0, 600, 600))
	for y := range 300 {
		for x := range 600 {
			logo.SetNRGBA(x, y, color.NRGBA{R: 200, A: 255})
		}
	}
	for _, r := range prepared(t, asPNG(t, logo)).Renditions() {
		img := decoded(t, r)
		_, _, _, top := img.At(5, 5).RGBA()
		_, _, _, bottom := img.At(5, r.Height-5).RGBA()
		if r.MIME != "image/png" || top != 0xffff || bottom != 0 {
			t.Errorf("%s, %d wide: as opaque as %d at the top, %d at the bottom", r.MIME, r.Width, top, bottom)
		}
	}
}

func TestFirstPictureOfAnAnimationIsKept(t *testing.T) {
	frame := func(c color.Color) *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{c})
	}
	var out bytes.Buffer
	err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{frame(color.White), frame(color.Black)}, Delay: []int{1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _, _, _ := decoded(t, prepared(t, out.Bytes()).Renditions()[0]).At(3, 3).RGBA(); v < 0xf000 {
		t.Errorf("the first picture was white, what is stored is %x", v)
	}
}

// A lossless WebP of one green pixel, as cwebp writes it, with its orientation.
func TestWebPIsRead(t *testing.T) {
	body := "WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
	upload := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	r := prepared(t, append(upload, body...)).Renditions()[0]
	if r.Width != 1 || r.Height != 1 {
		t.Errorf("one pixel became %d × %d", r.Width, r.Height)
	}
}

package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
)

// gray gives a picture whose left half is black and whose right half is white.
func gray(width, height int) image.Image {
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
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// positioned puts an EXIF segment with a GPS position and a camera's name after the start of a JPEG, as telephones do.
func positioned(picture []byte) []byte {
	var tiff bytes.Buffer
	little := binary.LittleEndian
	entry := func(tag, kind uint16, count, value uint32) {
		for _, v := range []any{tag, kind, count, value} {
			_ = binary.Write(&tiff, little, v)
		}
	}
	tiff.WriteString("II*\x00\x08\x00\x00\x00")
	_ = binary.Write(&tiff, little, uint16(2))
	entry(0x010f, 2, 12, 38)    // the maker's name
	entry(0x8825, 4, 1, 50)     // where the position stands
	tiff.Write(make([]byte, 4)) // no further directory
	tiff.WriteString("Telephone 7\x00")
	_ = binary.Write(&tiff, little, uint16(1))
	entry(0x0002, 5, 3, 68) // latitude
	tiff.Write(make([]byte, 4))
	for _, v := range []uint32{43, 1, 36, 1, 16, 1} {
		_ = binary.Write(&tiff, little, v)
	}
	body := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	segment = append(segment, body...)
	comment := append([]byte{0xff, 0xfe, 0, 2 + 14}, "of Jean Dupont"...)
	return bytes.Join([][]byte{picture[:2], segment, comment, picture[2:]}, nil)
}

func TestStoredPictureHasNoPositionAndNoName(t *testing.T) {
	upload := positioned(asJPEG(t, gray(40, 30)))
	p, stored, err := media.Prepare(upload)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"Exif", "Telephone", "Dupont"} {
		if !bytes.Contains(upload, []byte(trace)) {
			t.Errorf("the upload lacks %q: the test sees nothing", trace)
		}
		if bytes.Contains(stored, []byte(trace)) {
			t.Errorf("what is stored holds %q", trace)
		}
	}
	img, format, err := image.Decode(bytes.NewReader(stored))
	if err != nil || format != "jpeg" || p.MIME != "image/jpeg" || p.Width != 40 || p.Height != 30 || img.Bounds().Dx() != 40 || img.Bounds().Dy() != 30 {
		t.Errorf("%+v, a %s: %v", p, format, err)
	}
	if left, _, _, _ := img.At(2, 2).RGBA(); left > 0x2000 {
		t.Error("the left half is black no more")
	}
	if right, _, _, _ := img.At(37, 2).RGBA(); right < 0xe000 {
		t.Error("the right half is white no more")
	}
}

func TestTextOfAPictureIsNotStored(t *testing.T) {
	upload := asPNG(t, gray(8, 8))
	at := bytes.Index(upload, []byte("IDAT")) - 4
	text := append([]byte("tEXt"), "Author\x00Jean Dupont"...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, text...), crc32.ChecksumIEEE(text))
	upload = bytes.Join([][]byte{upload[:at], chunk, upload[at:]}, nil)
	p, stored, err := media.Prepare(append(upload, "<script>alert(1)</script>"...))
	if err != nil || p.MIME != "image/png" {
		t.Fatalf("%+v: %v", p, err)
	}
	if bytes.Contains(stored, []byte("Dupont")) || bytes.Contains(stored, []byte("script")) {
		t.Errorf("what is stored holds what the file carried")
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
	small := asPNG(t, gray(3, 2))
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{
		"nothing":             {nil, "fault.media.format"},
		"a text called .jpg":  {[]byte("Dear city, please plant trees."), "fault.media.format"},
		"an SVG":              {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`), "fault.media.format"},
		"a page":              {[]byte("<!doctype html><script>alert(1)</script>"), "fault.media.format"},
		"a cut PNG":           {small[:len(small)-20], "fault.media.format"},
		"a PNG without width": {bomb(0, 10), "fault.media.format"},
		// Refused by its head: its pixels, which are not there, would be missed first.
		"a bomb":         {bomb(100_000, 100_000), "fault.media.pixels"},
		"a bomb by hair": {bomb(media.MaxPixels/1000+1, 1000), "fault.media.pixels"},
		"too many bytes": {append(small, make([]byte, media.MaxBytes)...), "fault.media.large"},
	} {
		_, stored, err := media.Prepare(c.content)
		got, ok := err.(*fault.Error)
		if !ok || got.Code != fault.Invalid || got.Key != c.key || stored != nil {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func TestLargePicturesShrinkInProportion(t *testing.T) {
	for _, c := range []struct{ width, height, wantWidth, wantHeight int }{
		{4000, 1000, media.MaxSide, 400},
		{10, 4000, 4, media.MaxSide},
		{1, 4000, 1, media.MaxSide},
		{media.MaxSide, 20, media.MaxSide, 20},
	} {
		p, stored, err := media.Prepare(asPNG(t, gray(c.width, c.height)))
		if err != nil {
			t.Fatal(err)
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(stored))
		if err != nil || p.Width != c.wantWidth || p.Height != c.wantHeight || config.Width != p.Width || config.Height != p.Height {
			t.Errorf("%d × %d became %d × %d, in truth %d × %d: %v", c.width, c.height, p.Width, p.Height, config.Width, config.Height, err)
		}
	}
}

// Nobody tells two platforms' pictures apart by their keys here: they are made the same.
func TestPicturesOfAPlatformAreItsOwn(t *testing.T) {
	id := ids.Random()
	dbtest.Tenancy{
		Filled: []string{"Store"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			p, err := media.Store(ctx, tx, platform, asPNG(t, gray(int(platform), 1)), "Un arbre")
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE media SET id = ? WHERE platform = ? AND id = ?`, id, platform, p.ID)
			return err
		},
		Reads: []dbtest.Reading{{Of: "Content", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			p, content, err := media.Content(ctx, tx, platform, id)
			return []any{p, content}, err
		}}},
	}.Run(t)
}

func TestStoredPictureComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var p media.Picture
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			p, err = media.Store(ctx, tx, 1, asJPEG(t, gray(9, 5)), "Un arbre, l’été")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			got, content, err := media.Content(ctx, tx, 1, p.ID)
			if got.Alt != "Un arbre, l’été" || got.MIME != "image/jpeg" || got.Width != 9 || !bytes.Equal(got.SHA256, p.SHA256) || !got.CreatedAt.Equal(p.CreatedAt) || len(content) == 0 {
				t.Errorf("%+v comes back as %+v", p, got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, _, err := media.Content(ctx, tx, 1, ids.Random())
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a picture that is not there: %v", err)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := media.Store(ctx, tx, 1, []byte("no picture"), "")
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("what is no picture: %v", err)
		}
	})
}

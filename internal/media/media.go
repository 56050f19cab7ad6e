// Package media stores pictures: checked to be what they say, re-encoded when too large, free of positions.
package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"image"
	"image/jpeg"
	"image/png"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // reads WebP uploads

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
)

// Limits of an upload.
const (
	MaxBytes  = 10 << 20
	MaxPixels = 40_000_000 // before decoding: a small file must not unpack into gigabytes
	MaxSide   = 1600       // of what is stored
)

// Picture is a stored picture.
type Picture struct {
	ID            ids.ID
	MIME          string // image/jpeg or image/png
	Width, Height int
	Alt           string
	SHA256        []byte
	CreatedAt     time.Time
}

// Prepare checks an uploaded picture and gives what is stored: the pixels alone, encoded anew, so that no position,
// name or script that the file carried is kept. Fault: invalid.
func Prepare(content []byte) (Picture, []byte, error) {
	if len(content) > MaxBytes {
		return Picture{}, nil, fault.New(fault.Invalid, "fault.media.large", "Limit", MaxBytes>>20)
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || head.Width == 0 || head.Height == 0 {
		return Picture{}, nil, fault.New(fault.Invalid, "fault.media.format").Because(err)
	}
	if head.Width > MaxPixels/head.Height {
		return Picture{}, nil, fault.New(fault.Invalid, "fault.media.pixels", "Limit", MaxPixels/1_000_000)
	}
	img, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return Picture{}, nil, fault.New(fault.Invalid, "fault.media.format").Because(err)
	}
	img = shrink(img)
	p := Picture{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var out bytes.Buffer
	if format == "png" {
		p.MIME, err = "image/png", png.Encode(&out, img)
	} else {
		p.MIME, err = "image/jpeg", jpeg.Encode(&out, img, &jpeg.Options{Quality: 85})
	}
	if err != nil {
		return Picture{}, nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	p.SHA256 = sum[:]
	return p, out.Bytes(), nil
}

func shrink(img image.Image) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	side := max(w, h)
	if side <= MaxSide {
		return img
	}
	small := image.NewRGBA(image.Rect(0, 0, max(1, w*MaxSide/side), max(1, h*MaxSide/side)))
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	return small
}

// Store prepares and stores a picture with its alternative text. Fault: invalid.
func Store(ctx context.Context, tx db.Tx, platform int64, content []byte, alt string) (Picture, error) {
	p, stored, err := Prepare(content)
	if err != nil {
		return Picture{}, err
	}
	p.ID, p.Alt, p.CreatedAt = ids.Dated(tx.Now()), alt, tx.Now()
	_, err = tx.Exec(ctx, `INSERT INTO media (platform, id, mime, width, height, alt, sha256, content, created_at) VALUES (?,?,?,?,?,?,?,?,?)`,
		platform, p.ID, p.MIME, p.Width, p.Height, p.Alt, p.SHA256, stored, db.Micros(p.CreatedAt))
	return p, err
}

// Content gives a picture and its bytes. Fault: not_found.
func Content(ctx context.Context, tx db.Tx, platform int64, id ids.ID) (p Picture, content []byte, err error) {
	var created int64
	err = tx.QueryRow(ctx, `SELECT m.id, m.mime, m.width, m.height, m.alt, m.sha256, m.created_at, m.content FROM media m WHERE m.platform = ? AND m.id = ?`, platform, id).
		Scan(&p.ID, &p.MIME, &p.Width, &p.Height, &p.Alt, &p.SHA256, &created, &content)
	p.CreatedAt = db.Time(created)
	if db.None(err) {
		err = fault.New(fault.NotFound, "fault.media.none")
	}
	return p, content, err
}

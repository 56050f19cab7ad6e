package media

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation says how a camera was held: the value of the tag 0x0112 of TIFF 6.0 and EXIF 2.32, 1 to 8.
type orientation int

// sideways says whether the width of what was stored is the height of what was seen.
func (o orientation) sideways() bool { return o >= 5 }

// orientationOf reads the orientation out of an EXIF block, which is a TIFF file (TIFF 6.0, section 2). A block that
// cannot be read, or that does not say it, is upright.
func orientationOf(tiff []byte) orientation {
	const upright = 1
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == 0x0112 {
			if o := orientation(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

var exifHead = []byte("Exif\x00\x00")

// exifOfJPEG finds the EXIF block in the segments before the pixels (ITU T.81, annex B; EXIF 2.32, section 4.7.2).
func exifOfJPEG(content []byte) []byte {
	for rest := content[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(rest[2:]))
		if marker == 0xda || size < 2 || len(rest) < 2+size {
			return nil
		}
		if block, ok := bytes.CutPrefix(rest[4:2+size], exifHead); ok && marker == 0xe1 {
			return block
		}
		rest = rest[2+size:]
	}
	return nil
}

// exifOfPNG finds the chunk eXIf (PNG, third edition, section 11.3.4.5).
func exifOfPNG(content []byte) []byte {
	for rest := content[8:]; len(rest) >= 12; {
		size := uint64(binary.BigEndian.Uint32(rest))
		if size > uint64(len(rest)-12) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[8 : 8+size]
		}
		rest = rest[12+size:]
	}
	return nil
}

// exifOfWebP finds the chunk EXIF (RFC 9649, section 2.7); some programs begin it as in a JPEG.
func exifOfWebP(content []byte) []byte {
	for rest := content[12:]; len(rest) >= 8; {
		size := uint64(binary.LittleEndian.Uint32(rest[4:]))
		if size > uint64(len(rest)-8) {
			return nil
		}
		if string(rest[:4]) == "EXIF" {
			return bytes.TrimPrefix(rest[8:8+size], exifHead)
		}
		rest = rest[min(8+size+size%2, uint64(len(rest))):]
	}
	return nil
}

// upright turns a picture as it was seen.
func upright(img *image.RGBA, o orientation) *image.RGBA {
	if o <= 1 {
		return img
	}
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	right, bottom := width-1, height-1
	if o.sideways() {
		width, height = height, width
	}
	turned := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			var from image.Point
			switch o {
			case 2: // mirrored
				from = image.Pt(right-x, y)
			case 3: // upside down
				from = image.Pt(right-x, bottom-y)
			case 4:
				from = image.Pt(x, bottom-y)
			case 5:
				from = image.Pt(y, x)
			case 6: // its left side was the bottom
				from = image.Pt(y, bottom-x)
			case 7:
				from = image.Pt(right-y, bottom-x)
			case 8:
				from = image.Pt(right-y, x)
			}
			copy(turned.Pix[turned.PixOffset(x, y):], img.Pix[img.PixOffset(from.X, from.Y):][:4])
		}
	}
	return turned
}

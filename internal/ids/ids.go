// Package ids holds the identifiers of everything that has a row of its own: 16 bytes, a BLOB on SQLite and a uuid on
// PostgreSQL, written as a UUID (RFC 9562).
package ids

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ID identifies a row. The zero ID is nothing and is stored as NULL.
type ID [16]byte

// Dated gives a UUIDv7 of that time: for what is public and dated, so that keys grow with time, to the microsecond. The
// 12 bits after the milliseconds are their fraction (RFC 9562, section 6.2, method 3).
func Dated(t time.Time) ID {
	id := Random()
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(t.UnixMilli()))
	copy(id[:6], ms[2:])
	fraction := int64(t.Nanosecond()) % 1e6 * 4096 / 1e6
	binary.BigEndian.PutUint16(id[6:8], uint16(fraction)|0x7000)
	return id
}

// Random gives a UUIDv4: for ballots and whatever else must not tell when it was made.
func Random() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

var errParse = errors.New("not an identifier")

// Parse reads the 36-character form.
func Parse(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, errParse
	}
	if _, err := hex.Decode(id[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return ID{}, errParse
	}
	return id, nil
}

// IsZero says whether it is nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String gives the 36-character form.
func (id ID) String() string { return string(id.Append(nil)) }

// Append appends the 36-character form.
func (id ID) Append(b []byte) []byte {
	var s [36]byte
	hex.Encode(s[:8], id[:4])
	hex.Encode(s[9:13], id[4:6])
	hex.Encode(s[14:18], id[6:8])
	hex.Encode(s[19:23], id[8:10])
	hex.Encode(s[24:], id[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return append(b, s[:]...)
}

// MarshalText gives the 36-character form, the zero ID as the empty text.
func (id ID) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.Append(nil), nil
}

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	v, err := Parse(string(b))
	*id = v
	return err
}

// Value stores the ID; the zero one as NULL.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads what either engine returns.
func (id *ID) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText(v)
	case string:
		return id.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("an identifier from %T", v)
}

// Global gives the API's global form: base64 of "Type:uuid".
func Global(typ string, id ID) string {
	return base64.StdEncoding.EncodeToString(id.Append([]byte(typ + ":")))
}

// FromGlobal reads the global form, or a bare uuid, whose type is then "".
func FromGlobal(s string) (typ string, id ID, err error) {
	if id, err := Parse(s); err == nil {
		return "", id, nil
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		if raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")); err != nil {
			return "", ID{}, errParse
		}
	}
	typ, rest, ok := strings.Cut(string(raw), ":")
	if !ok || typ == "" {
		return "", ID{}, errParse
	}
	id, err = Parse(rest)
	return typ, id, err
}

// Slug gives the form of a name in addresses: a to z, digits and single hyphens, at most max bytes, cut between words
// where it can. The name comes folded (lower case, without accents); what is left of another script is dropped, and
// "x" stands for nothing.
func Slug(folded string, max int) string {
	var b strings.Builder
	gap := false
	for i := 0; i < len(folded); i++ {
		c := folded[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteByte(c)
			gap = false
		} else {
			gap = true
		}
	}
	s := b.String()
	if len(s) > max {
		between := s[max] == '-'
		s = s[:max]
		if cut := strings.LastIndexByte(s, '-'); cut > max/2 && !between {
			s = s[:cut]
		}
		s = strings.Trim(s, "-")
	}
	if s == "" {
		return "x"
	}
	return s
}

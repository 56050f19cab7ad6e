package proposal

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
)

// set is a set of proposals of one project, by their numbers: bit n%64 of word n/64. Numbers begin at 1 and have no
// large gaps, so 100,000 proposals take 12.5 kB and two sets meet in microseconds.
type set []uint64

func (s *set) add(n int) {
	for n/64 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

func (s set) remove(n int) {
	if n/64 < len(s) {
		s[n/64] &^= 1 << (n % 64)
	}
}

func (s set) has(n int) bool { return n/64 < len(s) && s[n/64]&(1<<(n%64)) != 0 }

func (s set) len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// all gives the numbers, lowest first.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// join adds what is in o.
func (s *set) join(o set) {
	for len(*s) < len(o) {
		*s = append(*s, 0)
	}
	for i, w := range o {
		(*s)[i] |= w
	}
}

// meet gives what is in both, as a new set.
func (s set) meet(o set) set {
	m := make(set, min(len(s), len(o)))
	for i := range m {
		m[i] = s[i] & o[i]
	}
	return m
}

// without gives what is in s alone, as a new set.
func (s set) without(o set) set {
	m := append(set(nil), s...)
	for i := range min(len(s), len(o)) {
		m[i] &^= o[i]
	}
	return m
}

// common gives how many are in both.
func (s set) common(o set) (n int) {
	for i := range min(len(s), len(o)) {
		n += bits.OnesCount64(s[i] & o[i])
	}
	return n
}

// The forms in which a set is stored: the first byte says which. The shorter one is taken.
const (
	asGaps = 0 // each number as its distance from the one before, a varint
	asBits = 1 // the words, little-endian
)

func (s set) encode() []byte {
	whole := 1 + 8*len(s)
	b := make([]byte, 1, 16)
	last := 0
	for n := range s.all() {
		b = binary.AppendUvarint(b, uint64(n-last))
		last = n
		if len(b) > whole {
			b = append(make([]byte, 0, whole), asBits)
			for _, w := range s {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
			return b
		}
	}
	return b
}

// maxNumber bounds what a damaged set can make us allocate: 8 MB.
const maxNumber = 1 << 26

func decodeSet(b []byte) (set, error) {
	if len(b) == 0 {
		return nil, nil
	}
	form, b := b[0], b[1:]
	var s set
	switch {
	case form == asBits && len(b)%8 == 0:
		s = make(set, len(b)/8)
		for i := range s {
			s[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
		return s, nil
	case form == asGaps:
		last := uint64(0)
		for len(b) > 0 {
			gap, n := binary.Uvarint(b)
			if n <= 0 || gap > maxNumber || last+gap > maxNumber {
				return nil, fmt.Errorf("a stored set of proposals is damaged")
			}
			last += gap
			s.add(int(last))
			b = b[n:]
		}
		return s, nil
	}
	return nil, fmt.Errorf("a stored set of proposals is damaged")
}

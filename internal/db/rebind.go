package db

import (
	"strconv"
	"strings"
)

// rebind turns each ? into $1, $2 …, except in strings, quoted names and comments.
func rebind(query string) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(query); {
		if end := opaque(query, i); end > i {
			b.WriteString(query[i:end])
			i = end
			continue
		}
		if query[i] == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
		} else {
			b.WriteByte(query[i])
		}
		i++
	}
	return b.String()
}

// opaque gives the end of the string, quoted name or comment that begins at i, or i when none does. A doubled quote
// inside reads as two strings that touch, which ends at the same place.
func opaque(query string, i int) int {
	rest := query[i:]
	upTo := func(mark string, from int) int {
		if n := strings.Index(rest[from:], mark); n >= 0 {
			return i + from + n + len(mark)
		}
		return len(query)
	}
	switch {
	case rest[0] == '\'' || rest[0] == '"':
		return upTo(rest[:1], 1)
	case strings.HasPrefix(rest, "--"):
		return upTo("\n", 2)
	case strings.HasPrefix(rest, "/*"):
		return upTo("*/", 2)
	}
	return i
}

// Skeleton gives the statement without its strings and comments, for whoever reads SQL with simple means.
func Skeleton(query string) string {
	var b strings.Builder
	for i := 0; i < len(query); {
		end := opaque(query, i)
		switch {
		case end == i:
			b.WriteByte(query[i])
			end++
		case query[i] == '"':
			b.WriteString(query[i:end])
		case query[i] == '\'':
			b.WriteString("''")
		default:
			b.WriteByte(' ')
		}
		i = end
	}
	return b.String()
}

package exec

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// leafKey is a GraphQL scalar or enum, and a Go type that stands for it.
type leafKey struct {
	name   string
	goType reflect.Type
}

// leafWriter appends the i-th value of a column as JSON. It returns errNull for null.
type leafWriter func(b []byte, i int) ([]byte, error)

var errNull = errors.New("null")

// leafCodec makes leafWriters of columns.
type leafCodec interface {
	column(col any, depth int) (write leafWriter, n int, levels []level)
}

type leafOf[V any] struct {
	append func(b []byte, v V) ([]byte, error)
}

func (l *leafOf[V]) column(col any, depth int) (leafWriter, int, []level) {
	flat, levels, _ := unlist[V](col, depth)
	return func(b []byte, i int) ([]byte, error) { return l.append(b, flat[i]) }, len(flat), levels
}

// Scalar registers how values of Go type V, and *V with nil for null, are written as the GraphQL scalar of that name, built
// in or the schema's own: it appends JSON, or returns an error if this value cannot be; it must not panic. A scalar may
// have several Go types.
//
// Known from the start: String and ID as string, Int as int, int32 and int64, Float as float64, Boolean as bool, and any
// scalar of the schema's own as string and, in RFC 3339, time.Time.
func Scalar[V any](x *Executor, name string, append func(b []byte, v V) ([]byte, error)) {
	x.leaves[leafKey{name, reflect.TypeFor[V]()}] = &leafOf[V]{append}
	x.leaves[leafKey{name, reflect.TypeFor[*V]()}] = &leafOf[*V]{func(b []byte, v *V) ([]byte, error) {
		if v == nil {
			return b, errNull
		}
		return append(b, *v)
	}}
}

// Enum registers a Go type for an enum of the schema; string is known for every enum. A value that the schema does not
// have is an error.
func Enum[V ~string](x *Executor, name string) {
	def := x.schema.Types[name]
	if def == nil {
		x.problem("%s is given to Enum, but the schema has no such enum", name)
		return
	}
	Scalar(x, name, func(b []byte, v V) ([]byte, error) {
		if def.EnumValues.ForName(string(v)) == nil {
			return b, fmt.Errorf("enum %s has no value %q", name, string(v))
		}
		return append(append(append(b, '"'), v...), '"'), nil
	})
}

// Parse registers how arguments of the schema's own scalar are read. The value is a string, int64, float64, bool,
// []any or map[string]any; without a parser it is given to resolvers as it is.
func Parse(x *Executor, name string, parse func(v any) (any, error)) { x.parsers[name] = parse }

// AppendString appends a JSON string. Invalid UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte {
	plain, bits := true, byte(0)
	for i := 0; plain && i < len(s); i++ {
		c := s[i]
		plain = c >= ' ' && c != '"' && c != '\\'
		bits |= c
	}
	if plain && (bits < utf8.RuneSelf || utf8.ValidString(s)) {
		return append(append(append(b, '"'), s...), '"')
	}
	b, _ = jsontext.AppendQuote(b, s) // the error tells of the invalid UTF-8 only
	return b
}

func appendText(b []byte, s string) ([]byte, error) { return AppendString(b, s), nil }

func registerScalars(x *Executor) {
	Scalar(x, "String", appendText)
	Scalar(x, "ID", appendText)
	Scalar(x, "Boolean", func(b []byte, v bool) ([]byte, error) { return strconv.AppendBool(b, v), nil })
	Scalar(x, "Float", appendFloat)
	Scalar(x, "Int", appendInt[int])
	Scalar(x, "Int", appendInt[int32])
	Scalar(x, "Int", appendInt[int64])
}

func appendTime(b []byte, t time.Time) ([]byte, error) {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"'), nil
}

// appendInt refuses what the specification's 32-bit Int cannot hold (section 3.5.1).
func appendInt[V int | int32 | int64](b []byte, v V) ([]byte, error) {
	if int64(v) < math.MinInt32 || int64(v) > math.MaxInt32 {
		return b, fmt.Errorf("Int cannot hold %d: it has 32 bits", v)
	}
	return strconv.AppendInt(b, int64(v), 10), nil
}

// appendFloat writes as encoding/json does (ES6 number to string, except for the exponent's form).
func appendFloat(b []byte, v float64) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return b, fmt.Errorf("a Float cannot hold %v", v)
	}
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64), nil
}

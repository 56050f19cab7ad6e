package transfer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/parvis-civic/parvis/internal/db"
)

// maxExact is the largest integer that every reader of JSON takes exactly; larger ones are written as texts.
const maxExact = 1 << 53

// appendRow adds a row as a line: a JSON array with a value per column. Integers are numbers, texts of digits beyond
// 2^53; bytes are base64 (RFC 4648, padded); the rest is itself.
func appendRow(b []byte, row []any) ([]byte, error) {
	for i, v := range row {
		b = append(b, ",["[btoi(i == 0)])
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			if v > maxExact || v < -maxExact {
				b = append(strconv.AppendInt(append(b, '"'), v, 10), '"')
			} else {
				b = strconv.AppendInt(b, v, 10)
			}
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%v has no form in JSON", v)
			}
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		case []byte:
			b = append(base64.StdEncoding.AppendEncode(append(b, '"'), v), '"')
		case string:
			if !utf8.ValidString(v) {
				return nil, errors.New("a text is not UTF-8")
			}
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b = append(b, text...)
		default:
			return nil, fmt.Errorf("a %T has no form in a backup", v)
		}
	}
	return append(b, "]\n"...), nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// parseRow reads a line of appendRow, as Table.Insert takes it. It reads no more values than there are columns, whatever the
// line holds, and nothing may follow the row.
func parseRow(line []byte, columns []manifestColumn) ([]any, error) {
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	if start, err := in.Token(); err != nil || start != json.Delim('[') {
		return nil, errors.Join(errors.New("a row is a JSON array"), err)
	}
	row := make([]any, len(columns))
	for i, c := range columns {
		v, err := in.Token()
		if err != nil {
			return nil, err
		}
		if row[i], err = parseValue(v, c.Kind); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	if end, err := in.Token(); err != nil || end != json.Delim(']') {
		return nil, errors.Join(fmt.Errorf("there are more values than the %d columns", len(columns)), err)
	}
	if rest := line[in.InputOffset():]; string(rest) != "\n" {
		return nil, errors.New("something follows the row on its line")
	}
	return row, nil
}

func parseValue(v any, kind db.Kind) (any, error) {
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch {
	case v == nil:
		return nil, nil
	case kind == db.Int && isNumber:
		return strconv.ParseInt(number.String(), 10, 64)
	case kind == db.Int && isText:
		return strconv.ParseInt(text, 10, 64)
	case kind == db.Real && isNumber:
		return strconv.ParseFloat(number.String(), 64)
	case kind == db.Text && isText:
		return text, nil
	case kind == db.Bytes && isText:
		return base64.StdEncoding.DecodeString(text)
	}
	return nil, fmt.Errorf("a %T is not of kind %q", v, kind)
}

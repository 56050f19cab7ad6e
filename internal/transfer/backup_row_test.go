package transfer

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/parvis-civic/parvis/internal/db"
)

var oneOfEach = []manifestColumn{{"n", db.Int}, {"t", db.Text}, {"b", db.Bytes}, {"r", db.Real}, {"none", db.Text}}

func TestEveryRowComesBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := []any{
			rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{maxExact, maxExact + 1, -maxExact - 1, math.MinInt64, math.MaxInt64})).Draw(t, "n"),
			rapid.String().Draw(t, "t"), rapid.SliceOf(rapid.Byte()).Draw(t, "b"),
			rapid.Float64().Filter(func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }).Draw(t, "r"), nil,
		}
		line, err := appendRow(nil, row)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseRow(line, oneOfEach)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if diff := cmp.Diff(row, back); diff != "" {
			t.Errorf("%s:\n%s", line, diff)
		}
	})
}

func TestRowIsOneReadableLine(t *testing.T) {
	line, err := appendRow(nil, []any{int64(1<<53 + 1), "é\n<", []byte{0xff, 0}, 0.5, nil})
	if want := `["9007199254740993","é\n\u003c","/wA=",0.5,null]` + "\n"; err != nil || string(line) != want {
		t.Errorf("%s, error %v; want %s", line, err, want)
	}
}

func TestValueWithoutAnExactFormIsRefused(t *testing.T) {
	for _, v := range []any{"\xff", math.NaN(), math.Inf(1), true} {
		if line, err := appendRow(nil, []any{v}); err == nil {
			t.Errorf("%v was written as %s", v, line)
		}
	}
}

func TestLineThatDoesNotFitItsColumnsIsRefused(t *testing.T) {
	for _, line := range []string{`[1,"","",0.5]`, `["x","","",0.5,null]`, `[1.5,"","",0.5,null]`, `[1,2,"",0.5,null]`, `[1,"","*",0.5,null]`, `[1,"","",true,null]`, `[1,"","",0.5,null`, `{}`,
		`[1,"","",0.5,null,2]`, `[[1],"","",0.5,null]`, `[1,"","",0.5,null] `, `[1,"","",0.5,null][1,"","",0.5,null]`, `null`, ``} {
		if row, err := parseRow([]byte(line+"\n"), oneOfEach); err == nil {
			t.Errorf("%s was read as %v", line, row)
		}
	}
}

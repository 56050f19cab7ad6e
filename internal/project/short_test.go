package project

import (
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/ids"
)

func TestAShortCodeIsLongerOnlyWhereAnOlderOneBeginsAlike(t *testing.T) {
	code := "K7QDBCDFGHJKMNPQRSTVWXZ2"
	for _, c := range []struct {
		older []string
		want  string
	}{
		{nil, "K7QD"},
		{[]string{"K7QXBCDFGHJKMNPQRSTVWXZ2"}, "K7QD"},
		{[]string{"K7QDX" + code[5:]}, "K7QDB"},
		{[]string{"K7QDX" + code[5:], "K7QDBC2" + code[7:]}, "K7QDBCD"},
	} {
		if got := shorten(code, c.older); got != c.want {
			t.Errorf("%v: %s, want %s", c.older, got, c.want)
		}
	}
	one := shortOf(ids.ID{1})
	if one != shortOf(ids.ID{1}) || one == shortOf(ids.ID{2}) || strings.Trim(one, shortSigns) != "" || len(one) != shortMax {
		t.Errorf("codes %s and %s", one, shortOf(ids.ID{2}))
	}
}

package browsertest

import (
	"fmt"
	"testing"
)

func TestEachTwoValuesMeetInARun(t *testing.T) {
	met := map[string]bool{}
	for _, r := range Runs() {
		values := []string{"a desk", "with scripts", r.Lang, r.Engine}
		if r.Width < 600 {
			values[0] = "a phone"
		}
		if r.NoJS {
			values[1] = "without scripts"
		}
		for i, a := range values {
			for _, b := range values[i+1:] {
				met[a+", "+b] = true
			}
		}
	}
	factors := [][2]string{{"a phone", "a desk"}, {"with scripts", "without scripts"}, {"fr", "en"}, {"sqlite", "postgres"}}
	for i, one := range factors {
		for _, other := range factors[i+1:] {
			for _, a := range one {
				for _, b := range other {
					if pair := fmt.Sprint(a, ", ", b); !met[pair] {
						t.Errorf("no run has %s", pair)
					}
				}
			}
		}
	}
	if first := Runs()[0]; first.Width != 360 || first.NoJS || first.Lang != "fr" || first.Engine != "sqlite" {
		t.Errorf("the first run is %+v", first)
	}
}

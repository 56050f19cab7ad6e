package db

import "testing"

func TestPlaceholdersAreNumberedOutsideText(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT ? + ?":                          "SELECT $1 + $2",
		"SELECT 'a?''?', \"b?\", ? -- ?\n, ?":   "SELECT 'a?''?', \"b?\", $1 -- ?\n, $2",
		"SELECT /* ? \n ' */ ? -- the end of ?": "SELECT /* ? \n ' */ $1 -- the end of ?",
		"SELECT 'open ?":                        "SELECT 'open ?",
		"":                                      "",
	} {
		if got := rebind(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSkeletonHasNoTextAndNoComments(t *testing.T) {
	if got, want := Skeleton("a 'b' \"c\" --d\n/*e*/f"), "a '' \"c\"   f"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

package house

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"testing"
)

// The sizes at which a file or a room is more than one thing. Generated code and tests are not counted.
const (
	maxFileLines = 500
	maxRoomLines = 4000
	maxRoomFiles = 25
	// A web package has a handler and a template for each page: more files, each smaller.
	maxWebFiles = 60
	maxWebLines = 6000
)

func TestFilesAndRoomsStaySmall(t *testing.T) {
	type size struct{ files, lines int }
	sizes := map[string]size{}
	var sources []file
	for _, f := range files(t) {
		if !f.product() {
			continue
		}
		sources = append(sources, f)
		name := roomOf(path.Dir(f.path))
		s := sizes[name]
		sizes[name] = size{s.files + 1, s.lines + f.lines()}
	}
	slices.SortFunc(sources, func(a, b file) int { return cmp.Compare(b.lines(), a.lines()) })
	t.Log("the ten largest files:")
	for _, f := range sources[:min(10, len(sources))] {
		t.Logf("%5d %s", f.lines(), f.path)
	}
	for _, f := range sources {
		if n := f.lines(); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d: is it still one thing?", f.path, n, maxFileLines)
		}
	}
	for name, s := range sizes {
		lines, most := maxRoomLines, maxRoomFiles
		if name == "web" || strings.HasPrefix(name, "web/") {
			lines, most = maxWebLines, maxWebFiles
		}
		if s.lines > lines || s.files > most {
			t.Errorf("the room %s has %d lines in %d files, more than %d in %d: split it by sub-noun", name, s.lines, s.files, lines, most)
		}
	}
}

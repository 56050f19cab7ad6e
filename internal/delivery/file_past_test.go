package delivery

import (
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A row is read with every cell up to its last one, and a file of a few kilobytes can have a million rows.
func TestOfASheetOnlyWhatAListCanHaveIsKept(t *testing.T) {
	book := excelize.NewFile()
	for i := range maxPast + 10 {
		if err := book.SetCellValue("Sheet1", fmt.Sprint("A", i+1), "Un banc"); err != nil {
			t.Fatal(err)
		}
	}
	for _, far := range []string{"XFD1", "XFD2"} {
		if err := book.SetCellValue("Sheet1", far, "loin"); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := firstRows(book)
	if err != nil || len(lines) != maxPast+2 { // one too many, by which it is refused
		t.Fatalf("%d rows, %v", len(lines), err)
	}
	for i, line := range lines {
		if len(line) > mostColumns || cap(line) > 2*mostColumns || line[0] != "Un banc" {
			t.Fatalf("row %d has %d cells, and room for %d", i, len(line), cap(line))
		}
	}
}

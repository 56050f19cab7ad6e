package delivery_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
)

var today = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

func day(n int) time.Time { return time.Date(2026, 11, 25+n, 0, 0, 0, 0, time.UTC) }

func winner(due ...int) delivery.Delivery {
	d := delivery.Delivery{State: delivery.Planned, Version: 1, UpdatedAt: today.AddDate(0, -1, 0)}
	for i, n := range due {
		d.Milestones = append(d.Milestones, delivery.Milestone{Kind: delivery.Kinds()[min(i, 2)], DueAt: day(n)})
	}
	return d
}

// with applies a change that must be possible.
func with(t *testing.T, d delivery.Delivery, c delivery.Change) delivery.Delivery {
	t.Helper()
	got, err := d.With(c, today)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestLateIsSaidByTheClockAlone(t *testing.T) {
	d := with(t, winner(1, 10), delivery.Change{State: delivery.UnderWay})
	for at, want := range map[time.Time]delivery.State{today: delivery.UnderWay, day(1).Add(23 * time.Hour): delivery.UnderWay, day(2): delivery.Late} {
		if got := d.At(at); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	d.PromisedAt = day(0)
	d = with(t, d, delivery.Change{})
	if d.At(day(1)) != delivery.Late || d.At(today) != delivery.UnderWay {
		t.Error("the date of the rulebook does not count as the first that waits")
	}
	if _, promise := d.Missed(day(1)); !promise {
		t.Error("nothing says which date was missed")
	}
	d = with(t, d, delivery.Change{State: delivery.Built})
	if d.At(day(900)) != delivery.Built || !d.EndedAt.Equal(today) {
		t.Errorf("what is built is late: %+v", d)
	}
	part := with(t, winner(), delivery.Change{Parts: []delivery.Part{{Title: "Un banc", State: delivery.UnderWay, DueAt: day(3)}}})
	if part.At(day(4)) != delivery.Late {
		t.Error("a part whose date passed makes nothing late")
	}
}

func TestSixMonthsWithoutAWordAreSilence(t *testing.T) {
	d := winner()
	d.UpdatedAt = today
	if d.Silent(today.AddDate(0, 6, 0)) || !d.Silent(today.AddDate(0, 6, 1)) {
		t.Error("silence does not begin after six months")
	}
	d.State = delivery.Abandoned
	if d.Silent(today.AddDate(2, 0, 0)) {
		t.Error("what ended is silent")
	}
}

func TestWhatIsToldOfAWinnerIsChecked(t *testing.T) {
	amount := int64(-1)
	for name, c := range map[string]struct {
		change delivery.Change
		fields []string
	}{
		"a date moved without a reason":     {delivery.Change{Moved: []delivery.Moved{{Position: 0, Day: day(30)}}}, []string{"reason[0]", "words[0]"}},
		"a date moved into the past":        {delivery.Change{Moved: []delivery.Moved{{Position: 0, Day: day(-3), Reason: "permit", Words: "Attendu."}}}, []string{"moved[0]"}},
		"a stage that is none":              {delivery.Change{Reached: []delivery.Reached{{Position: 7, Day: day(-1)}}, Moved: []delivery.Moved{{Position: -1, Day: day(3)}}}, []string{"moved[-1]", "reached"}},
		"a stage reached tomorrow":          {delivery.Change{Reached: []delivery.Reached{{Position: 0, Day: day(1)}}}, []string{"day"}},
		"money below nothing":               {delivery.Change{Spent: &amount, Committed: &amount}, []string{"committed", "spent"}},
		"late, which nobody says":           {delivery.Change{State: delivery.Late}, []string{"state"}},
		"abandoned, but not by its form":    {delivery.Change{State: delivery.Abandoned}, []string{"state"}},
		"built with a part that is not":     {delivery.Change{State: delivery.Built, Parts: []delivery.Part{{Title: "Un banc", State: delivery.UnderWay}}}, []string{"state"}},
		"a part given up for no reason":     {delivery.Change{Parts: []delivery.Part{{Title: "Un banc", State: delivery.Abandoned}}}, []string{"parts"}},
		"news without words":                {delivery.Change{News: &delivery.Told{Phase: delivery.During}}, []string{"news"}},
		"a picture that nobody can hear":    {delivery.Change{News: &delivery.Told{Phase: delivery.During, Body: "Ouvert.", Picture: &media.Prepared{}}}, []string{"alt"}},
		"given up for no reason":            {delivery.Change{End: &delivery.Ending{}}, []string{"end", "money_back"}},
		"a stage of its own without a name": {delivery.Change{Added: []delivery.Milestone{{Kind: delivery.Free}}}, []string{"added"}},
	} {
		_, err := winner(10, 20, 30).With(c.change, today)
		var fields []string
		f, _ := errors.AsType[*fault.Error](err)
		for _, sub := range append([]*fault.Error{}, subs(f)...) {
			fields = append(fields, sub.Field)
		}
		slices.Sort(fields)
		if !slices.Equal(fields, c.fields) {
			t.Errorf("%s: wrong in %q, want %q", name, fields, c.fields)
		}
	}
}

func subs(f *fault.Error) []*fault.Error {
	if f == nil || len(f.Sub) > 0 {
		if f == nil {
			return nil
		}
		return f.Sub
	}
	return []*fault.Error{f}
}

func TestTheFormerDateOfWhatIsMovedStays(t *testing.T) {
	d := with(t, winner(10, 20), delivery.Change{Moved: []delivery.Moved{{Position: 0, Day: day(40), Reason: "permit", Words: " L’avis est attendu. "}}})
	if len(d.Delays) != 1 || !d.Delays[0].From.Equal(day(10)) || !d.Delays[0].To.Equal(day(40)) || d.Delays[0].Words != "L’avis est attendu." {
		t.Fatalf("%+v", d.Delays)
	}
	undated := winner()
	undated.Milestones = []delivery.Milestone{{Kind: delivery.Study}}
	if d := with(t, undated, delivery.Change{Moved: []delivery.Moved{{Position: 0, Day: day(5)}}}); len(d.Delays) != 0 {
		t.Error("a first date needs no reason and is no delay")
	}
}

func TestReachingTheOpeningBuildsAndWhatIsAbandonedStaysSo(t *testing.T) {
	d := with(t, winner(1, 2, 3), delivery.Change{Reached: []delivery.Reached{{Position: 0, Day: day(-9)}}})
	if d.State != delivery.UnderWay {
		t.Errorf("a first stage reached: %s", d.State)
	}
	d = with(t, d, delivery.Change{Reached: []delivery.Reached{{Position: 2, Day: day(-2)}}, State: delivery.UnderWay})
	if d.State != delivery.Built || !d.EndedAt.Equal(day(-2)) {
		t.Errorf("its opening reached: %s on %s", d.State, d.EndedAt)
	}
	if _, err := d.With(delivery.Change{End: &delivery.Ending{Reason: "Trop cher.", MoneyBack: "Rendu."}}, today); !fault.Is(err, fault.Invalid) {
		t.Errorf("what is built is given up: %v", err)
	}
	over := with(t, winner(1), delivery.Change{End: &delivery.Ending{Reason: "Trop cher.", MoneyBack: "À l’édition suivante."}})
	if over.State != delivery.Abandoned || over.At(day(900)) != delivery.Abandoned {
		t.Errorf("%s", over.State)
	}
	if _, err := over.With(delivery.Change{State: delivery.UnderWay}, today); !fault.Is(err, fault.Invalid) {
		t.Errorf("what was given up goes on: %v", err)
	}
	if _, err := over.With(delivery.Change{News: &delivery.Told{Phase: delivery.After, Body: "L’argent est rendu."}}, today); err != nil {
		t.Errorf("nothing more can be told of it: %v", err)
	}
}

func TestAServiceAnswersForItsWorksAndNobodyByName(t *testing.T) {
	inside, outside, free := account.Person{ID: ids.Random()}, account.Person{ID: ids.Random()}, account.Person{ID: ids.Random()}
	parks, roads := delivery.Office{ID: ids.Random(), Members: []ids.ID{inside.ID}}, delivery.Office{ID: ids.Random(), Members: []ids.ID{outside.ID}}
	offices := []delivery.Office{parks, roads}
	for _, c := range []struct {
		name    string
		who     account.Person
		role    access.Role
		service ids.ID
		may     bool
	}{
		{"an agent of the service", inside, access.DeliveryAgent, parks.ID, true},
		{"an analyst of the service", inside, access.Analyst, parks.ID, true},
		{"an elected official in the service", inside, access.Elected, parks.ID, false},
		{"an agent of another", outside, access.DeliveryAgent, parks.ID, false},
		{"an agent, works of nobody", outside, access.DeliveryAgent, ids.ID{}, true},
		{"an analyst, works of nobody", outside, access.Analyst, ids.ID{}, false},
		{"an agent of no service", free, access.DeliveryAgent, parks.ID, true},
		{"a resident", free, access.Resident, ids.ID{}, false},
		{"who organises", free, access.Organiser, parks.ID, true},
	} {
		c.who.Roles = c.who.Roles.With(access.Resident, c.role)
		if got := c.who.Roles.Can(access.Deliver, delivery.Moment(c.who, c.service, offices)); got != c.may {
			t.Errorf("%s may: %v", c.name, got)
		}
	}
}

const sheetHead = "Édition;Référence;Titre;Quartier;Latitude;Longitude;État;Budget;Date;Raison;Image;Image décrite\n"

// zipped makes an archive of files.
func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWinnersOfBeforeAreReadFromSheetsAndArchives(t *testing.T) {
	text := sheetHead + "2019;1;Un banc;;;;réalisé;1 200;2020;;Banc.PNG;Un banc\n2019;2;Un arbre;;;;réalisé;;2020;;absent.png;Un arbre\n2019;3;Un mur;;;;réalisé;;2020;;https://exemple.fr/mur.png;Un mur\n"
	rows, refused, err := delivery.ReadPast("laureats.zip", zipped(t, map[string][]byte{"2019/laureats.csv": []byte(text), "2019/banc.png": photo(t), "__MACOSX/laureats.csv": []byte("x")}))
	if err != nil || len(rows) != 1 || rows[0].Picture == nil || len(refused) != 2 || refused[0].Err.Key != "fault.past.picture_missing" || refused[1].Err.Key != "fault.past.address" || refused[1].Line != 4 {
		t.Errorf("%d rows, refused %+v: %v", len(rows), refused, err)
	}
	book := excelize.NewFile()
	for i, cells := range [][]any{{"Titre", "édition", "REFERENCE", "état", "date"}, {"Un banc", "2019", 12, "réalisé", time.Date(2020, 5, 4, 0, 0, 0, 0, time.UTC)}} {
		if err := book.SetSheetRow(book.GetSheetName(0), "A"+string(rune('1'+i)), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	if rows, _, err := delivery.ReadPast("laureats.xlsx", b.Bytes()); err != nil || len(rows) != 1 {
		t.Errorf("xlsx: %d rows: %v", len(rows), err)
	}
	for name, content := range map[string]string{"a.csv": "Titre;État\nUn banc;réalisé\n", "b.csv": "\xff\xfe", "c.xlsx": "PK", "d.zip": "PK", "e.pdf": "%PDF", "f.csv": sheetHead,
		"g.csv": sheetHead + strings.Repeat("2019;1;Un banc;;;;réalisé;;2020;;;\n", 2001)} {
		if _, _, err := delivery.ReadPast(name, []byte(content)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

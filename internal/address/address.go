// Package address holds the commune's own addresses, as its Base Adresse Nationale file lists them, so that what somebody
// types becomes a place without asking anybody else.
package address

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/geo"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// Address is a number of a street, or a place name, and where it is.
type Address struct {
	Label string // "12 bis rue des Lilas, 31000 Toulouse"
	geo.Place
}

// columns are those that are read of a Base Adresse Nationale file (https://adresse.data.gouv.fr, format « csv »), which
// names them in its first line, apart by semicolons.
var columns = []string{"numero", "rep", "nom_voie", "code_postal", "nom_commune", "lon", "lat"}

// Import replaces the addresses of a platform by those of a file, and says how many there are and how many lines were no
// address. Faults: invalid, for a file that is none.
func Import(ctx context.Context, d *db.DB, platform int64, file io.Reader) (n, refused int, err error) {
	rows, refused, err := read(platform, file)
	if err != nil {
		return 0, refused, err
	}
	err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM address WHERE platform = ?`, platform); err != nil {
			return err
		}
		return db.Insert(ctx, tx, "address", []string{"platform", "street", "number", "position", "label", "latitude", "longitude"}, rows)
	})
	return len(rows), refused, err
}

// read gives the rows of a file.
func read(platform int64, file io.Reader) (rows [][]any, refused int, err error) {
	r := csv.NewReader(file)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = ';', true, -1, true
	head, err := r.Read()
	if err != nil {
		return nil, 0, fault.New(fault.Invalid, "fault.address.unreadable").Because(err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.Trim(name, "\ufeff \""))] = i
	}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, 0, fault.New(fault.Invalid, "fault.address.column", "Name", name)
		}
	}
	positions := map[[2]string]int{}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refused, fault.New(fault.Invalid, "fault.address.unreadable").Because(err)
		}
		a, ok := parse(func(name string) string {
			if i := at[name]; i < len(line) {
				return strings.TrimSpace(line[i])
			}
			return ""
		})
		if !ok {
			refused++
			continue
		}
		key := [2]string{fold(a.street), fold(a.number)}
		rows = append(rows, []any{platform, key[0], key[1], positions[key], a.Label, a.Latitude, a.Longitude})
		positions[key]++
	}
	if len(rows) == 0 {
		return nil, refused, fault.New(fault.Invalid, "fault.address.empty")
	}
	return rows, refused, nil
}

// parsed is an address in its parts.
type parsed struct {
	Address
	number, street string
}

// parse reads one line; false for one without a street or a position.
func parse(field func(string) string) (a parsed, ok bool) {
	a.street = field("nom_voie")
	latitude, err := strconv.ParseFloat(field("lat"), 64)
	longitude, err2 := strconv.ParseFloat(field("lon"), 64)
	if a.street == "" || err != nil || err2 != nil || !(latitude >= -90 && latitude <= 90) || !(longitude >= -180 && longitude <= 180) {
		return a, false
	}
	a.Latitude, a.Longitude = latitude, longitude
	if n := field("numero"); n != "" && n != "0" && n != "99999" { // a place name has 99999
		a.number = strings.TrimSpace(n + " " + field("rep"))
	}
	a.Label = strings.TrimSpace(a.number+" "+a.street) + ", " + strings.TrimSpace(field("code_postal")+" "+field("nom_commune"))
	return a, true
}

// fold gives the form in which addresses are compared: no case, no accents, words apart by one space.
func fold(text string) string {
	return strings.Join(strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127) }), " ")
}

// split takes apart what somebody types, « 12 bis rue des Lilas, 31000 Toulouse »: the street, "rue des lilas", and the number
// before it, "12 bis"; both folded, and nothing of what follows a comma.
func split(typed string) (street, number string) {
	line, _, _ := strings.Cut(typed, ",")
	words := strings.Fields(fold(line))
	n := 0
	if len(words) > 1 && words[0][0] >= '0' && words[0][0] <= '9' {
		n = 1
		if r := words[1]; len(words) > 2 && (r == "bis" || r == "ter" || r == "quater" || len(r) == 1) {
			n = 2
		}
	}
	return strings.Join(words[n:], " "), strings.Join(words[:n], " ")
}

// shortest is how much must be typed before anything is looked for.
const shortest = 3

// Find gives the addresses whose street begins as somebody typed it, and whose number does too, at most limit.
func Find(ctx context.Context, tx db.Tx, platform int64, typed string, limit int) ([]Address, error) {
	street, number := split(typed)
	if len(street) < shortest {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT a.label, a.latitude, a.longitude FROM address a WHERE a.platform = ? AND a.street >= ? AND a.street < ? AND a.number LIKE ?
		ORDER BY a.street, a.number, a.position LIMIT ?`, platform, street, street+"\U0010ffff", number+"%", limit)
	return db.Collect(rows, err, scan)
}

// Exactly gives the one address that is what somebody typed; false when there is none, or more than one.
func Exactly(ctx context.Context, tx db.Tx, platform int64, typed string) (Address, bool, error) {
	street, number := split(typed)
	rows, err := tx.Query(ctx, `SELECT a.label, a.latitude, a.longitude FROM address a WHERE a.platform = ? AND a.street = ? AND a.number = ? LIMIT 2`, platform, street, number)
	all, err := db.Collect(rows, err, scan)
	if err != nil || len(all) != 1 {
		return Address{}, false, err
	}
	return all[0], true, nil
}

func scan(r *sql.Rows, a *Address) error { return r.Scan(&a.Label, &a.Latitude, &a.Longitude) }

// Known says whether the platform has addresses at all.
func Known(ctx context.Context, tx db.Tx, platform int64) (known bool, err error) {
	if err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM address a WHERE a.platform = ?)`, platform).Scan(&known); err != nil {
		return false, fmt.Errorf("look for addresses: %w", err)
	}
	return known, nil
}

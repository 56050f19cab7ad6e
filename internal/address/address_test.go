package address_test

import (
	"context"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/address"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
)

// file is what the Base Adresse Nationale gives of a commune, in part.
const file = "\ufeffid;numero;rep;nom_voie;code_postal;nom_commune;lon;lat\n" +
	"1;12;;Rue des Lilas;31000;Toulouse;1.44;43.60\n" +
	"2;12;bis;Rue des Lilas;31000;Toulouse;1.45;43.61\n" +
	"3;120;;Rue des Lilas;31000;Toulouse;1.46;43.62\n" +
	"4;3;;Allée Jean-Jaurès;31000;Toulouse;1.47;43.63\n" +
	"5;99999;;Le Moulin d'Été;31000;Toulouse;1.48;43.64\n" +
	"6;7;;Rue sans lieu;31000;Toulouse;;\n"

func TestAddressesAreFoundAsTheyAreTyped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n, refused, err := address.Import(t.Context(), d, 1, strings.NewReader(file))
		if err != nil || n != 5 || refused != 1 {
			t.Fatalf("%d imported, %d refused, %v", n, refused, err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for typed, want := range map[string][]string{
				"rue des l":                       {"12 rue", "12 bis rue", "120 rue"},
				"12 RUE DES LILAS":                {"12 rue", "12 bis rue", "120 rue"},
				"1 rue":                           {"12 rue", "12 bis rue", "120 rue"},
				"12 bis rue des lilas":            {"12 bis rue"},
				"12 bis rue des Lilas, 31000 Tou": {"12 bis rue"},
				"3 allee":                         {"3 allée"},
				"4 allee":                         nil,
				"moulin":                          nil,
				"le moulin d'ete":                 {"le moulin"},
				"ru":                              nil,
				"%":                               nil,
			} {
				found, err := address.Find(ctx, tx, 1, typed, 8)
				if err != nil {
					return err
				}
				ok := len(found) == len(want)
				for i := 0; ok && i < len(want); i++ {
					ok = strings.HasPrefix(strings.ToLower(found[i].Label), want[i])
				}
				if !ok {
					t.Errorf("%q finds %v, want %v", typed, found, want)
				}
			}
			one, ok, err := address.Exactly(ctx, tx, 1, "12 bis rue des lilas")
			if err != nil || !ok || one.Longitude != 1.45 || one.Label != "12 bis Rue des Lilas, 31000 Toulouse" {
				t.Errorf("exactly: %+v, %v, %v", one, ok, err)
			}
			_, ok, err = address.Exactly(ctx, tx, 1, "rue des lilas")
			if ok {
				t.Error("a street is an address")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAFileThatIsNoneLeavesTheAddressesOfBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, _, err := address.Import(t.Context(), d, 1, strings.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"nothing": "", "another table": "a;b\n1;2\n", "no line": "numero;rep;nom_voie;code_postal;nom_commune;lon;lat\n"} {
			if _, _, err := address.Import(t.Context(), d, 1, strings.NewReader(text)); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			known, err := address.Known(ctx, tx, 1)
			if !known {
				t.Error("the addresses are gone")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAddressesOfAPlatformAreItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		other := strings.ReplaceAll(file, "Toulouse", "Albi")
		for platform, text := range map[int64]string{1: file, 2: other} {
			if _, _, err := address.Import(t.Context(), d, platform, strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for platform, city := range map[int64]string{1: "Toulouse", 2: "Albi"} {
				found, err := address.Find(ctx, tx, platform, "3 allee", 8)
				one, ok, err2 := address.Exactly(ctx, tx, platform, "3 allée Jean Jaurès")
				if err != nil || err2 != nil || len(found) != 1 || !ok || !strings.HasSuffix(found[0].Label, city) || !strings.HasSuffix(one.Label, city) {
					t.Errorf("%s: %v, %v, %v, %v", city, found, one, err, err2)
				}
			}
			known, err := address.Known(ctx, tx, 3)
			if known {
				t.Error("a platform without addresses has some")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

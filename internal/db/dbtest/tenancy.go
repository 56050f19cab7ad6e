package dbtest

import (
	"context"
	"errors"
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
)

// Tenancy proves that a room keeps each platform's rows to itself. Run fills two platforms with rows under the same keys
// and asks that every reading answers for its own platform as if the other were not there, and that every writing leaves
// the other's rows as they are. An exported function of the room that takes a platform and is called by none fails it.
type Tenancy struct {
	// Filled names the functions that Fill stores rows with.
	Filled []string
	// Fill stores rows on a platform: under the same keys on each, with other contents.
	Fill func(ctx context.Context, tx db.Tx, platform int64) error
	// Reads are the room's reading functions.
	Reads []Reading
	// Writes are those that change or delete, in the order in which they run on one of the platforms.
	Writes []Writing
}

// Reading calls a function that reads. Of, here and in Writing, is its name, a method's after its type: "Roll.Each".
type Reading struct {
	Of   string
	Call func(ctx context.Context, tx db.Tx, platform int64) (any, error)
}

// Writing calls a function that writes.
type Writing struct {
	Of   string
	Call func(ctx context.Context, tx db.Tx, platform int64) error
}

// Run runs the proof on both engines.
func (c Tenancy) Run(t *testing.T) {
	t.Helper()
	c.complete(t)
	Each(t, func(t *testing.T, d *db.DB) {
		const one, other, none = 1, 2, 3
		empty := c.readAll(t, d, one)
		Confined(t, d, one, "Fill", c.filling(one))
		alone := c.readAll(t, d, one)
		Confined(t, d, other, "Fill", c.filling(other))
		beside, neighbour, nobody := c.readAll(t, d, one), c.readAll(t, d, other), c.readAll(t, d, none)
		for i, r := range c.Reads {
			switch {
			case reflect.DeepEqual(alone[i], empty[i]):
				t.Errorf("%s reads the same from an empty platform, so that it proves nothing: %+v", r.Of, alone[i])
			case !reflect.DeepEqual(beside[i], alone[i]):
				t.Errorf("%s reads another platform's rows: %+v, alone %+v", r.Of, beside[i], alone[i])
			case reflect.DeepEqual(neighbour[i], beside[i]):
				t.Errorf("%s reads the same from two platforms: %+v", r.Of, neighbour[i])
			case !reflect.DeepEqual(nobody[i], empty[i]):
				t.Errorf("%s reads rows of others from an empty platform: %+v, want %+v", r.Of, nobody[i], empty[i])
			}
		}
		for _, w := range c.Writes {
			Confined(t, d, one, w.Of, func(ctx context.Context, tx db.Tx) error { return w.Call(ctx, tx, one) })
		}
	})
}

func (c Tenancy) filling(platform int64) func(context.Context, db.Tx) error {
	return func(ctx context.Context, tx db.Tx) error { return c.Fill(ctx, tx, platform) }
}

// answer is what a reading gave, its error as text: two that say the same are equal.
type answer struct {
	value any
	err   string
}

func (c Tenancy) readAll(t *testing.T, d *db.DB, platform int64) []answer {
	t.Helper()
	all := make([]answer, len(c.Reads))
	for i, r := range c.Reads {
		// Its error is part of the answer; a transaction each, since PostgreSQL's is spoilt by one.
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			all[i].value, err = r.Call(ctx, tx, platform)
			return err
		})
		if err != nil {
			all[i].err = err.Error()
		}
	}
	return all
}

// Confined runs a write on one platform, and fails when it fails, when it changes a row of another platform, or when it
// changes none at all.
func Confined(t *testing.T, d *db.DB, platform int64, what string, write func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	before := Rows(t, d)
	if err := d.Write(t.Context(), write); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	after := Rows(t, d)
	if reflect.DeepEqual(before[platform], after[platform]) {
		t.Errorf("%s changed nothing, so that it proves nothing", what)
	}
	delete(before, platform)
	delete(after, platform)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%s changed rows of another platform: %v, were %v", what, after, before)
	}
}

// Rows reads the whole database: rows by the key of their platform and by table, in the order of their keys.
func Rows(t testing.TB, d *db.DB) map[int64]map[string][][]any {
	t.Helper()
	all := map[int64]map[string][][]any{}
	err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
		tables, err := db.Tables(ctx, tx)
		for _, table := range tables {
			owner := "platform"
			if table.Name == owner {
				owner = "key"
			}
			at := slices.IndexFunc(table.Columns, func(c db.Column) bool { return c.Name == owner })
			if at < 0 {
				return errors.New("the rows of " + table.Name + " belong to no platform")
			}
			for row, err := range table.Rows(ctx, tx, nil) {
				if err != nil {
					return err
				}
				platform, _ := row[at].(int64)
				if all[platform] == nil {
					all[platform] = map[string][][]any{}
				}
				all[platform][table.Name] = append(all[platform][table.Name], row)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// complete asks that every exported function of the package under test that takes a platform is called.
func (c Tenancy) complete(t *testing.T) {
	t.Helper()
	called := map[string]bool{}
	for _, name := range c.Filled {
		called[name] = true
	}
	for _, r := range c.Reads {
		called[r.Of] = true
	}
	for _, w := range c.Writes {
		called[w.Of] = true
	}
	there := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && takesPlatform(f) {
				there[nameOf(f)] = true
			}
		}
	}
	for name := range there {
		if !called[name] {
			t.Errorf("nothing proves that %s keeps to its platform", name)
		}
	}
	for name := range called {
		if !there[name] {
			t.Errorf("%s takes no platform; these do: %v", name, slices.Sorted(maps.Keys(there)))
		}
	}
}

// takesPlatform says whether a function has a parameter "platform int64".
func takesPlatform(f *ast.FuncDecl) bool {
	for _, p := range f.Type.Params.List {
		typ, ok := p.Type.(*ast.Ident)
		if ok && typ.Name == "int64" && slices.ContainsFunc(p.Names, func(n *ast.Ident) bool { return n.Name == "platform" }) {
			return true
		}
	}
	return false
}

func nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name + "." + f.Name.Name
	}
	return f.Name.Name
}

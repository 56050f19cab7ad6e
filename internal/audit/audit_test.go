package audit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/audit"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestActsOfAPlatformAreItsOwn(t *testing.T) {
	who, keys := account.Person{ID: ids.Random(), Roles: access.Roles(0).With(access.Moderator)}, []ids.ID{ids.Random(), ids.Random()}
	dbtest.Tenancy{
		Filled: []string{"Note"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			for _, key := range keys[:platform] {
				if err := audit.Note(ctx, tx, platform, who, audit.Act{ID: key, Name: "comment_removed", Note: fmt.Sprint("Raison de ", platform)}); err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{{Of: "Acts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
			list, err := audit.Acts(ctx, tx, platform, audit.Query{Limit: 9})
			for i := range list {
				list[i].At = time.Time{}
			}
			return list, err
		}}},
	}.Run(t)
}

func TestActsAreFoundByWhoRoleActAndSubjectTheLastFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		moderator, both := account.Person{ID: ids.Random(), Roles: access.Roles(0).With(access.Moderator)}, account.Person{ID: ids.Random(), Roles: access.Roles(0).With(access.Analyst, access.Organiser)}
		subject := ids.Random()
		noon := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
		for i, one := range []struct {
			who account.Person
			act audit.Act
		}{
			{moderator, audit.Act{Name: "removed", Subject: subject}},
			{both, audit.Act{Name: "sent"}},
			{moderator, audit.Act{Name: "kept"}},
			{moderator, audit.Act{Name: "removed", Role: access.Organiser.String()}},
		} {
			if err := d.Write(db.At(t.Context(), noon.Add(time.Duration(i)*time.Minute)), func(ctx context.Context, tx db.Tx) error {
				return audit.Note(ctx, tx, 1, one.who, one.act)
			}); err != nil {
				t.Fatal(err)
			}
		}
		names := func(q audit.Query) (names string) {
			q.Limit = max(q.Limit, 2)
			var list []audit.Act
			if err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
				for { // page by page
					page, err := audit.Acts(ctx, tx, 1, q)
					list = append(list, page...)
					if err != nil || len(page) < q.Limit {
						return err
					}
					q.Before = page[len(page)-1].ID
				}
			}); err != nil {
				t.Fatal(err)
			}
			for _, a := range list {
				names += a.Name + "/" + a.Role + " "
			}
			return names
		}
		for want, q := range map[string]audit.Query{
			"removed/organiser kept/moderator sent/organiser removed/moderator ": {},
			"sent/organiser ":                      {Who: both.ID},
			"removed/organiser removed/moderator ": {Name: "removed"},
			"kept/moderator removed/moderator ":    {Role: "moderator"},
			"removed/moderator ":                   {Subject: subject},
			"":                                     {Who: moderator.ID, Subject: ids.Random()},
		} {
			if got := names(q); got != want {
				t.Errorf("%+v: %q, want %q", q, got, want)
			}
		}
	})
}

package project_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

func TestAFileOfPeopleIsReadAsPeopleWriteIt(t *testing.T) {
	for name, content := range map[string]string{
		"with semicolons, in French":        "E-mail;Rôles;Service;Catégories\nana@exemple.fr;Analyste + modération;Voirie;Mobilités | Nature\n\n",
		"with commas, in English":           "roles,email,service,categories\nanalyst+moderator, ana@exemple.fr,Voirie,Mobilités|Nature",
		"from a spreadsheet that marks it":  "\ufeffadresse\trôle\tservice\tcatégories\nana@exemple.fr\tANALYSTE|Modération\tVoirie\tMobilités+Nature\r\n",
		"with more columns than are needed": "nom;email;téléphone;rôles;service;catégories\nAna;ana@exemple.fr;01;\"analyst+moderator\";Voirie;Mobilités+Nature",
	} {
		members, err := project.ReadTeam([]byte(content))
		if err != nil || len(members) != 1 {
			t.Errorf("%s: %v, %v", name, members, err)
			continue
		}
		m := members[0]
		if m.Email != "ana@exemple.fr" || !slices.Equal(m.Roles, []access.Role{access.Analyst, access.Moderator}) || m.Service != "Voirie" || !slices.Equal(m.Categories, []string{"Mobilités", "Nature"}) {
			t.Errorf("%s: %+v", name, m)
		}
	}
	for content, want := range map[string]string{
		"":                                  "fault.team.empty team",
		"email;rôles\n\xff;analyste":        "fault.team.format team",
		"email;rôles\n\"ana;analyste":       "fault.team.format team",
		"nom;rôles\nAna;analyste":           "fault.team.columns team",
		"email;rôles\nana;analyste":         "fault.team.email team",
		"email;rôles\nana@exemple.fr;maire": "fault.team.role team",
		"email;rôles\nana@exemple.fr;":      "fault.team.no_role team",
		"email;rôles;service\nana@exemple.fr;analyste;" + strings.Repeat("x", 200): "fault.team.service team",
	} {
		if _, err := project.ReadTeam([]byte(content)); !slices.Contains(faultsOf(err), want) {
			t.Errorf("%q: %v, want %s", content, faultsOf(err), want)
		}
	}
}

func TestPeopleOfAFileAreInvitedOnceAndNobodyRaisesThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		file := []byte("email;rôles;service;catégories\nana@exemple.fr;analyste;Voirie;Mobilités\npaul@exemple.fr;accueil+analyste;Voirie;Nature\n")
		for i, want := range []int{2, 0} {
			if n, err := o.AddTeam(ctx, o.of, claire, i18n.FR, file); err != nil || n != want {
				t.Errorf("the file, time %d: %d invited, %v", i+1, n, err)
			}
		}
		if n, err := o.AddTeam(ctx, o.of, claire, i18n.FR, []byte("email;rôles\nANA@exemple.fr;modération")); err != nil || n != 1 {
			t.Errorf("another role: %d invited, %v", n, err)
		}
		holders, services, err := o.Team(ctx, o.of, claire)
		if err != nil {
			t.Fatal(err)
		}
		if len(holders) != 2 || !holders[0].Roles.Has(access.Analyst) || !holders[0].Roles.Has(access.Moderator) || holders[0].Proved {
			t.Errorf("holders %+v", holders)
		}
		if len(services) != 1 || services[0].Name != "Voirie" || !slices.Equal(services[0].Categories, []string{"Mobilités", "Nature"}) || len(services[0].Members) != 2 {
			t.Errorf("services %+v", services)
		}
		before := len(dbtest.Rows(t, d)[o.of.Key]["role_given"])
		for _, role := range []string{"organisation", "administration"} {
			if _, err := o.AddTeam(ctx, o.of, claire, i18n.FR, []byte("email;rôles\nclaire@exemple.fr;"+role)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("an organiser gives %s: %v", role, err)
			}
		}
		if after := len(dbtest.Rows(t, d)[o.of.Key]["role_given"]); after != before {
			t.Errorf("%d roles were given", after-before)
		}
		admin := account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(access.Administrator)}
		if n, err := o.AddTeam(ctx, o.of, admin, i18n.FR, []byte("email;rôles\nclaire@exemple.fr;organisation")); err != nil || n != 1 {
			t.Errorf("an administrator: %d, %v", n, err)
		}
		if _, err := o.AddTeam(ctx, o.of, account.Person{ID: ids.Random(), Proved: true, Roles: access.Roles(0).With(access.Elected)}, i18n.FR, file); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an elected person: %v", err)
		}
	})
}

func TestAListIsReplacedAndComparedAsAddressesAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := organise(t, d)
		ctx := t.Context()
		slug := o.published(project.ModelUniversity).Slug
		for _, c := range []struct {
			content string
			count   int
			bad     []string
		}{
			{"Adresses\nAna@Exemple.fr\nana@exemple.fr;deux fois\npaul@exemple.fr\n", 2, nil},
			{"eve@exemple.fr", 1, nil},
			{"eve@exemple.fr\npaul", 1, []string{"fault.team.email list"}},
			{"Adresses\n", 1, []string{"fault.team.empty list"}},
		} {
			if got := faultsOf(o.SetList(ctx, o.of, claire, slug, []byte(c.content))); !slices.Equal(got, c.bad) {
				t.Errorf("%q: %v", c.content, got)
			}
			if n := o.edition(slug).Admitted; n != c.count {
				t.Errorf("after %q there are %d", c.content, n)
			}
		}
		err := d.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			for key, want := range map[string]bool{"eve@exemple.fr": true, "paul@exemple.fr": false} {
				if on, err := project.OnList(ctx, tx, o.of.Key, o.edition(slug).Project.ID, []string{key}); err != nil || on[key] != want {
					t.Errorf("%s is on the list: %v, %v", key, on, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

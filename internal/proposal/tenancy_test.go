package proposal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
)

// everything is all that a list can bring.
var everything = proposal.With{Card: true, Rest: true, Texts: true, Author: true, District: true, Category: true}

func TestProposalsOfAPlatformAreItsOwn(t *testing.T) {
	edition, vote, results, deposit := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	author, district, category := ids.Random(), ids.Random(), ids.Random()
	keys := []ids.ID{ids.Random(), ids.Random(), ids.Random()}
	pictures := []ids.ID{ids.Random(), ids.Random()} // of the first platform and of the second
	tags := []proposal.Tag{{Kind: proposal.TagDistrict, Slug: "centre"}}
	names := func(platform int64) []proposal.Facet {
		return []proposal.Facet{{Tag: tags[0], Name: fmt.Sprint("Centre de ", platform), Sort: []byte{1}}}
	}
	query := proposal.ListQuery{Step: vote, Author: author, Within: &proposal.Frame{South: 43, West: 1, North: 44, East: 2}, Order: proposal.ByVotes, With: everything, Limit: 10}
	dbtest.Tenancy{
		Filled: []string{"Insert", "Select", "KeepFacets", "Follow"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			of := func(what string) string { return fmt.Sprint(what, " de ", platform) }
			var list []proposal.Proposal
			var selections []proposal.Selection
			var all [][]proposal.Tag
			for i := range 1 + int(platform) { // one more on the second, so that counts differ too
				p := proposal.Proposal{ID: keys[i], Project: edition, Number: i + 1, Reference: fmt.Sprint("R", i), Slug: "un-banc", Title: of("Un banc"), Body: of("Texte"), Cost: 100 * platform,
					District: district, Category: category, Author: author, Picture: pictures[platform-1], Place: &proposal.Place{Latitude: 43.6 + float64(platform)/100, Longitude: 1.4},
					CreatedAt: time.UnixMicro(1), PublishedAt: time.UnixMicro(platform), UpdatedAt: time.UnixMicro(1)}
				list = append(list, p)
				for _, step := range []ids.ID{deposit, vote} {
					s := proposal.Selection{Step: step, Proposal: p.ID, Number: p.Number, Cost: p.Cost, PublishedAt: p.PublishedAt, Shuffle: 7}
					if step == vote {
						s.Votes, s.Points = 10*platform, 30*platform
					}
					selections, all = append(selections, s), append(all, tags)
				}
			}
			for _, err := range []error{
				project.Insert(ctx, tx, platform, project.Project{ID: edition, Slug: "budget", State: project.Published, CreatedAt: time.UnixMicro(1)}),
				project.InsertSteps(ctx, tx, platform, []project.Step{{ID: deposit, Project: edition, Kind: project.Collect}, {ID: vote, Project: edition, Position: 1, Kind: project.Vote}, {ID: results, Project: edition, Position: 2, Kind: project.Result}}),
				project.InsertDistricts(ctx, tx, platform, edition, []project.District{{ID: district, Slug: "centre", Name: of("Centre"), Sort: []byte{1}}}),
				project.InsertCategories(ctx, tx, platform, []project.Category{{ID: category, Project: edition, Kind: "category", Slug: "rue", Name: of("La rue"), Sort: []byte{1}}}),
				account.Insert(ctx, tx, platform, []account.Account{{ID: author, Name: of("Une habitante"), Kind: account.Resident, Slug: "habitante", CreatedAt: time.UnixMicro(1)}}),
				proposal.Insert(ctx, tx, platform, list),
				proposal.Select(ctx, tx, platform, selections, all),
				proposal.KeepFacets(ctx, tx, platform, vote, names(platform)),
				followed(ctx, tx, platform, keys[0], author, of("Un banc")),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "OfProject", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.OfProject(ctx, tx, platform, edition)
			}},
			{Of: "Similar", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Similar(ctx, tx, platform, "Les bancs", 10)
			}},
			{Of: "Versions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Versions(ctx, tx, platform, keys[0])
			}},
			{Of: "Following", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				n, follows, err := proposal.Following(ctx, tx, platform, keys[0], author)
				return []any{n, follows}, err
			}},
			{Of: "Followed", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Followed(ctx, tx, platform, author, 10)
			}},
			{Of: "List", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.List(ctx, tx, platform, query)
			}},
			{Of: "Choose", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				c, err := proposal.Choose(ctx, tx, platform, proposal.Choice{Project: edition, Step: vote, Tags: tags, Text: "bancs texte"})
				if err != nil {
					return nil, err
				}
				list, err := proposal.List(ctx, tx, platform, proposal.ListQuery{Step: vote, Among: &c, Order: proposal.ByRelevance, Limit: 10})
				return []any{c.Facets, c.Words, list}, err
			}},
			{Of: "Lists", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				q := query
				q.Order, q.Seed = proposal.ByRandom, 5
				return proposal.Lists(ctx, tx, platform, []ids.ID{vote, deposit}, q)
			}},
			{Of: "Counts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Counts(ctx, tx, platform, []ids.ID{vote, deposit}, query)
			}},
			{Of: "Facets", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Facets(ctx, tx, platform, vote)
			}},
			{Of: "Numbered", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				p, _, err := proposal.Numbered(ctx, tx, platform, edition, 1)
				return p, err
			}},
			{Of: "Authored", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Authored(ctx, tx, platform, keys[0])
			}},
			{Of: "NextNumber", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.NextNumber(ctx, tx, platform, edition)
			}},
			{Of: "CountByTopic", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.CountByTopic(ctx, tx, platform, edition, proposal.TagCategory)
			}},
			{Of: "Numbers", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Numbers(ctx, tx, platform, edition, []int{1})
			}},
			{Of: "Choosables", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.Choosables(ctx, tx, platform, vote, true, true)
			}},
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.ByIDs(ctx, tx, platform, keys[:1])
			}},
			{Of: "ShowsPicture", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				first, err := proposal.ShowsPicture(ctx, tx, platform, pictures[0])
				if err != nil {
					return nil, err
				}
				second, err := proposal.ShowsPicture(ctx, tx, platform, pictures[1])
				return []bool{first, second}, err
			}},
			{Of: "SelectionsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.SelectionsOf(ctx, tx, platform, keys[:1])
			}},
			{Of: "TagsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return proposal.TagsOf(ctx, tx, platform, vote, keys[:1])
			}},
			{Of: "Spots", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				spots, _, err := proposal.Spots(ctx, tx, platform, query, 0.1, 0.1, 100)
				return spots, err
			}},
			{Of: "Extent", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				f, _, err := proposal.Extent(ctx, tx, platform, vote)
				return f, err
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "AddTotals", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.AddTotals(ctx, tx, platform, vote, map[int]proposal.Total{1: {Votes: -1, Points: 3}})
			}},
			{Of: "CopyCounts", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.CopyCounts(ctx, tx, platform, vote, []ids.ID{deposit})
			}},
			{Of: "KeepFacets", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.KeepFacets(ctx, tx, platform, vote, names(70))
			}},
			{Of: "Promote", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				n, err := proposal.Promote(ctx, tx, platform, vote, results, keys[:1], proposal.StatusWinner)
				if n != 1 {
					t.Errorf("%d were promoted", n)
				}
				return err
			}},
			{Of: "Promote", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				_, err := proposal.Promote(ctx, tx, platform, vote, results, nil, proposal.StatusWinner)
				return err
			}},
			{Of: "Enter", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.Enter(ctx, tx, platform, vote, 9, names(80))
			}},
			{Of: "Leave", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.Leave(ctx, tx, platform, vote, 9, names(80))
			}},
			{Of: "Reindex", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				p, _, err := proposal.Numbered(ctx, tx, platform, edition, 1)
				if err != nil {
					return err
				}
				now := p
				now.Title = "Une fontaine"
				return proposal.Reindex(ctx, tx, platform, p, now)
			}},
			{Of: "Publish", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				p := proposal.Proposal{ID: keys[2], Project: edition, Number: 9, Slug: "x", Title: "Un kiosque", Author: author, PublishedAt: time.UnixMicro(1), CreatedAt: time.UnixMicro(1)}
				return proposal.Publish(ctx, tx, platform, vote, p, names(90), proposal.Version{Title: p.Title})
			}},
			{Of: "Change", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				was, err := proposal.Authored(ctx, tx, platform, keys[0])
				if err != nil {
					return err
				}
				now := was
				now.Title = "Un abri"
				return proposal.Change(ctx, tx, platform, was, now, names(90), proposal.Version{Title: now.Title})
			}},
			{Of: "AddTo", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.AddTo(ctx, tx, platform, vote, results, []proposal.Settled{{Proposal: keys[0], Cost: 7}}, proposal.StatusVoted)
			}},
			{Of: "RemoveFrom", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.RemoveFrom(ctx, tx, platform, results, keys[:1])
			}},
			{Of: "FollowTogether", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.FollowTogether(ctx, tx, platform, keys[:1], deposit)
			}},
			{Of: "NameFacets", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				named := names(95)
				return proposal.NameFacets(ctx, tx, platform, edition, named)
			}},
			{Of: "MergeTopic", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				now := proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagCategory, Slug: "place"}, Name: "La place", Sort: []byte{2}}
				return proposal.MergeTopic(ctx, tx, platform, edition, proposal.TagCategory, category, ids.Random(), "rue", now)
			}},
			{Of: "TakeOut", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				p, _, err := proposal.Numbered(ctx, tx, platform, edition, 1)
				if err != nil {
					return err
				}
				return proposal.TakeOut(ctx, tx, platform, p, proposal.Invisible, "Injures", time.UnixMicro(1))
			}},
			{Of: "Rewrite", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				p, _, err := proposal.Numbered(ctx, tx, platform, edition, 1)
				if err != nil {
					return err
				}
				_, err = proposal.Rewrite(ctx, tx, platform, p, strings.ToUpper, time.UnixMicro(1))
				return err
			}},
			{Of: "PutBack", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				p, _, err := proposal.Numbered(ctx, tx, platform, edition, 1)
				if err != nil {
					return err
				}
				return proposal.PutBack(ctx, tx, platform, p, names(platform))
			}},
			{Of: "MoveDistrict", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return proposal.MoveDistrict(ctx, tx, platform, edition, district, ids.Random())
			}},
		},
	}.Run(t)
}

// followed stores a version of a proposal, and somebody who follows it; on the second platform more of them.
func followed(ctx context.Context, tx db.Tx, platform int64, key, author ids.ID, title string) error {
	followers := []ids.ID{author, ids.Random()}
	if platform > 1 {
		followers[0] = ids.Random()
		followers = append(followers, ids.Random())
	}
	for _, f := range followers {
		if err := proposal.Follow(ctx, tx, platform, key, f, time.UnixMicro(1), false); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO proposal_version (platform, proposal, version, body, at) VALUES (?, ?, 1, ?, 1)`, platform, key, `{"title":"`+title+`"}`)
	return err
}

func TestDraftsAndHiddenEditionsAreNotRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shown, hidden := ids.Random(), ids.Random()
		published := func(of ids.ID, number int, at time.Time) proposal.Proposal {
			return proposal.Proposal{ID: ids.Random(), Project: of, Number: number, Slug: "x", Title: "Un banc", Author: ids.Random(), PublishedAt: at, CreatedAt: time.UnixMicro(1)}
		}
		list := []proposal.Proposal{published(shown, 1, time.UnixMicro(1)), published(shown, 2, time.Time{}), published(hidden, 1, time.UnixMicro(1))}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for id, state := range map[ids.ID]project.State{shown: project.Published, hidden: project.Importing} {
				if err := project.Insert(ctx, tx, 1, project.Project{ID: id, Slug: string(state), State: state, CreatedAt: time.UnixMicro(1)}); err != nil {
					return err
				}
			}
			return proposal.Insert(ctx, tx, 1, list)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for i, p := range list {
				_, ok, err := proposal.Numbered(ctx, tx, 1, p.Project, p.Number)
				if err != nil || ok != (i == 0) {
					t.Errorf("proposal %d is found: %v, %v", i, ok, err)
				}
			}
			found, err := proposal.ByIDs(ctx, tx, 1, []ids.ID{list[0].ID, list[1].ID, list[2].ID, ids.Random()})
			if len(found) != 1 || found[0].ID != list[0].ID {
				t.Errorf("found %+v", found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestKeysOfPagesComeBackFromAddresses(t *testing.T) {
	for _, k := range []proposal.Key{{}, {Value: 12, Number: 7}, {Value: -5, Number: 1}, {Value: 1<<63 - 1, Number: 1 << 40}} {
		if back, err := proposal.ParseKey(k.String()); err != nil || back != k {
			t.Errorf("%s comes back as %s: %v", k, back, err)
		}
	}
	for _, s := range []string{"", "1", ".", "1.", ".1", "a.1", "1.b", "1.2.3", "99999999999999999999.1"} {
		if k, err := proposal.ParseKey(s); err == nil {
			t.Errorf("%q is read as %s", s, k)
		}
	}
}

func TestFacetsKeepWhatTheListsGive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := fill(t, d, 60)
		var names []proposal.Facet
		for i := range 4 { // nobody holds d3
			names = append(names, proposal.Facet{Tag: proposal.Tag{Kind: proposal.TagDistrict, Slug: fmt.Sprint("d", i)}, Name: fmt.Sprint("Quartier ", i), Sort: []byte{byte(9 - i)}})
		}
		var facets []proposal.Facet
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) (err error) {
			if err := proposal.KeepFacets(ctx, tx, 1, s.step, names); err != nil {
				return err
			}
			facets, err = proposal.Facets(ctx, tx, 1, s.step)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range facets {
			got = append(got, f.Slug)
			if want := len(s.want(proposal.ByNumber, false, 0, []proposal.Tag{f.Tag})); f.Proposals != want {
				t.Errorf("%s has %d, %d are listed", f.Slug, f.Proposals, want)
			}
		}
		if diff := cmp.Diff([]string{"d2", "d1", "d0"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

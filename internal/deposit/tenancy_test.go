package deposit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

func TestDepositsOfAPlatformAreItsOwn(t *testing.T) {
	edition, step, author, key := ids.Random(), ids.Random(), ids.Random(), ids.Random()
	pictures := []ids.ID{ids.Random(), ids.Random()} // of the first platform and of the second
	dbtest.Tenancy{
		Filled: []string{"SetForm", "SetCharter"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			of := func(what string) string { return fmt.Sprint(what, " de ", platform) }
			for _, err := range []error{
				project.Insert(ctx, tx, platform, project.Project{ID: edition, Slug: budget, State: project.Published, Origin: project.OfCity}),
				project.InsertSteps(ctx, tx, platform, []project.Step{{ID: step, Project: edition, Kind: project.Collect, Title: of("Dépôt")}}),
				project.InsertCategories(ctx, tx, platform, []project.Category{{ID: key, Project: edition, Kind: "category", Slug: "nature", Name: of("Nature"), Sort: []byte{1}}}),
				deposit.SetForm(ctx, tx, platform, step, deposit.Form{Summary: deposit.Optional, Body: deposit.Absent, Category: deposit.Absent, Theme: deposit.Absent,
					District: deposit.Absent, Place: deposit.Absent, Cost: deposit.Absent, Picture: deposit.Absent,
					Questions: []deposit.Question{{Key: "q", Kind: deposit.ShortText, Need: deposit.Optional, Label: rulebook.Text{FR: of("Pourquoi")}}}}),
				second(deposit.SetCharter(ctx, tx, platform, rulebook.Text{FR: of("La charte")})),
				deposited(ctx, tx, platform, key, author, pictures[platform-1], of("Un banc")),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "FormOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.FormOf(ctx, tx, platform, step)
			}},
			{Of: "CharterOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.CharterOf(ctx, tx, platform)
			}},
			{Of: "DepositOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				d, _, err := deposit.DepositOf(ctx, tx, platform, key)
				return d, err
			}},
			{Of: "FacetsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.FacetsOf(ctx, tx, platform, proposal.Proposal{Project: edition, Category: key})
			}},
			{Of: "DepositsBy", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.DepositsBy(ctx, tx, platform, author, 10)
			}},
			{Of: "FileOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.FileOf(ctx, tx, platform, key, "plan")
			}},
			{Of: "OwnsPicture", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				first, err := deposit.OwnsPicture(ctx, tx, platform, author, pictures[0])
				if err != nil {
					return nil, err
				}
				second, err := deposit.OwnsPicture(ctx, tx, platform, author, pictures[1])
				return []bool{first, second}, err
			}},
			{Of: "OwnsPaperPicture", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				first, err := deposit.OwnsPaperPicture(ctx, tx, platform, agent(access.Organiser), pictures[0])
				if err != nil {
					return nil, err
				}
				second, err := deposit.OwnsPaperPicture(ctx, tx, platform, agent(access.Organiser), pictures[1])
				return []bool{first, second}, err
			}},
			{Of: "PaperDeposits", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.PaperDeposits(ctx, tx, platform, agent(access.Organiser), key, 0, 10)
			}},
			{Of: "ClaimsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.ClaimsOf(ctx, tx, platform, account.Person{Email: "ana@exemple.fr", Proved: true})
			}},
			{Of: "ClaimOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return deposit.ClaimOf(ctx, tx, platform, account.Person{Email: "ana@exemple.fr", Proved: true}, key)
			}},
		},
		Writes: []dbtest.Writing{{Of: "Rewrite", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
			_, err := deposit.Rewrite(ctx, tx, platform, proposal.Proposal{ID: key, Project: edition}, func(text string) string { return strings.ReplaceAll(text, "banc", "…") }, time.UnixMicro(1))
			return err
		}}},
	}.Run(t)
}

// deposited stores what a proposal was made of, and a file.
func deposited(ctx context.Context, tx db.Tx, platform int64, key, author, picture ids.ID, title string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO deposit (platform, id, project, step, participant, proposal, body, picture, charter, withdrawn, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, 1, 1)`,
		platform, key, key, key, author, key, `{"title":"`+title+`"}`, picture, false); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO paper_deposit (platform, deposit, project, agent, reference, reference_key, email, email_key, state, created_at) VALUES (?, ?, ?, ?, ?, 'A', 'ana@exemple.fr', 'ana@exemple.fr', '', 1)`,
		platform, key, key, author, title); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO deposit_file (platform, deposit, question, name, mime, content, created_at) VALUES (?, ?, 'plan', ?, '', ?, 1)`, platform, key, title, []byte(title))
	return err
}

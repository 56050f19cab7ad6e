package discussion_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/discussion"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/proposal"
)

func TestWhatIsSaidOnAPlatformIsItsOwn(t *testing.T) {
	subject, author, edition := ids.Random(), ids.Random(), ids.Random()
	keys := []ids.ID{ids.Random(), ids.Random(), ids.Random(), ids.Random()}
	whole := func(i int) discussion.Comment {
		return discussion.Comment{ID: keys[i], Kind: discussion.OnProposal, Subject: subject, Project: edition}
	}
	dbtest.Tenancy{
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			of := func(what string) string { return fmt.Sprint(what, " de ", platform) }
			var rows, questions [][]any
			for i := range 2 + int(platform) {
				parent := ids.ID{}
				if i == 1 {
					parent = keys[0]
				}
				questions = append(questions, []any{platform, keys[i], subject, edition, true, "author", "city", int64(i), platform})
				rows = append(rows, []any{platform, keys[i], "proposal", subject, edition, parent, author, of("Un mot"), int64(i), 0, "", "", 0})
			}
			for _, err := range []error{
				account.Insert(ctx, tx, platform, []account.Account{{ID: author, Name: of("Léa"), Kind: account.Resident, Slug: "lea", CreatedAt: time.UnixMicro(1)}}),
				db.Insert(ctx, tx, "comment", []string{"platform", "id", "kind", "subject", "project", "parent", "author", "body", "published_at", "edited_at", "trashed", "trashed_reason", "trashed_at"}, rows),
				db.Insert(ctx, tx, "comment_count", []string{"platform", "subject", "shown"}, [][]any{{platform, subject, 2 + platform}}),
				db.Insert(ctx, tx, "comment_rule", []string{"platform", "project", "until", "reason", "changed_at"}, [][]any{{platform, edition, "always", of("Parce que"), platform}}),
				db.Insert(ctx, tx, "question", []string{"platform", "id", "proposal", "project", "public", "asked_by", "waits_for", "asked_at", "moved_at"}, questions),
				db.Insert(ctx, tx, "author_message", []string{"platform", "id", "project", "sender", "subject", "body", "filter", "people", "sent_at"}, [][]any{{platform, keys[0], edition, author, of("Objet"), "", "{}", 1, 1}}),
				db.Insert(ctx, tx, "comment_draft", []string{"platform", "participant", "subject", "parent", "name", "body", "updated_at"}, [][]any{{platform, author, subject, nil, "", of("Un brouillon"), platform}}),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		},
		Reads: []dbtest.Reading{
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.ByIDs(ctx, tx, platform, keys[:1])
			}},
			{Of: "One", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.One(ctx, tx, platform, subject, keys[1])
			}},
			{Of: "RootOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.RootOf(ctx, tx, platform, subject, keys[1])
			}},
			{Of: "Waiting", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.Waiting(ctx, tx, platform, discussion.WaitingQuery{Project: edition, Limit: 9})
			}},
			{Of: "CountWaiting", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.CountWaiting(ctx, tx, platform)
			}},
			{Of: "Letters", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.Letters(ctx, tx, platform, edition, 9)
			}},
			{Of: "List", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.List(ctx, tx, platform, discussion.Query{Subject: subject, Limit: 9})
			}},
			{Of: "Answers", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.Answers(ctx, tx, platform, subject, keys[:1])
			}},
			{Of: "Counts", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.Counts(ctx, tx, platform, []ids.ID{subject})
			}},
			{Of: "RuleOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return discussion.RuleOf(ctx, tx, platform, edition)
			}},
			{Of: "DraftOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				d, _, err := discussion.DraftOf(ctx, tx, platform, author, subject)
				return d, err
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "Rewrite", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				c := whole(0)
				c.Body = fmt.Sprint("Un mot de ", platform)
				return discussion.Rewrite(ctx, tx, platform, c, "Autre chose", time.UnixMicro(5))
			}},
			{Of: "TakeOut", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return discussion.TakeOut(ctx, tx, platform, whole(0), proposal.Invisible, "Injures", time.UnixMicro(5))
			}},
			{Of: "PutBack", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return discussion.PutBack(ctx, tx, platform, whole(0))
			}},
		},
	}.Run(t)
}

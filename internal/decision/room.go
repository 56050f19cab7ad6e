package decision

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// Room is what the account room does here when somebody proves an address, asks for their data, or asks to be forgotten.
func Room() account.Room {
	return account.Room{Name: "decisions", Merge: hand, Forget: forget, Export: export}
}

// EditionPart is what this room keeps of editions.
func EditionPart() project.Part {
	return project.Part{Discard: func(ctx context.Context, tx db.Tx, platform int64, e project.Edition) error {
		return discardOf(ctx, tx, platform, e.Project.ID)
	}}
}

// Own is an appeal of a person, for the file that they ask for.
type Own struct {
	Proposal ids.ID `json:"proposal"`
	Body     string `json:"body"`
	SentAt   string `json:"sent_at"`
	Result   Result `json:"result,omitempty"`
	Answer   string `json:"answer,omitempty"`
}

func export(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error) {
	list, err := ofPerson(ctx, tx, platform, person)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	own := make([]Own, len(list))
	for i, a := range list {
		own[i] = Own{a.Proposal, a.Body, a.SentAt.Format(time.RFC3339), a.Result, a.Answer}
	}
	return own, nil
}

func forget(ctx context.Context, tx db.Tx, platform int64, person ids.ID, _ bool) error {
	return unwrite(ctx, tx, platform, person)
}

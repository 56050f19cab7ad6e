// Package notify tells people what happened: for now by e-mail, written in their language and sent from the outbox.
package notify

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
)

// Mail is an e-mail to one person. Its words are the translations mail.KIND.subject and mail.KIND.body (paragraphs apart
// by an empty line), which take Args and Platform, the platform's name; mail.KIND.action names the link, when Path is set.
type Mail struct {
	To   string         `json:"to"`   // the address
	Name string         `json:"name"` // of the person; may be empty
	Lang i18n.Lang      `json:"lang"`
	Kind string         `json:"kind"` // "code", "vote_cast", …
	Args map[string]any `json:"args,omitempty"`
	Path string         `json:"path,omitempty"` // of the platform, where the one link leads; without a language's prefix
	// List names the subscription that it is sent under; empty for what a person asked for or must know, which has no
	// way to unsubscribe.
	List   string `json:"list,omitempty"`
	Person ids.ID `json:"person"` // the participant; zero when there is none
}

// Job is the kind of job that sends a Mail.
const Job = "mail"

// gather is how long an e-mail of a list waits for others of the same, to go as one.
const gather = 5 * time.Minute

// Queue writes an e-mail into the outbox, in the transaction of what it tells. Those of one list to one person that fall
// within a few minutes become one. Somebody without an address is told nothing.
func Queue(ctx context.Context, tx db.Tx, platform int64, m Mail) error {
	if m.To == "" {
		return nil
	}
	if m.List != "" && !m.Person.IsZero() {
		return jobs.AddTo(ctx, tx, platform, Job, m.bundle(), m, tx.Now().Add(gather))
	}
	if m.Kind == Code { // somebody waits for it: it does not stand behind thousands of others
		return jobs.AddTo(ctx, tx, platform, Job, urgent+m.To+"/"+ids.Random().String(), m, time.Time{})
	}
	return jobs.Add(ctx, tx, platform, Job, m, time.Time{})
}

// urgent begins the bundles that jobs take apart from others.
const urgent = "now/"

// Code is the kind of e-mails that bring a code. Each goes alone: two may be asked for one address by two people.
const Code = "code"

// QueueAll is Queue for several e-mails that go at once, each alone.
func QueueAll(ctx context.Context, tx db.Tx, platform int64, mails []Mail) error {
	var bodies []any
	for _, m := range mails {
		if m.To != "" {
			bodies = append(bodies, m)
		}
	}
	return jobs.AddAll(ctx, tx, platform, Job, bodies, time.Time{})
}

// QueueList is Queue for e-mails of one list to many people.
func QueueList(ctx context.Context, tx db.Tx, platform int64, mails []Mail) error {
	var bundles []string
	var bodies []any
	for _, m := range mails {
		if m.To != "" {
			bundles, bodies = append(bundles, m.bundle()), append(bodies, m)
		}
	}
	return jobs.AddEach(ctx, tx, platform, Job, bundles, bodies, tx.Now().Add(gather))
}

// bundle is what the e-mails of its list to its person that wait are sent with.
func (m Mail) bundle() string { return "mail/" + m.List + "/" + m.Person.String() }

package account_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

func TestAccountsOfAPlatformAreItsOwn(t *testing.T) {
	id := ids.Random()
	dbtest.Tenancy{
		Filled: []string{"Insert", "Give", "Trust", "Log", "Stage", "StageAll", "Absent", "SetBar", "SetDomains"},
		Fill: func(ctx context.Context, tx db.Tx, platform int64) error {
			if err := account.Trust(ctx, tx, platform, fmt.Sprintf("192.0.%d.0/24", platform), "École", id); err != nil {
				return err
			}
			if _, err := account.Stage(ctx, tx, platform, account.Person{Email: "nadia@parvis.invalid", Kind: account.Resident, Language: "fr"}, []access.Role{access.Moderator}); err != nil {
				return err
			}
			if err := account.StageAll(ctx, tx, platform, []account.Person{{Kind: account.Resident}, {Kind: account.Resident}}); err != nil { // none has an address
				return err
			}
			if err := account.Log(ctx, tx, platform, id, id, account.ActFound, fmt.Sprint("à l'accueil de ", platform)); err != nil {
				return err
			}
			if err := account.SetBar(ctx, tx, platform, id, account.Bar{Until: time.UnixMicro(1000 + platform), Reason: "insult", Act: id}); err != nil {
				return err
			}
			if err := account.SetDomains(ctx, tx, platform, account.Domains{Refused: []string{fmt.Sprintf("jetable%d.fr", platform)}}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO contribution_trace (platform, id, participant, act, subject, network, at)
				SELECT q.platform, ?, q.id, 'deposit', ?, ?, 5 FROM participant q WHERE q.platform = ? AND q.email_key = 'nadia@parvis.invalid'`, id, id, fmt.Sprint("hash of ", platform), platform); err != nil {
				return err
			}
			for range platform { // the ids are the platform's own
				if _, err := account.Absent(ctx, tx, platform, i18n.FR); err != nil {
					return err
				}
			}
			if platform == 1 { // the other has neither password, factor nor session
				for _, insert := range []string{
					`INSERT INTO participant (platform, id, email, email_key, proved_at, password, name, kind, language, postcode, state, created_at)
						VALUES (?, ?, 'ana@exemple.fr', 'ana@exemple.fr', 1, 'hash', '', 'resident', 'fr', '', '', 1)`,
					`INSERT INTO factor (platform, participant, secret, confirmed_at, last_step) VALUES (?, ?, 'secret', 1, 0)`,
					`INSERT INTO email_change (platform, participant, email, email_key, counts_at) VALUES (?, ?, 'anna@exemple.fr', 'anna@exemple.fr', 1)`,
				} {
					if _, err := tx.Exec(ctx, insert, platform, id); err != nil {
						return err
					}
				}
				if _, err := tx.Exec(ctx, `INSERT INTO data_request (platform, id, participant, keep, asked_at, answered_at) VALUES (?, ?, ?, ?, 1, 0)`, platform, id, id, true); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO session (platform, token, participant, agent, factor_at, idle, created_at, seen_at, expires_at)
					VALUES (?, ?, ?, 'browser', 0, 0, 1, 1, ?)`, platform, []byte("token"), id, int64(1)<<60); err != nil {
					return err
				}
			}
			if _, err := account.Give(ctx, tx, platform, "agent@exemple.fr", i18n.FR, []access.Role{access.Analyst, access.Organiser}, id); err != nil {
				return err
			}
			return account.Insert(ctx, tx, platform, []account.Account{
				{ID: id, Name: fmt.Sprint("Habitante de ", platform), Kind: account.Resident, Slug: "habitante", CreatedAt: time.UnixMicro(platform)}})
		},
		Reads: []dbtest.Reading{
			{Of: "ByIDs", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.ByIDs(ctx, tx, platform, []ids.ID{id})
			}},
			{Of: "BySlug", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				a, _, err := account.BySlug(ctx, tx, platform, "habitante")
				return a, err
			}},
			{Of: "Reachable", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Reachable(ctx, tx, platform, []ids.ID{id})
			}},
			{Of: "Trusted", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Trusted(ctx, tx, platform, netip.MustParseAddr("192.0.1.1"))
			}},
			{Of: "TrustedPlaces", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.TrustedPlaces(ctx, tx, platform)
			}},
			{Of: "BarOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				b, _, err := account.BarOf(ctx, tx, platform, id, time.UnixMicro(1))
				return b, err
			}},
			{Of: "DomainsOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.DomainsOf(ctx, tx, platform)
			}},
			{Of: "Traces", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Traces(ctx, tx, platform, time.UnixMicro(1), 10)
			}},
			{Of: "HasPassword", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.HasPassword(ctx, tx, platform, id)
			}},
			{Of: "HasFactor", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.HasFactor(ctx, tx, platform, id)
			}},
			{Of: "ByID", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				p, _, err := account.ByID(ctx, tx, platform, id)
				return p, err
			}},
			{Of: "Assistances", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Assistances(ctx, tx, platform)
			}},
			{Of: "CorrectionOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				c, _, err := account.CorrectionOf(ctx, tx, platform, id)
				return c, err
			}},
			{Of: "Requests", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Requests(ctx, tx, platform, 10)
			}},
			{Of: "RequestOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				r, _, err := account.RequestOf(ctx, tx, platform, id)
				return r, err
			}},
			{Of: "Sessions", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Sessions(ctx, tx, platform, id, "")
			}},
			{Of: "AssistanceOf", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				log, err := account.AssistanceOf(ctx, tx, platform, id)
				for i := range log {
					log[i].AgentName += fmt.Sprint(log[i].At.UnixMicro())
				}
				return log, err
			}},
			{Of: "OfAddress", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				p, _, err := account.OfAddress(ctx, tx, platform, "nadia@parvis.invalid")
				return p, err
			}},
			{Of: "Holders", Call: func(ctx context.Context, tx db.Tx, platform int64) (any, error) {
				return account.Holders(ctx, tx, platform)
			}},
		},
		Writes: []dbtest.Writing{
			{Of: "LiftBar", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return account.LiftBar(ctx, tx, platform, id, id)
			}},
			{Of: "House", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				_, err := account.House(ctx, tx, platform, "Ici")
				return err
			}},
			{Of: "Appear", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return account.Appear(ctx, tx, platform, id, "Un autre nom", account.Association, time.UnixMicro(1))
			}},
			{Of: "Absorb", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return account.Absorb(ctx, tx, platform, id, ids.Random())
			}},
			{Of: "Dissolve", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return account.Dissolve(ctx, tx, platform, absentOf(ctx, t, tx))
			}},
			{Of: "Distrust", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				return account.Distrust(ctx, tx, platform, "192.0.1.0/24")
			}},
			{Of: "Grant", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				all, err := account.Holders(ctx, tx, platform)
				if err != nil {
					return err
				}
				return account.Grant(ctx, tx, platform, []ids.ID{all[0].ID}, access.Partner, id)
			}},
			{Of: "Withdraw", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				all, err := account.Holders(ctx, tx, platform)
				if err != nil {
					return err
				}
				return account.Withdraw(ctx, tx, platform, []ids.ID{all[0].ID}, access.Partner)
			}},
			{Of: "Take", Call: func(ctx context.Context, tx db.Tx, platform int64) error {
				all, err := account.Holders(ctx, tx, platform)
				if err != nil {
					return err
				}
				return account.Take(ctx, tx, platform, all[0].ID, []access.Role{access.Analyst})
			}},
		},
	}.Run(t)
}

// absentOf gives the participant of the first platform whom an agent made.
func absentOf(ctx context.Context, t *testing.T, tx db.Tx) (id ids.ID) {
	t.Helper()
	if err := tx.QueryRow(ctx, `SELECT q.id FROM participant q WHERE q.platform = ? AND q.email_key = '' AND q.proved_at = 0`, int64(1)).Scan(&id); err != nil {
		t.Error(err)
	}
	return id
}

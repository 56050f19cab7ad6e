// Package control is how a command works on a database: it opens it, or, when a serve on the same machine has it open,
// hands its work over through a socket in the database's folder. Either way the same thing happens, and the same errors
// come back.
package control

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/address"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/delivery"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// Work is what commands ask of a database.
type Work interface {
	// Import brings a file in; see transfer.Service.Import for its errors.
	Import(ctx context.Context, f transfer.File, o transfer.Options) (transfer.Report, error)
	// Backup writes a copy of everything to w, of one moment. What was written before an error is useless.
	Backup(ctx context.Context, w io.Writer) error
	// CreatePlatform makes a platform. Faults: invalid, conflict (slug or host taken).
	CreatePlatform(ctx context.Context, n NewPlatform) (Platform, error)
	// Platforms lists the platforms, the default first.
	Platforms(ctx context.Context) ([]Platform, error)
	// ImportAddresses replaces the addresses of a platform, the default one for an empty slug, by those of a file; see
	// address.Import for its errors. Fault: not_found for another platform.
	ImportAddresses(ctx context.Context, platform string, file io.Reader) (Addresses, error)
	// ImportWinners brings winners from before Parvis in; see delivery.ImportPast for its errors. Fault: not_found for another
	// platform.
	ImportWinners(ctx context.Context, platform, name string, file io.Reader) (delivery.PastReport, error)

	// ImportBasemap keeps what a PMTiles file shows of a platform's city, the default one's for an empty slug; see
	// basemap.Import for its errors. Fault: not_found for another platform.
	ImportBasemap(ctx context.Context, platform string, file *os.File) (Basemap, error)
	// RemoveBasemap takes it away. Fault: not_found for another platform.
	RemoveBasemap(ctx context.Context, platform string) error
	// GiveRoles gives roles to whoever proves an address. Faults: invalid (email, roles), not_found (the platform).
	GiveRoles(ctx context.Context, r NewRoles) error
	// Close lets the database go.
	Close() error
}

// NewPlatform is what it takes to create a platform.
type NewPlatform struct {
	platform.New
	Logo []byte // a picture file; none when empty
}

// NewRoles is what it takes to give somebody roles; they count once the address is proved.
type NewRoles struct {
	Platform string    `json:"platform"` // its slug; empty: the default one
	Email    string    `json:"email"`
	Roles    []string  `json:"roles"` // their names, as access.Names has them
	Lang     i18n.Lang `json:"lang"`
}

// Platform is a platform as commands tell it.
type Platform struct {
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind"`
	Address   string    `json:"address"` // "" until it is set
	Languages []string  `json:"languages"`
	Zone      string    `json:"zone"`
	Licence   string    `json:"licence"`
	Accent    string    `json:"accent"`
	Default   bool      `json:"default"` // it answers every host that nobody claims
	CreatedAt time.Time `json:"created_at"`
}

// Addresses is what came of importing addresses.
type Addresses struct {
	Imported int `json:"imported"`
	Refused  int `json:"refused"` // lines that were no address
}

func told(p platform.Platform) Platform {
	return Platform{Slug: p.Slug, Name: p.Name, Kind: string(p.Kind), Address: p.Address, Languages: p.Languages, Zone: p.Zone.String(),
		Licence: string(p.Licence), Accent: p.Accent, Default: p.Default, CreatedAt: p.CreatedAt}
}

// Here does the work on a database that this process has open.
func Here(d *db.DB) Work { return here{d} }

type here struct{ db *db.DB }

func (h here) Import(ctx context.Context, f transfer.File, o transfer.Options) (transfer.Report, error) {
	return transfer.NewService(h.db).Import(ctx, f, o)
}

func (h here) Backup(ctx context.Context, w io.Writer) error {
	return transfer.NewService(h.db).Backup(ctx, w)
}

func (h here) CreatePlatform(ctx context.Context, n NewPlatform) (Platform, error) {
	var logo media.Prepared
	var err error
	if len(n.Logo) > 0 {
		if logo, err = media.Prepare(bytes.NewReader(n.Logo)); err != nil {
			return Platform{}, err
		}
	}
	var p platform.Platform
	err = h.db.Write(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if p, err = platform.Create(ctx, tx, n.New); err != nil || len(n.Logo) == 0 {
			return err
		}
		stored, err := media.Store(ctx, tx, p.Key, logo, media.Alt{i18n.Lang(p.Languages[0]): p.Name})
		if err != nil {
			return err
		}
		return platform.SetLogo(ctx, tx, p.Key, stored.ID)
	})
	if err != nil {
		return Platform{}, err
	}
	return told(p), nil
}

func (h here) Platforms(ctx context.Context) ([]Platform, error) {
	all, err := platform.NewService(h.db).List(ctx)
	list := make([]Platform, len(all))
	for i, p := range all {
		list[i] = told(p)
	}
	return list, err
}

func (h here) ImportAddresses(ctx context.Context, slug string, file io.Reader) (Addresses, error) {
	of, err := h.platform(ctx, slug)
	if err != nil {
		return Addresses{}, err
	}
	n, refused, err := address.Import(ctx, h.db, of.Key, file)
	return Addresses{Imported: n, Refused: refused}, err
}

func (h here) GiveRoles(ctx context.Context, r NewRoles) error {
	var roles []access.Role
	for _, name := range r.Roles {
		role, ok := access.ParseRole(name)
		if !ok {
			return fault.New(fault.Invalid, "fault.account.role", "Value", name, "Known", access.Names[access.Analyst:]).In("roles")
		}
		roles = append(roles, role)
	}
	return h.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var of platform.Platform
		var err error
		if r.Platform == "" {
			of, err = platform.ByHost(ctx, tx, "")
		} else {
			of, err = platform.BySlug(ctx, tx, r.Platform)
		}
		if err != nil {
			return err
		}
		_, err = account.Give(ctx, tx, of.Key, r.Email, r.Lang, roles, ids.ID{})
		return err
	})
}

func (h here) Close() error { return h.db.Close() }

package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/platform"
)

// platformCmd is about platforms.
type platformCmd struct {
	Create platformCreateCmd `cmd:"" help:"Create a platform."`
	List   platformListCmd   `cmd:"" help:"List the platforms."`
	Role   platformRoleCmd   `cmd:"" help:"Give roles to somebody: the first organiser, say."`
}

// platformCreateCmd creates one.
type platformCreateCmd struct {
	Slug string `arg:"" help:"Its short name: small letters, digits and hyphens. It answers at SLUG.localhost."`

	Name    string   `required:"" help:"Its name, as people read it."`
	Host    []string `placeholder:"NAME" help:"Host name that it answers; may be given several times."`
	Zone    string   `default:"Europe/Paris" help:"Its time zone."`
	Licence string   `default:"${licence}" help:"Licence of its open data: ${licences}."`
	Accent  string   `placeholder:"#rrggbb" help:"Its colour, instead of the house's."`
	Address string   `placeholder:"URL" help:"Scheme and host of its links: https://participer.example.fr."`
	Logo    string   `placeholder:"FILE" help:"Its logo: a JPEG, PNG, WebP or GIF picture."`
	JSON    bool     `name:"json" help:"Print it as a line of JSON."`
	database
}

// Help is shown by --help.
func (platformCreateCmd) Help() string {
	return `The first platform answers every host that no other claims; others answer at their hosts and at SLUG.localhost.

Exit codes: 0 created; 2 nothing changed: something is wrong or taken; 1 any other failure.

Examples:

  parvis platform create toulouse --name "Je participe" --host participer.toulouse.example
  parvis platform create lyon --name Lyon --licence ODbL-1.0 --accent '#a4133c' --logo logo.png`
}

// Run does it.
func (c *platformCreateCmd) Run(a *app) error {
	n := control.NewPlatform{New: platform.New{Slug: c.Slug, Name: c.Name, Hosts: c.Host, Zone: c.Zone,
		Licence: platform.Licence(c.Licence), Accent: c.Accent, Address: c.Address}}
	if c.Logo != "" {
		var err error
		if n.Logo, err = readLogo(c.Logo); err != nil {
			return err
		}
	}
	work, err := c.work(a)
	if err != nil {
		return err
	}
	defer work.Close()
	p, err := work.CreatePlatform(a.ctx, n)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(p)
	}
	a.say("cli.platform.created", "Name", p.Name, "Slug", p.Slug)
	return nil
}

// readLogo reads a picture, and refuses one that is too large before it is all in memory.
func readLogo(path string) ([]byte, error) {
	f, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, media.MaxBytes+1))
	if err == nil && len(content) == 0 {
		err = fault.New(fault.Invalid, "fault.media.format").Because(errors.New("an empty file"))
	}
	return content, err
}

// platformListCmd lists them.
type platformListCmd struct {
	JSON bool `name:"json" help:"Print a line of JSON per platform."`
	database
}

// Help is shown by --help.
func (platformListCmd) Help() string {
	return `Exit codes: 0 listed; 1 failed; 2 the command is wrong, or there is no database.

Examples:

  parvis platform list
  parvis platform list --json --data /var/lib/parvis`
}

// Run does it.
func (c *platformListCmd) Run(a *app) error {
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	all, err := work.Platforms(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, p := range all {
			if err := a.json(p); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		a.say("cli.platform.none")
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.l.T("cli.platform.column.slug"), a.l.T("cli.platform.column.name"), a.l.T("cli.platform.column.address"),
		a.l.T("cli.platform.column.zone"), a.l.T("cli.platform.column.licence"))
	for _, p := range all {
		address := p.Address
		if address == "" {
			address = "—"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Slug, p.Name, address, p.Zone, p.Licence)
	}
	return w.Flush()
}

// platformRoleCmd gives roles.
type platformRoleCmd struct {
	Email    string   `required:"" placeholder:"ADDRESS" help:"Their e-mail address. The roles count once they have signed in with it."`
	Role     []string `required:"" placeholder:"NAME" help:"Roles, apart by commas: ${roles}."`
	Platform string   `placeholder:"SLUG" help:"On which platform; the default one otherwise."`
	database
}

// Help is shown by --help.
func (platformRoleCmd) Help() string {
	return `Whoever proves the address by signing in at /connexion has the roles. One person may have several; in a small town one
has them all.

Exit codes: 0 given; 2 nothing changed: something is wrong; 1 any other failure.

Examples:

  parvis platform role --email claire@ville.example --role organiser,administrator
  parvis platform role --email paul@ville.example --role polling-agent --platform lyon`
}

// Run does it.
func (c *platformRoleCmd) Run(a *app) error {
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	if err := work.GiveRoles(a.ctx, control.NewRoles{Platform: c.Platform, Email: c.Email, Roles: c.Role, Lang: a.l.Lang}); err != nil {
		return err
	}
	a.say("cli.platform.role", "Email", c.Email, "Roles", c.Role)
	return nil
}

package main

// addressesCmd brings addresses in.
type addressesCmd struct {
	File string `arg:"" placeholder:"FILE.csv" help:"The commune's file of the Base Adresse Nationale, in its format csv."`

	Platform string `placeholder:"SLUG" help:"Whose addresses they are (the first platform's)."`
	JSON     bool   `name:"json" help:"Print the counts as a line of JSON."`
	database
}

// Help is shown by --help.
func (addressesCmd) Help() string {
	return `The addresses of the file replace those of before. Nothing is asked of anybody else when people look for one.

The file is read by the names of its columns: numero, rep, nom_voie, code_postal, nom_commune, lon and lat.

Exit codes: 0 imported; 3 imported, but some lines were no address; 2 nothing changed: the file or the platform is wrong; 1 any other failure.

Examples:

  parvis import-addresses adresses-31555.csv
  parvis import-addresses --platform toulouse adresses-31555.csv`
}

// Run does it.
func (c *addressesCmd) Run(a *app) error {
	f, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	n, err := work.ImportAddresses(a.ctx, c.Platform, f)
	if err != nil {
		return err
	}
	if c.JSON {
		err = a.json(n)
	} else {
		a.say("cli.addresses.imported", "Count", n.Imported)
		if n.Refused > 0 {
			a.say("cli.addresses.refused", "Count", n.Refused)
		}
	}
	if err == nil && n.Refused > 0 {
		err = exit(exitRefused)
	}
	return err
}

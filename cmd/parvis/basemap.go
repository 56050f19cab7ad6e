package main

import "github.com/parvis-civic/parvis/internal/fault"

// basemapCmd brings a base map in, or takes it away.
type basemapCmd struct {
	File string `arg:"" optional:"" placeholder:"FILE.pmtiles" help:"A PMTiles file, version 3, of vector or raster tiles."`

	Platform string `placeholder:"SLUG" help:"Whose base map it is (the first platform's)."`
	Remove   bool   `help:"Take the base map away: maps show the districts alone."`
	JSON     bool   `name:"json" help:"Print what was kept as a line of JSON."`
	database
}

// Help is shown by --help.
func (basemapCmd) Help() string {
	return `What the file shows of the city is kept in the database, with its surroundings, in the place of what was there before. The file may be of a whole country. Where the city is, the outlines of its districts say; without any, all of the file is kept. Import it again when the outlines have changed.

Vector tiles are drawn in the colours of the pages, by the layers of the Protomaps basemap or of OpenMapTiles. Nobody is asked for anything when people look at a map.

Exit codes: 0 imported; 2 nothing changed: the file or the platform is wrong; 1 any other failure.

Examples:

  parvis import-basemap rennes.pmtiles
  parvis import-basemap --platform toulouse france.pmtiles
  parvis import-basemap --remove`
}

// Run does it.
func (c *basemapCmd) Run(a *app) error {
	if c.Remove == (c.File != "") {
		return fault.New(fault.Invalid, "cli.basemap.which")
	}
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	if c.Remove {
		if err := work.RemoveBasemap(a.ctx, c.Platform); err != nil {
			return err
		}
		a.say("cli.basemap.removed")
		return nil
	}
	f, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := work.ImportBasemap(a.ctx, c.Platform, f)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(m)
	}
	a.say("cli.basemap.imported", "Count", m.Tiles, "Megabytes", float64(m.Bytes>>10)/1024, "Low", m.Low, "High", m.High)
	return nil
}

-- The ground of a city's maps, from a PMTiles file that the city gives.
-- +goose Up

CREATE TABLE basemap ( -- the one that is shown
	platform {{.Int}} NOT NULL,
	version  {{.Int}} NOT NULL, -- in the address of its tiles
	low      {{.Int}} NOT NULL, -- zooms
	high     {{.Int}} NOT NULL,
	mime     {{.Text}} NOT NULL,
	credit   {{.Text}} NOT NULL, -- who is to be named beside a map
	tiles    {{.Int}} NOT NULL,
	bytes    {{.Int}} NOT NULL,
	PRIMARY KEY (platform)
{{.End}};

CREATE TABLE basemap_tile ( -- of another version than the one shown: an import that is under way, or broke off
	platform {{.Int}} NOT NULL,
	version  {{.Int}} NOT NULL,
	z        {{.Int}} NOT NULL,
	x        {{.Int}} NOT NULL,
	y        {{.Int}} NOT NULL,
	content  {{.Bytes}} NOT NULL, -- a drawing packed with gzip, or a picture as it is
	PRIMARY KEY (platform, version, z, x, y)
{{.EndRowid}};

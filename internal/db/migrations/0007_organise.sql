-- Organising: what an organiser decided of an edition that the rulebook does not say, what was changed after publication and
-- why, and who may take part when not everybody may.
-- +goose Up

CREATE TABLE edition_plan (
	platform   {{.Int}} NOT NULL,
	project    {{.ID}} NOT NULL,
	body       {{.Text}} NOT NULL, -- JSON: model, population, how the money is shared, what was gone through
	updated_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, project)
{{.End}};

CREATE TABLE edition_change ( -- of what was public already
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	project  {{.ID}} NOT NULL,
	kind     {{.Text}} NOT NULL, -- rules, calendar, prolonged
	step     {{.ID}},            -- prolonged: which
	reason   {{.Text}} NOT NULL, -- public
	version  {{.Int}} NOT NULL,  -- rules: of the rulebook since then
	at       {{.Int}} NOT NULL,  -- the platform's time
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX edition_change_project ON edition_change (platform, project, at, id);

CREATE TABLE admitted ( -- the list of a project that is limited to one
	platform  {{.Int}} NOT NULL,
	project   {{.ID}} NOT NULL,
	email_key {{.Text}} NOT NULL,
	PRIMARY KEY (platform, project, email_key)
{{.End}};

CREATE TABLE service ( -- of the city, who studies the proposals of some categories
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	slug       {{.Text}} NOT NULL,
	name       {{.Text}} NOT NULL,
	categories {{.Text}} NOT NULL, -- JSON: names of categories
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX service_slug ON service (platform, slug);

CREATE TABLE service_member (
	platform    {{.Int}} NOT NULL,
	service     {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	PRIMARY KEY (platform, service, participant)
{{.End}};

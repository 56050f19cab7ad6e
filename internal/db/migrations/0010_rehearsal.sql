-- Rehearsals: how far the one of a temporary platform is, and what it found.
-- +goose Up

CREATE TABLE rehearsal (
	platform   {{.Int}} NOT NULL,  -- the temporary one
	home       {{.Int}} NOT NULL,  -- key of the platform whose edition is rehearsed
	project    {{.ID}} NOT NULL,   -- that edition
	slug       {{.Text}} NOT NULL, -- its slug, on both
	seed       {{.Int}} NOT NULL,  -- what all chance comes from
	residents  {{.Int}} NOT NULL,
	pace       {{.Int}} NOT NULL,  -- how long the whole takes, in microseconds; 0: as fast as it goes
	until_at   {{.Int}} NOT NULL,  -- the time of the platform at which it pauses; 0: it does not
	state      {{.Text}} NOT NULL, -- running, paused, done, leaving: about to be erased
	moment     {{.Int}} NOT NULL,  -- how many moments of its script are over
	moments    {{.Int}} NOT NULL,
	report     {{.Text}} NOT NULL, -- JSON
	started_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform)
{{.End}};

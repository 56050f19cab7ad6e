-- What an organiser decides of a deposit: categories and themes in an order, in both languages, retired or merged into others.
-- +goose Up

ALTER TABLE category ADD COLUMN other {{.Text}} NOT NULL DEFAULT ''; -- its name in the language that the edition is not in
ALTER TABLE category ADD COLUMN retired {{.Bool}} NOT NULL DEFAULT FALSE; -- no new proposal can have it
ALTER TABLE category ADD COLUMN merged {{.ID}}; -- the one that took its proposals

ALTER TABLE theme ADD COLUMN other {{.Text}} NOT NULL DEFAULT '';
ALTER TABLE project_theme ADD COLUMN position {{.Int}} NOT NULL DEFAULT 0;
ALTER TABLE project_theme ADD COLUMN retired {{.Bool}} NOT NULL DEFAULT FALSE;
ALTER TABLE project_theme ADD COLUMN merged {{.ID}};

CREATE INDEX deposit_step ON deposit (platform, step);

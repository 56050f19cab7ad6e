-- Deposits that an agent typed from a paper form, for somebody at the counter of the town hall.
-- +goose Up

CREATE TABLE paper_deposit (
	platform      {{.Int}} NOT NULL,
	deposit       {{.ID}} NOT NULL,
	project       {{.ID}} NOT NULL,
	agent         {{.ID}} NOT NULL,   -- who began it
	reference     {{.Text}} NOT NULL, -- of the sheet, as it was typed; empty: none
	reference_key {{.Text}} NOT NULL, -- its form that is compared
	email         {{.Text}} NOT NULL, -- of the person, as it was typed; empty: not given, or no longer needed
	email_key     {{.Text}} NOT NULL, -- its form that is compared; empty too for what is no address
	state         {{.Text}} NOT NULL, -- empty: with the agents; taken: with its author; disowned: whose address it was said no
	created_at    {{.Int}} NOT NULL,
	PRIMARY KEY (platform, deposit)
{{.End}};
CREATE INDEX paper_deposit_project ON paper_deposit (platform, project, created_at, deposit);
CREATE INDEX paper_deposit_email ON paper_deposit (platform, email_key) WHERE email_key <> '';

ALTER TABLE proposal ADD COLUMN paper {{.Bool}} NOT NULL DEFAULT {{if .SQLite}}0{{else}}false{{end}}; -- it came on a paper form

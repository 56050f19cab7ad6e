-- A code belongs to who asked for it: strangers who ask for codes to somebody's address, and try them, only use up their own.
-- Codes live for minutes, so that those under way are let go.
-- +goose Up

DROP TABLE sign_code;

CREATE TABLE sign_code ( -- sent to an address, to sign in with
	platform   {{.Int}} NOT NULL,
	email_key  {{.Text}} NOT NULL,
	asker      {{.Bytes}} NOT NULL, -- SHA-256 of what the page of who asked for it holds; empty: an agent did
	hash       {{.Bytes}} NOT NULL, -- SHA-256 of platform, address and code; empty: it was used
	tries      {{.Int}} NOT NULL,   -- wrong ones
	expires_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, email_key, asker)
{{.End}};

CREATE TABLE email_change ( -- an agent's correction of somebody's address, until the new one is proved or the old one refuses
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	email       {{.Text}} NOT NULL, -- the new one, as it was typed
	email_key   {{.Text}} NOT NULL,
	counts_at   {{.Int}} NOT NULL,  -- until then the old one may refuse, and the new one opens nothing
	PRIMARY KEY (platform, participant)
{{.End}};
CREATE UNIQUE INDEX email_change_key ON email_change (platform, email_key);

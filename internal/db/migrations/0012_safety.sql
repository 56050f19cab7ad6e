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

-- What agents did now also says for whom they looked in vain, which is about nobody.
CREATE TABLE assistance_log (
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	agent       {{.ID}} NOT NULL,
	participant {{.ID}},            -- NULL: nobody has the address that was looked up, which is not kept
	act         {{.Text}} NOT NULL, -- found, sought, code, email, email_refused, district, ballot_cancelled
	reason      {{.Text}} NOT NULL,
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
INSERT INTO assistance_log (platform, id, agent, participant, act, reason, at) SELECT platform, id, agent, participant, act, reason, at FROM assistance;
DROP TABLE assistance;
ALTER TABLE assistance_log RENAME TO assistance;
CREATE INDEX assistance_participant ON assistance (platform, participant, at);

-- What sweeps look for: participants to whom nobody can come back, drafts that nobody touches, pictures that nothing shows.
CREATE INDEX participant_nobody ON participant (platform, created_at) WHERE email_key = '' AND state = '';
CREATE INDEX deposit_untouched ON deposit (platform, updated_at) WHERE proposal IS NULL;
CREATE INDEX deposit_picture ON deposit (platform, picture) WHERE picture IS NOT NULL;

-- Accounts: what slows guessing down, second factors, requests about one's data, and what agents did for others.
-- +goose Up

CREATE TABLE setting ( -- of a platform, by name
	platform {{.Int}} NOT NULL,
	name     {{.Text}} NOT NULL,
	value    {{.Text}} NOT NULL,
	PRIMARY KEY (platform, name)
{{.End}};

CREATE TABLE attempt ( -- failed sign-ins and codes sent, by account or network
	platform {{.Int}} NOT NULL,
	subject  {{.Text}} NOT NULL, -- "account/SHA-256 of the address" or "network/192.0.2.7", with what was done
	failures {{.Int}} NOT NULL,  -- since since_at
	since_at {{.Int}} NOT NULL,
	last_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, subject)
{{.End}};

CREATE TABLE trusted_place ( -- a network that many people share: a library, a school
	platform {{.Int}} NOT NULL,
	network  {{.Text}} NOT NULL, -- 192.0.2.0/24
	name     {{.Text}} NOT NULL,
	added_by {{.ID}},
	added_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, network)
{{.End}};

CREATE TABLE factor ( -- a second factor: time-based one-time passwords (RFC 6238)
	platform     {{.Int}} NOT NULL,
	participant  {{.ID}} NOT NULL,
	secret       {{.Text}} NOT NULL, -- base32
	confirmed_at {{.Int}} NOT NULL,  -- 0: not yet in use
	last_step    {{.Int}} NOT NULL,  -- the period of the last code taken: none is taken twice
	PRIMARY KEY (platform, participant)
{{.End}};

CREATE TABLE recovery_code ( -- each opens once in the place of a second factor
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	hash        {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, participant, hash)
{{.End}};

CREATE TABLE data_request ( -- somebody asks that what is known of them be erased
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	keep        {{.Bool}} NOT NULL, -- their contributions stay, without their name
	asked_at    {{.Int}} NOT NULL,
	answered_at {{.Int}} NOT NULL,  -- 0: waits
	answered_by {{.ID}},
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX data_request_waiting ON data_request (platform, answered_at, asked_at);

CREATE TABLE assistance ( -- what an agent did for somebody
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	agent       {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	act         {{.Text}} NOT NULL, -- found, code, email, district, ballot_cancelled
	reason      {{.Text}} NOT NULL,
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};

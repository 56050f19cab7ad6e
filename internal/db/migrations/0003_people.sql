-- People: who takes part, how they sign in, what they may; and the work that waits behind a commit.
-- +goose Up

CREATE TABLE participant ( -- somebody who saved something: before an account, and with one
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,  -- also that of the public account, once there is a public act
	email      {{.Text}} NOT NULL, -- as it was typed; empty: not given
	email_key  {{.Text}} NOT NULL, -- its form that is compared
	proved_at  {{.Int}} NOT NULL,  -- when the address was proved; 0: not
	password   {{.Text}} NOT NULL, -- argon2id, PHC string; empty: signs in with codes
	name       {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL, -- as account.kind
	language   {{.Text}} NOT NULL,
	district   {{.ID}},
	postcode   {{.Text}} NOT NULL,
	state      {{.Text}} NOT NULL, -- empty, locked or erased
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX participant_email ON participant (platform, email_key) WHERE email_key <> '';

CREATE TABLE session (
	platform    {{.Int}} NOT NULL,
	token       {{.Bytes}} NOT NULL, -- SHA-256 of what the cookie holds
	participant {{.ID}} NOT NULL,
	agent       {{.Text}} NOT NULL,  -- what the browser says it is
	factor_at   {{.Int}} NOT NULL,   -- when a second factor was given; 0: not
	idle        {{.Int}} NOT NULL,   -- seconds without a request after which it is over (a kiosk); 0: none
	created_at  {{.Int}} NOT NULL,
	seen_at     {{.Int}} NOT NULL,   -- to ten minutes
	expires_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, token)
{{.End}};
CREATE INDEX session_participant ON session (platform, participant);

CREATE TABLE sign_code ( -- the one that was sent last to an address
	platform   {{.Int}} NOT NULL,
	email_key  {{.Text}} NOT NULL,
	hash       {{.Bytes}} NOT NULL, -- SHA-256 of platform, address and code
	tries      {{.Int}} NOT NULL,
	sent       {{.Int}} NOT NULL,   -- codes since window_at
	window_at  {{.Int}} NOT NULL,
	expires_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, email_key)
{{.End}};

CREATE TABLE role_given (
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	role        {{.Text}} NOT NULL,
	given_by    {{.ID}},
	given_at    {{.Int}} NOT NULL,
	PRIMARY KEY (platform, participant, role)
{{.End}};

CREATE TABLE jobs ( -- one queue for all platforms
	id            {{.ID}} NOT NULL PRIMARY KEY,
	platform      {{.Int}} NOT NULL,
	kind          {{.Text}} NOT NULL,
	bundle        {{.Text}} NOT NULL, -- what is done together with others of the same; empty: alone
	body          {{.Text}} NOT NULL, -- JSON
	run_at        {{.Int}} NOT NULL,  -- not before
	tries         {{.Int}} NOT NULL,
	error         {{.Text}} NOT NULL, -- of the last try
	parked        {{.Bool}} NOT NULL, -- given up: it waits for a person
	claimed_until {{.Int}} NOT NULL,  -- 0: nobody works on it
	created_at    {{.Int}} NOT NULL
{{.End}};
CREATE INDEX jobs_run ON jobs (parked, run_at, id);
CREATE INDEX jobs_bundle ON jobs (platform, bundle) WHERE bundle <> '';

-- Analysis: which services study a proposal, in which round, and what each says of it.
-- +goose Up

ALTER TABLE service ADD COLUMN body {{.Text}} NOT NULL DEFAULT '';    -- the other body that it belongs to (a metropolis, a landlord); empty: the city
ALTER TABLE service ADD COLUMN districts {{.Text}} NOT NULL DEFAULT '[]'; -- JSON: names of districts that it looks after
ALTER TABLE service ADD COLUMN contact {{.Text}} NOT NULL DEFAULT ''; -- whom people may ask, in public

CREATE TABLE analysis_round ( -- a dated turn of the analysis of an edition: admissibility, then costing
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	project    {{.ID}} NOT NULL,
	position   {{.Int}} NOT NULL,  -- from 1
	kind       {{.Text}} NOT NULL, -- admissibility, costing, other
	title      {{.Text}} NOT NULL, -- empty: the kind's own name in the reader's language
	starts_at  {{.Int}} NOT NULL,
	due_at     {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX analysis_round_position ON analysis_round (platform, project, position);

CREATE TABLE evaluation_form ( -- what every service is asked of each proposal of an edition
	platform   {{.Int}} NOT NULL,
	project    {{.ID}} NOT NULL,
	body       {{.Text}} NOT NULL, -- canonical JSON: questions, those of the règlement's articles among them
	updated_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, project)
{{.End}};

CREATE TABLE assignment ( -- a proposal sent to a service in a round
	platform    {{.Int}} NOT NULL,
	round       {{.ID}} NOT NULL,
	service     {{.ID}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	lead        {{.Bool}} NOT NULL, -- the service that answers for the whole
	charge      {{.ID}},            -- the participant in charge; NULL: anybody of the service
	state       {{.Text}} NOT NULL, -- todo, draft, waiting, given, passed (another service has it now)
	due_at      {{.Int}} NOT NULL,  -- the round's, or its own
	assigned_at {{.Int}} NOT NULL,
	assigned_by {{.ID}},
	from_service {{.ID}},           -- the service that passed it on; NULL: none
	note        {{.Text}} NOT NULL, -- private: why it was sent or passed on
	PRIMARY KEY (platform, round, service, proposal)
{{.End}};
CREATE INDEX assignment_proposal ON assignment (platform, proposal, round, service);
CREATE INDEX assignment_service ON assignment (platform, service, state, due_at, proposal);
CREATE INDEX assignment_project ON assignment (platform, project, state, due_at, proposal);

CREATE TABLE opinion ( -- what a service says of a proposal in a round; a draft until it is given
	platform    {{.Int}} NOT NULL,
	round       {{.ID}} NOT NULL,
	service     {{.ID}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	verdict     {{.Text}} NOT NULL, -- empty: not yet; favourable, unfavourable, late (it came too late to be studied)
	invest      {{.Int}},           -- hundredths; NULL: not said
	running     {{.Int}},           -- hundredths a year; NULL: not said
	months      {{.Int}},           -- to build it; NULL: not said
	land        {{.Text}} NOT NULL, -- whose land it is: empty, city, other, unknown, none
	answers     {{.Text}} NOT NULL, -- JSON, by question of the evaluation form
	public      {{.Text}} NOT NULL, -- what may be published with the decision
	private     {{.Text}} NOT NULL, -- for the services alone
	version     {{.Int}} NOT NULL,  -- how often it was saved
	saved_by    {{.ID}} NOT NULL,
	saved_at    {{.Int}} NOT NULL,
	given_at    {{.Int}} NOT NULL,  -- 0: a draft
	PRIMARY KEY (platform, proposal, round, service)
{{.End}};

CREATE TABLE analysis_note ( -- between agents, never public
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	service  {{.ID}},            -- of who wrote it; NULL: none
	author   {{.ID}} NOT NULL,   -- participant
	body     {{.Text}} NOT NULL,
	mentions {{.Text}} NOT NULL, -- JSON: participants
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX analysis_note_proposal ON analysis_note (platform, proposal, at, id);

CREATE TABLE analysis_file ( -- beside an opinion, never public
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	service  {{.ID}},
	author   {{.ID}} NOT NULL,
	name     {{.Text}} NOT NULL,
	mime     {{.Text}} NOT NULL,
	size     {{.Int}} NOT NULL,
	content  {{.Bytes}} NOT NULL,
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.EndRowid}};
CREATE INDEX analysis_file_proposal ON analysis_file (platform, proposal, at, id);

CREATE TABLE analysis_sheet ( -- a filled sheet between its reading and its applying, which is one act
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL, -- who brought it
	lines       {{.Text}} NOT NULL, -- JSON: what it says, row by row
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX analysis_sheet_participant ON analysis_sheet (platform, participant, at);

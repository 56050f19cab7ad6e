-- Depositing a proposal: what a step asks, drafts and what was deposited, the versions of a proposal, who follows it, the
-- charter, and the commune's addresses.
-- +goose Up

CREATE TABLE deposit_form (
	platform   {{.Int}} NOT NULL,
	step       {{.ID}} NOT NULL,
	body       {{.Text}} NOT NULL, -- canonical JSON
	updated_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, step)
{{.End}};

CREATE TABLE charter ( -- what one accepts by depositing
	platform   {{.Int}} NOT NULL,
	version    {{.Int}} NOT NULL, -- from 1; 0 is the model that comes with Parvis, which has no row
	body       {{.Text}} NOT NULL, -- JSON: text by language
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, version)
{{.End}};

CREATE TABLE deposit ( -- what somebody typed: a draft, and once it is published what the proposal was made of
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL, -- random: it opens a draft to nobody else, but need not be guessed either
	project     {{.ID}} NOT NULL,
	step        {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	proposal    {{.ID}},          -- NULL: a draft
	body        {{.Text}} NOT NULL, -- JSON, as it was typed
	picture     {{.ID}},
	charter     {{.Int}} NOT NULL, -- the version accepted; -1: none yet
	withdrawn   {{.Bool}} NOT NULL,
	created_at  {{.Int}} NOT NULL,
	updated_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX deposit_participant ON deposit (platform, participant, project);
CREATE UNIQUE INDEX deposit_proposal ON deposit (platform, proposal);

CREATE TABLE deposit_file ( -- the answer to a question that asks for a file
	platform   {{.Int}} NOT NULL,
	deposit    {{.ID}} NOT NULL,
	question   {{.Text}} NOT NULL,
	name       {{.Text}} NOT NULL,
	mime       {{.Text}} NOT NULL,
	content    {{.Bytes}} NOT NULL,
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, deposit, question)
{{.EndRowid}};

CREATE TABLE proposal_version (
	platform {{.Int}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	version  {{.Int}} NOT NULL, -- from 1, as it was published
	body     {{.Text}} NOT NULL, -- JSON of its public texts
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, proposal, version)
{{.End}};

CREATE TABLE follow (
	platform    {{.Int}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, proposal, participant)
{{.End}};
CREATE INDEX follow_participant ON follow (platform, participant, proposal);

CREATE TABLE address ( -- of the commune, from its own file
	platform  {{.Int}} NOT NULL,
	street    {{.Text}} NOT NULL, -- folded, "rue des lilas": what searches compare
	number    {{.Text}} NOT NULL, -- folded, "12 bis"; empty: a place name
	position  {{.Int}} NOT NULL,  -- tells apart what folds alike
	label     {{.Text}} NOT NULL, -- "12 bis rue des Lilas, 31000 Toulouse"
	latitude  {{.Real}} NOT NULL,
	longitude {{.Real}} NOT NULL,
	PRIMARY KEY (platform, street, number, position)
{{.End}};

-- Decisions: what the supervisor makes of the services' opinions, what the city decides and when that comes out, what
-- authors answer, and proposals that become one with their authors' agreement.
-- +goose Up

ALTER TABLE deposit ADD COLUMN rework_until {{.Int}} NOT NULL DEFAULT 0; -- until when its author may change what was published, as the city asks; 0: while the deposit is open

CREATE TABLE assessment ( -- what is proposed to who decides; nobody else reads it
	platform    {{.Int}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	outcome     {{.Text}} NOT NULL, -- empty: not yet
	cost        {{.Int}},           -- hundredths; NULL: not said
	running     {{.Int}},           -- hundredths a year; NULL: not said
	article     {{.Text}} NOT NULL, -- key of the règlement
	explanation {{.Text}} NOT NULL,
	possible    {{.Text}} NOT NULL, -- what would make it possible
	service     {{.ID}},            -- whom to ask
	deadline    {{.Int}} NOT NULL,  -- until when its author may rework it; 0: none
	ready       {{.Bool}} NOT NULL, -- handed to who decides
	version     {{.Int}} NOT NULL,  -- how often it was saved
	saved_by    {{.ID}} NOT NULL,
	saved_at    {{.Int}} NOT NULL,
	PRIMARY KEY (platform, proposal)
{{.End}};
CREATE INDEX assessment_project ON assessment (platform, project, proposal);

CREATE TABLE decision_wave ( -- decisions that come out all at once
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	title       {{.Text}} NOT NULL,
	publish_at  {{.Int}} NOT NULL,
	tell_at     {{.Int}} NOT NULL, -- when authors are told
	appeal_days {{.Int}} NOT NULL,
	created_by  {{.ID}} NOT NULL,
	created_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX decision_wave_project ON decision_wave (platform, project, publish_at, id);

CREATE TABLE decision ( -- a signed decision; a later one of the same proposal takes its place and leaves it as it is
	platform      {{.Int}} NOT NULL,
	id            {{.ID}} NOT NULL,
	proposal      {{.ID}} NOT NULL,
	project       {{.ID}} NOT NULL,
	wave          {{.ID}},            -- NULL: it came out by itself
	outcome       {{.Text}} NOT NULL,
	asked         {{.Int}} NOT NULL,  -- what its author said that it costs, hundredths
	cost          {{.Int}},
	running       {{.Int}},
	article       {{.Text}} NOT NULL,
	article_title {{.Text}} NOT NULL, -- as it was when it was signed
	article_text  {{.Text}} NOT NULL,
	explanation   {{.Text}} NOT NULL,
	possible      {{.Text}} NOT NULL,
	contact_name  {{.Text}} NOT NULL,
	contact       {{.Text}} NOT NULL,
	deadline      {{.Int}} NOT NULL,
	publish_at    {{.Int}} NOT NULL,  -- the wave's
	tell_at       {{.Int}} NOT NULL,
	appeal_until  {{.Int}} NOT NULL,  -- 0: it cannot be appealed
	appeal        {{.ID}},            -- the appeal that it answers
	decided_by    {{.ID}} NOT NULL,
	decided_at    {{.Int}} NOT NULL,
	told_at       {{.Int}} NOT NULL,  -- 0: not yet
	applied_at    {{.Int}} NOT NULL,  -- when what follows from it was done; 0: not yet
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX decision_proposal ON decision (platform, proposal, publish_at, id);
CREATE INDEX decision_project ON decision (platform, project, publish_at, id);
CREATE INDEX decision_wave_decisions ON decision (platform, wave, id);

CREATE TABLE appeal ( -- an author asks that a decision be looked at again
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	decision    {{.ID}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	author      {{.ID}} NOT NULL,   -- participant
	body        {{.Text}} NOT NULL, -- for the city alone
	sent_at     {{.Int}} NOT NULL,
	result      {{.Text}} NOT NULL, -- empty: it waits; confirmed, changed
	answer      {{.Text}} NOT NULL, -- public
	answered_by {{.ID}},
	answered_at {{.Int}} NOT NULL,  -- 0: it waits
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX appeal_decision ON appeal (platform, decision);
CREATE INDEX appeal_proposal ON appeal (platform, proposal, id);
CREATE INDEX appeal_project ON appeal (platform, project, answered_at, id);
CREATE INDEX appeal_author ON appeal (platform, author, id);

CREATE TABLE decision_wish ( -- what an author asks of a proposal that was not put to the vote
	platform    {{.Int}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	kind        {{.Text}} NOT NULL, -- pass, keep
	participant {{.ID}} NOT NULL,
	at          {{.Int}} NOT NULL,
	offered_at  {{.Int}} NOT NULL,  -- of keep: when the next deposit was said to its author; 0: not yet
	PRIMARY KEY (platform, proposal, kind)
{{.End}};
CREATE INDEX decision_wish_waiting ON decision_wish (platform, kind, offered_at, proposal);
CREATE INDEX decision_wish_participant ON decision_wish (platform, participant, proposal);

CREATE TABLE merger ( -- alike proposals that may become one
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	common      {{.ID}} NOT NULL,   -- the proposal that goes on
	reason      {{.Text}} NOT NULL,
	state       {{.Text}} NOT NULL, -- asked, done, refused, lapsed
	asked_by    {{.ID}} NOT NULL,
	asked_at    {{.Int}} NOT NULL,
	until       {{.Int}} NOT NULL,  -- after it nothing happens
	done_at     {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX merger_project ON merger (platform, project, id);

CREATE TABLE merger_part ( -- a proposal of a merger, the common one too
	platform    {{.Int}} NOT NULL,
	merger      {{.ID}} NOT NULL,
	proposal    {{.ID}} NOT NULL,
	author      {{.ID}} NOT NULL,   -- participant who is asked
	answer      {{.Text}} NOT NULL, -- empty, yes, no
	answered_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, merger, proposal)
{{.End}};
CREATE INDEX merger_part_proposal ON merger_part (platform, proposal, merger);
CREATE INDEX merger_part_author ON merger_part (platform, author, merger);

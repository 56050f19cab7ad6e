-- Moderation: what was reported, what moderators decided and why, who may not contribute for a while, and traces that end soon.
-- +goose Up

CREATE TABLE moderation_case ( -- a contribution that somebody reported, or that a moderator looks at
	platform     {{.Int}} NOT NULL,
	id           {{.ID}} NOT NULL,
	kind         {{.Text}} NOT NULL, -- proposal, comment
	contribution {{.ID}} NOT NULL,
	project      {{.ID}},            -- the edition; NULL: none
	author       {{.ID}} NOT NULL,   -- participant, and public account
	state        {{.Text}} NOT NULL, -- waiting, second, appeal, edit, settled
	reports      {{.Int}} NOT NULL,  -- since the last decision
	political    {{.Bool}} NOT NULL, -- needs a second person
	opened_at    {{.Int}} NOT NULL,  -- since when it waits for what its state says
	version      {{.Int}} NOT NULL,  -- how often moderators changed it
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX moderation_case_contribution ON moderation_case (platform, kind, contribution);
CREATE INDEX moderation_case_state ON moderation_case (platform, state, opened_at, id);

CREATE TABLE moderation_report ( -- one for each person and contribution
	platform  {{.Int}} NOT NULL,
	id        {{.ID}} NOT NULL,
	matter    {{.ID}} NOT NULL,   -- the case
	reporter  {{.ID}},            -- participant; NULL once they are forgotten
	signed    {{.Bool}} NOT NULL, -- with an address that was proved
	reason    {{.Text}} NOT NULL, -- of the charter
	sentence  {{.Text}} NOT NULL, -- in the reporter's words, for moderators alone; may be empty
	at        {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX moderation_report_once ON moderation_report (platform, matter, reporter);
CREATE INDEX moderation_report_reporter ON moderation_report (platform, reporter);

CREATE TABLE moderation_act ( -- what moderators did
	platform     {{.Int}} NOT NULL,
	id           {{.ID}} NOT NULL,
	number       {{.Int}},            -- in public, on the platform, from 1; NULL until it is done
	matter       {{.ID}} NOT NULL,    -- the case
	act          {{.Text}} NOT NULL,  -- keep, hide, edit, blank, restore, bar
	kind         {{.Text}} NOT NULL,  -- of the contribution
	contribution {{.ID}} NOT NULL,
	project      {{.ID}},
	author       {{.ID}} NOT NULL,
	reason       {{.Text}} NOT NULL,  -- of the charter; empty: none is needed
	note         {{.Text}} NOT NULL,  -- to the author, never public
	due_at       {{.Int}} NOT NULL,   -- of edit and bar; else 0
	state        {{.Text}} NOT NULL,  -- proposed, urgent, done, refused
	done_by      {{.ID}},             -- who decided: never shown to the public or to the author; NULL once they are forgotten
	second_by    {{.ID}},             -- who agreed or refused
	at           {{.Int}} NOT NULL,   -- the platform's time
	month        {{.Int}} NOT NULL,   -- local, as 202611
	undone_at    {{.Int}} NOT NULL,   -- 0: it holds
	appeal       {{.Text}} NOT NULL,  -- the author's words; empty: none
	appealed_at  {{.Int}} NOT NULL,   -- 0: never
	answer       {{.Text}} NOT NULL,  -- upheld, overturned; empty: not yet
	answer_note  {{.Text}} NOT NULL,  -- to the author
	answered_by  {{.ID}},
	answered_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX moderation_act_number ON moderation_act (platform, number);
CREATE INDEX moderation_act_matter ON moderation_act (platform, matter, at, id);
CREATE INDEX moderation_act_author ON moderation_act (platform, author, at, id);
CREATE INDEX moderation_act_public ON moderation_act (platform, act, number);
CREATE INDEX moderation_act_project ON moderation_act (platform, project, act, number);

CREATE TABLE barred ( -- who may not contribute until a date
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	until       {{.Int}} NOT NULL,  -- the platform's time
	reason      {{.Text}} NOT NULL, -- of the charter
	act         {{.ID}} NOT NULL,   -- where it was decided, which can be appealed
	PRIMARY KEY (platform, participant)
{{.End}};

CREATE TABLE contribution_trace ( -- who contributed of late, from which network: slows floods down, shows clusters, and ends after some days
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	act         {{.Text}} NOT NULL, -- deposit, comment, report
	subject     {{.ID}} NOT NULL,   -- what was contributed, or reported
	network     {{.Text}} NOT NULL, -- keyed hash of a /24 or a /64
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX contribution_trace_person ON contribution_trace (platform, participant, at);
CREATE INDEX contribution_trace_network ON contribution_trace (platform, network, at);
CREATE INDEX contribution_trace_at ON contribution_trace (platform, at, id);

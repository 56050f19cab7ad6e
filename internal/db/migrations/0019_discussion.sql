-- Talking: comments, questions between an author and the services, what followers are told, and what agents did.
-- +goose Up

CREATE TABLE comment (
	platform       {{.Int}} NOT NULL,
	id             {{.ID}} NOT NULL,
	kind           {{.Text}} NOT NULL,  -- of the subject: proposal
	subject        {{.ID}} NOT NULL,
	project        {{.ID}} NOT NULL,
	parent         {{.ID}},             -- the comment that it replies to; NULL: none
	author         {{.ID}} NOT NULL,
	body           {{.Text}} NOT NULL,  -- plain text; empty once its author took it back
	published_at   {{.Int}} NOT NULL,
	edited_at      {{.Int}} NOT NULL,   -- 0: as it was published
	trashed        {{.Text}} NOT NULL,  -- as proposal.trashed
	trashed_reason {{.Text}} NOT NULL,
	trashed_at     {{.Int}} NOT NULL,   -- 0: it stands
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX comment_subject ON comment (platform, subject, parent, published_at, id);
CREATE INDEX comment_author ON comment (platform, author, published_at, id);

CREATE TABLE comment_count ( -- how many a subject has that stand
	platform {{.Int}} NOT NULL,
	subject  {{.ID}} NOT NULL,
	shown    {{.Int}} NOT NULL,
	PRIMARY KEY (platform, subject)
{{.End}};

CREATE TABLE comment_draft ( -- what somebody typed before their address was proved
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	subject     {{.ID}} NOT NULL,
	parent      {{.ID}},
	name        {{.Text}} NOT NULL, -- under which they want to be read
	body        {{.Text}} NOT NULL,
	updated_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, participant, subject)
{{.End}};

CREATE TABLE comment_rule ( -- when people may comment on the proposals of an edition; no row: as long as it is public
	platform   {{.Int}} NOT NULL,
	project    {{.ID}} NOT NULL,
	until      {{.Text}} NOT NULL, -- always, vote_opens, vote_closes, closed
	reason     {{.Text}} NOT NULL, -- public
	changed_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, project)
{{.End}};

CREATE TABLE question ( -- a thread between the author of a proposal and the services
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	proposal   {{.ID}} NOT NULL,
	project    {{.ID}} NOT NULL,
	public     {{.Bool}} NOT NULL, -- as who asked chose
	asked_by   {{.Text}} NOT NULL, -- author or city
	waits_for  {{.Text}} NOT NULL, -- who did not have the last word: author or city
	asked_at   {{.Int}} NOT NULL,
	moved_at   {{.Int}} NOT NULL,  -- of its last message
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX question_proposal ON question (platform, proposal, asked_at, id);
CREATE INDEX question_project ON question (platform, project, waits_for, moved_at, id);
CREATE INDEX question_moved ON question (platform, waits_for, moved_at, id);

CREATE TABLE question_message (
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	question {{.ID}} NOT NULL,
	side     {{.Text}} NOT NULL, -- author or city
	author   {{.ID}} NOT NULL,   -- participant; an agent's name is never public
	body     {{.Text}} NOT NULL,
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX question_message_question ON question_message (platform, question, at, id);
CREATE INDEX question_message_author ON question_message (platform, author, at, id);

CREATE TABLE follow_topic ( -- following more than one proposal
	platform    {{.Int}} NOT NULL,
	kind        {{.Text}} NOT NULL, -- project, district
	subject     {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, participant, kind, subject)
{{.End}};
CREATE INDEX follow_topic_subject ON follow_topic (platform, subject, participant);

CREATE TABLE happening ( -- what followers are told, once it is public
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	kind     {{.Text}} NOT NULL, -- comment, decision, work, news, …: the translation follow.KIND
	project  {{.ID}},
	proposal {{.ID}},
	district {{.ID}},
	source   {{.ID}},            -- what it tells of; taken back with it
	actor    {{.ID}},            -- who did it, and is not told
	path     {{.Text}} NOT NULL, -- of the platform
	args     {{.Text}} NOT NULL, -- JSON
	at       {{.Int}} NOT NULL,  -- the platform's time since which it is public
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX happening_at ON happening (platform, at, id);
CREATE INDEX happening_source ON happening (platform, source);

CREATE TABLE digest_turn ( -- the turns that are written into the outbox already
	platform {{.Int}} NOT NULL,
	period   {{.Text}} NOT NULL, -- day, week
	at       {{.Int}} NOT NULL,  -- the platform's time
	PRIMARY KEY (platform, period, at)
{{.End}};

CREATE TABLE digest_reader ( -- how often somebody wants to be told, and until when they were
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	period      {{.Text}} NOT NULL, -- day, week
	told_until  {{.Int}} NOT NULL,  -- the platform's time; 0: never told
	PRIMARY KEY (platform, participant)
{{.End}};

CREATE TABLE author_message ( -- from the city to authors
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,   -- made by the page of its preview: sent once
	project  {{.ID}} NOT NULL,
	sender   {{.ID}} NOT NULL,
	subject  {{.Text}} NOT NULL,
	body     {{.Text}} NOT NULL,
	filter   {{.Text}} NOT NULL, -- JSON
	people   {{.Int}} NOT NULL,
	sent_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX author_message_project ON author_message (platform, project, sent_at, id);

CREATE TABLE agent_act ( -- what agents did, for who answers for it
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	who      {{.ID}} NOT NULL,
	role     {{.Text}} NOT NULL,
	act      {{.Text}} NOT NULL, -- the translation audit.act.ACT
	kind     {{.Text}} NOT NULL, -- of the subject: proposal, comment, …; may be empty
	subject  {{.ID}},
	project  {{.ID}},
	note     {{.Text}} NOT NULL, -- free of personal data where it can be
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX agent_act_who ON agent_act (platform, who, id);
CREATE INDEX agent_act_act ON agent_act (platform, act, id);
CREATE INDEX agent_act_subject ON agent_act (platform, subject, id);

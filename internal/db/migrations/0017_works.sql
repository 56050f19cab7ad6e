-- Follow-up until built: what was promised, voted, committed and spent, who answers for it, the parts of merged projects, dates
-- that were moved and why, news with pictures, and the winners of editions from before Parvis.
-- Late is never stored: it is the clock against due_at.
-- +goose Up

ALTER TABLE delivery ADD COLUMN version {{.Int}} NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN voted {{.Int}} NOT NULL DEFAULT 0;       -- hundredths
ALTER TABLE delivery ADD COLUMN committed {{.Int}};                      -- NULL: not said
ALTER TABLE delivery ADD COLUMN spent {{.Int}};                          -- NULL: not said
ALTER TABLE delivery ADD COLUMN service {{.ID}};                         -- in charge; NULL: none yet
ALTER TABLE delivery ADD COLUMN promised_at {{.Int}} NOT NULL DEFAULT 0; -- by the rulebook, from the proclamation; 0: no limit
ALTER TABLE delivery ADD COLUMN due_at {{.Int}} NOT NULL DEFAULT 0;      -- from when on it is late: the end of the first day that waits; 0: none
ALTER TABLE delivery ADD COLUMN ended_at {{.Int}} NOT NULL DEFAULT 0;    -- built or abandoned
ALTER TABLE delivery ADD COLUMN reason {{.Text}} NOT NULL DEFAULT '';    -- abandoned: why, public
ALTER TABLE delivery ADD COLUMN money_back {{.Text}} NOT NULL DEFAULT ''; -- abandoned: where its money goes
CREATE INDEX delivery_due ON delivery (platform, state, due_at, updated_at, project);
CREATE INDEX delivery_service ON delivery (platform, service, state, proposal);

ALTER TABLE milestone ADD COLUMN kind {{.Text}} NOT NULL DEFAULT 'free'; -- study, works, opening, free
UPDATE delivery SET due_at = COALESCE((SELECT MIN(m.due_at) FROM milestone m WHERE m.platform = delivery.platform AND m.proposal = delivery.proposal AND m.done_at = 0 AND m.due_at > 0), -86400000000) + 86400000000
	WHERE state <> 'built' AND state <> 'abandoned';
UPDATE delivery SET ended_at = updated_at WHERE state = 'built' OR state = 'abandoned';
UPDATE delivery SET state = 'under_way' WHERE state = 'late';

CREATE TABLE works_part ( -- one of the projects that were merged into a winner
	platform {{.Int}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	position {{.Int}} NOT NULL,
	project  {{.ID}} NOT NULL,
	title    {{.Text}} NOT NULL,
	state    {{.Text}} NOT NULL, -- planned, under_way, built, abandoned
	due_at   {{.Int}} NOT NULL,  -- 0: no date
	done_at  {{.Int}} NOT NULL,
	note     {{.Text}} NOT NULL, -- abandoned: why
	PRIMARY KEY (platform, proposal, position)
{{.End}};
CREATE INDEX works_part_project ON works_part (platform, project);

CREATE TABLE works_delay ( -- a date that was moved; the former one stays in sight
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	project  {{.ID}} NOT NULL,
	position {{.Int}} NOT NULL,  -- of the milestone
	from_at  {{.Int}} NOT NULL,
	to_at    {{.Int}} NOT NULL,
	reason   {{.Text}} NOT NULL, -- of the list
	words    {{.Text}} NOT NULL, -- a sentence, public
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX works_delay_proposal ON works_delay (platform, proposal, at, id);
CREATE INDEX works_delay_project ON works_delay (platform, project);

CREATE TABLE works_news (
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	project  {{.ID}} NOT NULL,
	phase    {{.Text}} NOT NULL, -- before, during, after
	body     {{.Text}} NOT NULL,
	picture  {{.ID}},
	at       {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX works_news_proposal ON works_news (platform, proposal, at, id);
CREATE INDEX works_news_picture ON works_news (platform, picture);
CREATE INDEX works_news_project ON works_news (platform, project);

CREATE TABLE past_edition ( -- held before Parvis: nothing is known of it but its winners
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	slug     {{.Text}} NOT NULL,
	title    {{.Text}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX past_edition_slug ON past_edition (platform, slug);

CREATE TABLE past_winner ( -- its follow-up is a row of delivery, whose project is the past edition
	platform  {{.Int}} NOT NULL,
	id        {{.ID}} NOT NULL,
	edition   {{.ID}} NOT NULL,
	reference {{.Text}} NOT NULL, -- of the town, by which a file is imported anew
	number    {{.Int}} NOT NULL,  -- in the edition, from 1
	title     {{.Text}} NOT NULL,
	body      {{.Text}} NOT NULL,
	district  {{.ID}},
	latitude  {{.Real}},
	longitude {{.Real}},
	address   {{.Text}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX past_winner_reference ON past_winner (platform, edition, reference);
CREATE UNIQUE INDEX past_winner_number ON past_winner (platform, edition, number);

-- The announcement of results: when, drawn by which numbers, with which files, and what the council made of it.
-- +goose Up

ALTER TABLE step ADD COLUMN proclaimed_at {{.Int}} NOT NULL DEFAULT 0; -- when the result of its vote was announced; 0: it was not
UPDATE step SET proclaimed_at = COALESCE((SELECT r.proclaimed_at FROM result r WHERE r.platform = step.platform AND r.step = step.id), 0);
ALTER TABLE result ADD COLUMN seed {{.Text}} NOT NULL DEFAULT '';      -- what the lots were drawn by; empty: by what the rulebook says
ALTER TABLE result ADD COLUMN drawn {{.Bool}} NOT NULL DEFAULT FALSE;  -- the seed is the numbers of a public drawing

CREATE TABLE proclamation ( -- what organisers prepare between the end of a vote and its announcement
	platform    {{.Int}} NOT NULL,
	step        {{.ID}} NOT NULL,   -- the vote
	numbers     {{.Text}} NOT NULL, -- of the public drawing, lowest first, apart by a space; empty: not typed yet
	planned_at  {{.Int}} NOT NULL,  -- when it is announced by itself; 0: by hand
	reminded_at {{.Int}} NOT NULL,  -- when organisers were last told that it waits
	PRIMARY KEY (platform, step)
{{.End}};

CREATE TABLE result_file ( -- files that came out with a result, as they were that day; nobody's words are in them
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	name     {{.Text}} NOT NULL,
	sha256   {{.Bytes}} NOT NULL,
	content  {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, step, name)
{{.End}};

CREATE TABLE deliberation ( -- the council's vote on a result
	platform    {{.Int}} NOT NULL,
	step        {{.ID}} NOT NULL,
	decided_on  {{.Int}} NOT NULL,   -- the day, at its beginning
	number      {{.Text}} NOT NULL,  -- as the council numbers it
	link        {{.Text}} NOT NULL,  -- where it is published; may be empty
	document    {{.Bytes}} NOT NULL, -- as PDF; may be empty
	recorded_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, step)
{{.End}};

CREATE TABLE deliberation_change ( -- what the council decided otherwise than the count
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	won      {{.Bool}} NOT NULL,  -- it was made a winner; false: it was taken out
	reason   {{.Text}} NOT NULL,  -- public
	PRIMARY KEY (platform, step, proposal)
{{.End}};

CREATE TABLE press ( -- the page for journalists
	platform   {{.Int}} NOT NULL,
	step       {{.ID}} NOT NULL,
	embargo_at {{.Int}} NOT NULL,  -- before it, only who has the link sees it; 0: none
	token      {{.Text}} NOT NULL, -- of that link
	contact    {{.Text}} NOT NULL, -- whom to call, as it is shown
	PRIMARY KEY (platform, step)
{{.End}};

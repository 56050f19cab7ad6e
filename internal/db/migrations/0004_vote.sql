-- The vote: what people have chosen and not cast, who has voted, and what their ballots change in totals that move in
-- batches. Ballots themselves are in 0001.
-- +goose Up

CREATE TABLE basket ( -- what somebody has chosen in a step and not cast; kept without an account
	platform    {{.Int}} NOT NULL,
	step        {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	choices     {{.Text}} NOT NULL, -- as those of a ballot
	district    {{.Text}} NOT NULL, -- slug of the district whose ballot they fill in; empty: not said
	seed        {{.Int}} NOT NULL,  -- of the order in which they see the proposals
	saved_at    {{.Int}} NOT NULL,  -- 0: nothing yet
	reminded_at {{.Int}} NOT NULL,  -- 0: nobody was reminded of it
	PRIMARY KEY (platform, step, participant)
{{.End}};

-- The signature list (émargement): who has voted. It has a day and no hour, so that the link alone, which is destroyed
-- once appeals are over, joins a person to a ballot.
CREATE TABLE signature (
	platform    {{.Int}} NOT NULL,
	step        {{.ID}} NOT NULL,
	participant {{.ID}} NOT NULL,
	ballot      {{.ID}},            -- the link
	tracker     {{.Text}} NOT NULL, -- the proof of deposit that the person has: says that they voted, opens nothing
	district    {{.Text}} NOT NULL, -- slug of the one that they live in, where the rules ask; empty: not asked
	day         {{.Int}} NOT NULL,  -- local, as days since 1970
	PRIMARY KEY (platform, step, participant)
{{.End}};
CREATE UNIQUE INDEX signature_tracker ON signature (platform, tracker);

CREATE TABLE total_waiting ( -- changes of totals that are shown once there are enough of them
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	id       {{.ID}} NOT NULL,   -- random
	choices  {{.Text}} NOT NULL, -- of a ballot that came or went
	sign     {{.Int}} NOT NULL,  -- 1: it came; -1: it went
	PRIMARY KEY (platform, step, id)
{{.End}};

-- How many people of each district have voted in a step, kept apart from the ballots, so that no count reads where one
-- came from.
-- +goose Up

CREATE TABLE turnout (
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	district {{.Text}} NOT NULL, -- its slug
	voters   {{.Int}} NOT NULL,
	PRIMARY KEY (platform, step, district)
{{.End}};

-- The house: platforms, projects, proposals, ballots, results. Every table of a tenant leads with the platform's key.
-- Times are microseconds UTC (0: unknown), money hundredths of the project's currency.
-- +goose Up

CREATE TABLE platform (
	key        {{.Int}} NOT NULL PRIMARY KEY,
	id         {{.ID}} NOT NULL UNIQUE,
	slug       {{.Text}} NOT NULL UNIQUE,
	name       {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL, -- city, or replay: a copy of public data that no city answers for
	address    {{.Text}} NOT NULL, -- scheme and host of canonical links; empty until it is set
	languages  {{.Text}} NOT NULL, -- comma-separated, the first is the default
	zone       {{.Text}} NOT NULL, -- IANA
	licence    {{.Text}} NOT NULL, -- etalab-2.0 or ODbL-1.0
	accent     {{.Text}} NOT NULL, -- #rrggbb
	logo       {{.ID}},
	legal      {{.Text}} NOT NULL, -- JSON: text by "language/kind"
	clock_from {{.Int}} NOT NULL,  -- the platform's time is clock_to + (now - clock_from) * clock_rate / 1000
	clock_to   {{.Int}} NOT NULL,
	clock_rate {{.Int}} NOT NULL,
	created_at {{.Int}} NOT NULL
{{.End}};

CREATE TABLE host (
	host     {{.Text}} NOT NULL PRIMARY KEY,
	platform {{.Int}} NOT NULL
{{.End}};

CREATE TABLE account (
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	name       {{.Text}} NOT NULL,
	kind       {{.Text}} NOT NULL, -- resident, association, business, organisation
	slug       {{.Text}} NOT NULL,
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX account_slug ON account (platform, slug);

CREATE TABLE media (
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	alt        {{.Text}} NOT NULL, -- JSON: what it shows, in words, by language
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};

-- A picture in one size.
CREATE TABLE rendition (
	platform {{.Int}} NOT NULL,
	media    {{.ID}} NOT NULL,
	width    {{.Int}} NOT NULL,
	height   {{.Int}} NOT NULL,
	mime     {{.Text}} NOT NULL,
	sha256   {{.Bytes}} NOT NULL,
	content  {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, media, width)
{{.EndRowid}};

CREATE TABLE district (
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	slug     {{.Text}} NOT NULL,
	name     {{.Text}} NOT NULL,
	sort     {{.Bytes}} NOT NULL,  -- collation key
	colour   {{.Int}} NOT NULL,   -- place in the colour sequence
	outline  {{.Text}},           -- GeoJSON geometry
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX district_slug ON district (platform, slug);
CREATE INDEX district_sort ON district (platform, sort, id);

CREATE TABLE theme (
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	slug     {{.Text}} NOT NULL,
	title    {{.Text}} NOT NULL,
	sort     {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX theme_slug ON theme (platform, slug);

CREATE TABLE project (
	platform     {{.Int}} NOT NULL,
	id           {{.ID}} NOT NULL,
	slug         {{.Text}} NOT NULL,
	title        {{.Text}} NOT NULL,
	summary      {{.Text}} NOT NULL,
	currency     {{.Text}} NOT NULL, -- ISO 4217
	language     {{.Text}} NOT NULL, -- of what people wrote: fr, pl, …
	state        {{.Text}} NOT NULL, -- importing, draft, published
	origin       {{.Text}} NOT NULL, -- city, or import: public data of another system
	author       {{.ID}},
	cover        {{.ID}},
	rulebook     {{.Int}} NOT NULL,  -- version in force
	published_at {{.Int}} NOT NULL,
	created_at   {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX project_slug ON project (platform, slug);
CREATE INDEX project_published ON project (platform, published_at, id);

CREATE TABLE project_district (
	platform {{.Int}} NOT NULL,
	project  {{.ID}} NOT NULL,
	district {{.ID}} NOT NULL,
	position {{.Int}} NOT NULL,
	PRIMARY KEY (platform, project, district)
{{.End}};
CREATE INDEX project_district_district ON project_district (platform, district, project);

CREATE TABLE project_theme (
	platform {{.Int}} NOT NULL,
	project  {{.ID}} NOT NULL,
	theme    {{.ID}} NOT NULL,
	PRIMARY KEY (platform, project, theme)
{{.End}};

CREATE TABLE category ( -- of one project; kind category, or target (whom it is for)
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	project  {{.ID}} NOT NULL,
	kind     {{.Text}} NOT NULL,
	slug     {{.Text}} NOT NULL,
	name     {{.Text}} NOT NULL,
	sort     {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX category_slug ON category (platform, project, kind, slug);

CREATE TABLE step (
	platform  {{.Int}} NOT NULL,
	id        {{.ID}} NOT NULL,
	project   {{.ID}} NOT NULL,
	position  {{.Int}} NOT NULL,
	kind      {{.Text}} NOT NULL, -- presentation, collect, preselection, analysis, vote, result, delivery, questionnaire, other
	slug      {{.Text}} NOT NULL,
	title     {{.Text}} NOT NULL, -- empty: the kind's own name in the reader's language
	starts_at {{.Int}} NOT NULL,
	ends_at   {{.Int}} NOT NULL,
	proposals {{.Int}} NOT NULL,  -- selected into it
	ballots   {{.Int}} NOT NULL,  -- cast in it
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX step_position ON step (platform, project, position);

CREATE TABLE rulebook (
	platform   {{.Int}} NOT NULL,
	project    {{.ID}} NOT NULL,
	version    {{.Int}} NOT NULL,
	body       {{.Text}} NOT NULL, -- canonical JSON
	hash       {{.Bytes}} NOT NULL, -- SHA-256 of body
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, project, version)
{{.End}};

CREATE TABLE proposal (
	platform       {{.Int}} NOT NULL,
	id             {{.ID}} NOT NULL,
	project        {{.ID}} NOT NULL,
	number         {{.Int}} NOT NULL,  -- in its project, from 1
	reference      {{.Text}} NOT NULL, -- shown to people; the file's own identifier for an import
	slug           {{.Text}} NOT NULL,
	title          {{.Text}} NOT NULL,
	summary        {{.Text}} NOT NULL,
	body           {{.Text}} NOT NULL,
	cost           {{.Int}} NOT NULL,
	district       {{.ID}},            -- the first one; all are tags
	category       {{.ID}},
	theme          {{.ID}},
	author         {{.ID}} NOT NULL,
	proposer       {{.Text}} NOT NULL, -- the name a file gives, without an account
	picture        {{.ID}},
	latitude       {{.Real}},
	longitude      {{.Real}},
	address        {{.Text}} NOT NULL,
	trashed        {{.Text}} NOT NULL, -- empty, visible or invisible
	trashed_reason {{.Text}} NOT NULL,
	trashed_at     {{.Int}} NOT NULL,
	created_at     {{.Int}} NOT NULL,
	published_at   {{.Int}} NOT NULL,  -- 0: draft
	updated_at     {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX proposal_number ON proposal (platform, project, number);
CREATE INDEX proposal_reference ON proposal (platform, reference);
CREATE INDEX proposal_author ON proposal (platform, author, id);
CREATE INDEX proposal_place ON proposal (platform, latitude, longitude, id) WHERE latitude IS NOT NULL;
CREATE INDEX proposal_picture ON proposal (platform, picture) WHERE picture IS NOT NULL;

-- A proposal selected into a step: the row that lists, orders and counts read.
CREATE TABLE selection (
	platform     {{.Int}} NOT NULL,
	step         {{.ID}} NOT NULL,
	proposal     {{.ID}} NOT NULL,
	number       {{.Int}} NOT NULL, -- the proposal's: breaks ties of every order
	status       {{.Text}} NOT NULL,
	votes        {{.Int}} NOT NULL, -- ballots that name it
	points       {{.Int}} NOT NULL, -- what they give it
	cost         {{.Int}} NOT NULL,
	published_at {{.Int}} NOT NULL,
	shuffle      {{.Int}} NOT NULL, -- a random number of 31 bits: its place in the random order
	trashed      {{.Bool}} NOT NULL, -- removed by moderation
	PRIMARY KEY (platform, step, proposal)
{{.End}};
CREATE INDEX selection_number ON selection (platform, step, trashed, number);
CREATE INDEX selection_votes ON selection (platform, step, trashed, votes DESC, number, points);
CREATE INDEX selection_points ON selection (platform, step, trashed, points DESC, number, votes);
CREATE INDEX selection_cost ON selection (platform, step, trashed, cost, number);
CREATE INDEX selection_published ON selection (platform, step, trashed, published_at, number);
CREATE INDEX selection_shuffle ON selection (platform, step, trashed, shuffle, number);
CREATE INDEX selection_proposal ON selection (platform, proposal, step);

CREATE TABLE selection_tag ( -- what a list can be filtered by; kind district, category, target or theme, tag its slug
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	kind     {{.Text}} NOT NULL,
	tag      {{.Text}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	PRIMARY KEY (platform, step, kind, tag, proposal)
{{.End}};
CREATE INDEX selection_tag_proposal ON selection_tag (platform, proposal, step);

CREATE TABLE facet ( -- kept counts of selection_tag; the empty kind is the whole step
	platform  {{.Int}} NOT NULL,
	step      {{.ID}} NOT NULL,
	kind      {{.Text}} NOT NULL,
	tag       {{.Text}} NOT NULL,
	name      {{.Text}} NOT NULL,
	sort      {{.Bytes}} NOT NULL,
	proposals {{.Int}} NOT NULL,
	members   {{.Bytes}} NOT NULL, -- the set of these proposals, by number
	PRIMARY KEY (platform, step, kind, tag)
{{.End}};

CREATE TABLE ballot (
	platform {{.Int}} NOT NULL,
	step     {{.ID}} NOT NULL,
	id       {{.ID}} NOT NULL,   -- random: no order, no time
	choices  {{.Text}} NOT NULL, -- "12,7,31": proposal numbers, best first; "12=3,7=1" with points
	age      {{.Text}},          -- this and the following: secret
	sex      {{.Text}},
	method   {{.Text}},
	area     {{.Text}},
	PRIMARY KEY (platform, step, id)
{{.End}};

CREATE TABLE result (
	platform       {{.Int}} NOT NULL,
	step           {{.ID}} NOT NULL,
	rule           {{.Text}} NOT NULL, -- the rule's name as the organiser gives it
	rulebook       {{.Int}} NOT NULL,
	counted        {{.Bool}} NOT NULL,
	ballots        {{.Int}} NOT NULL,
	ballots_hash   {{.Bytes}} NOT NULL, -- SHA-256 over the sorted ballots
	budget         {{.Int}} NOT NULL,
	spent          {{.Int}} NOT NULL,
	reserve        {{.Int}} NOT NULL,
	winners        {{.Int}} NOT NULL,
	official_known {{.Bool}} NOT NULL, -- the city's own announcement is in the file
	official_same  {{.Bool}} NOT NULL,
	proclaimed_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, step)
{{.End}};

CREATE TABLE result_line (
	platform   {{.Int}} NOT NULL,
	step       {{.ID}} NOT NULL,
	rank       {{.Int}} NOT NULL,
	proposal   {{.ID}} NOT NULL,
	total      {{.Int}} NOT NULL,
	supporters {{.Int}} NOT NULL,
	mark       {{.Int}} NOT NULL, -- 1 winner, 2 winner completed from a reserve, 0 not
	stage      {{.Text}} NOT NULL,
	part       {{.Text}} NOT NULL,
	reason     {{.Text}} NOT NULL, -- JSON of tally.Reason
	official   {{.Int}},           -- 1, 0, or the file's other mark; NULL: not announced
	PRIMARY KEY (platform, step, rank)
{{.End}};
CREATE INDEX result_line_marked ON result_line (platform, step, rank) WHERE mark <> 0 OR official IN (1, 2);
CREATE UNIQUE INDEX result_line_proposal ON result_line (platform, proposal, step);

CREATE TABLE import (
	platform    {{.Int}} NOT NULL,
	id          {{.ID}} NOT NULL,
	project     {{.ID}} NOT NULL,
	unit        {{.Text}} NOT NULL,
	subunit     {{.Text}} NOT NULL,
	instance    {{.Text}} NOT NULL,
	file        {{.Text}} NOT NULL,
	sha256      {{.Bytes}} NOT NULL,
	state       {{.Text}} NOT NULL, -- running, done, replaced
	comment     {{.Text}} NOT NULL, -- of the file's makers
	proposals   {{.Int}} NOT NULL,
	districts   {{.Int}} NOT NULL,
	ballots     {{.Int}} NOT NULL,
	refused     {{.Int}} NOT NULL, -- lines
	dropped     {{.Int}} NOT NULL, -- choices of taken ballots that name a refused project
	differing   {{.Int}} NOT NULL, -- totals that are not those of the file
	started_at  {{.Int}} NOT NULL,
	finished_at {{.Int}} NOT NULL, -- while running: the last sign of life
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX import_project ON import (platform, project);
CREATE INDEX import_source ON import (platform, unit, subunit, instance);

CREATE TABLE import_refusal (
	platform {{.Int}} NOT NULL,
	import   {{.ID}} NOT NULL,
	line     {{.Int}} NOT NULL,
	position {{.Int}} NOT NULL,
	code     {{.Text}} NOT NULL,
	args     {{.Text}} NOT NULL, -- JSON
	PRIMARY KEY (platform, import, line, position)
{{.End}};

CREATE TABLE delivery (
	platform   {{.Int}} NOT NULL,
	proposal   {{.ID}} NOT NULL,
	project    {{.ID}} NOT NULL,
	state      {{.Text}} NOT NULL, -- planned, under_way, built, late, abandoned
	updated_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, proposal)
{{.End}};
CREATE INDEX delivery_project ON delivery (platform, project, state, proposal);

CREATE TABLE milestone (
	platform {{.Int}} NOT NULL,
	proposal {{.ID}} NOT NULL,
	position {{.Int}} NOT NULL,
	title    {{.Text}} NOT NULL,
	body     {{.Text}} NOT NULL,
	due_at   {{.Int}} NOT NULL,
	done_at  {{.Int}} NOT NULL,
	PRIMARY KEY (platform, proposal, position)
{{.End}};

CREATE TABLE journal_pending ( -- public acts that wait for the sequencer, format v0
	platform {{.Int}} NOT NULL,
	id       {{.ID}} NOT NULL,
	kind     {{.Text}} NOT NULL,
	body     {{.Text}} NOT NULL, -- canonical JSON (RFC 8785)
	at       {{.Int}} NOT NULL,
	position {{.Int}} NOT NULL, -- among those of the same instant, which one transaction wrote
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX journal_pending_at ON journal_pending (platform, at, position, id);

-- What searches read: the words of proposals, folded (no accents, lower case), each with the sets of proposals (by number)
-- that have it in their title or in their text; and the same words in a few long rows, to be looked through for parts of
-- words and for typos. The same on both engines.
CREATE TABLE search_word (
	platform {{.Int}} NOT NULL,
	project  {{.ID}} NOT NULL,
	word     {{.Text}} NOT NULL,
	shown    {{.Text}} NOT NULL, -- as people write it
	title    {{.Bytes}} NOT NULL,
	body     {{.Bytes}} NOT NULL,
	PRIMARY KEY (platform, project, word)
{{.EndRowid}};

CREATE TABLE search_lexicon (
	platform {{.Int}} NOT NULL,
	project  {{.ID}} NOT NULL,
	letters  {{.Int}} NOT NULL,  -- of each word
	words    {{.Text}} NOT NULL, -- sorted, each followed by a line feed
	PRIMARY KEY (platform, project, letters)
{{.EndRowid}};

-- What the city writes: its pages and its news, in French and perhaps in English.
-- +goose Up

CREATE TABLE article (
	platform      {{.Int}} NOT NULL,
	id            {{.ID}} NOT NULL,
	kind          {{.Text}} NOT NULL,        -- news, page
	project       {{.ID}},                   -- the edition that it is about; NULL: the whole platform
	slug          {{.Text}} NOT NULL,
	title         {{.Text}} NOT NULL,
	summary       {{.Text}} NOT NULL,
	body          {{.Text}} NOT NULL,        -- Markdown, as it was typed
	title_en      {{.Text}} NOT NULL,        -- empty: there is no English version
	summary_en    {{.Text}} NOT NULL,
	body_en       {{.Text}} NOT NULL,
	picture       {{.ID}},
	publish_at    {{.Int}} NOT NULL,         -- microseconds; 0: a draft
	withdrawn     {{.Bool}} NOT NULL,
	changed_at    {{.Int}} NOT NULL,         -- its last change after it was online; 0: none
	created_at    {{.Int}} NOT NULL,
	version       {{.Int}} NOT NULL,         -- how often it was saved
	PRIMARY KEY (platform, id)
{{.End}};
CREATE UNIQUE INDEX article_slug ON article (platform, slug);
CREATE INDEX article_shown ON article (platform, kind, publish_at, id);
CREATE INDEX article_project ON article (platform, project, publish_at, id);
CREATE INDEX article_picture ON article (platform, picture);

CREATE TABLE article_file ( -- a document beside an article
	platform   {{.Int}} NOT NULL,
	id         {{.ID}} NOT NULL,
	article    {{.ID}} NOT NULL,
	title      {{.Text}} NOT NULL,  -- what it is, in its own language
	name       {{.Text}} NOT NULL,  -- of the file, by what it is
	mime       {{.Text}} NOT NULL,
	size       {{.Int}} NOT NULL,   -- bytes
	content    {{.Bytes}} NOT NULL,
	created_at {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX article_file_article ON article_file (platform, article, created_at, id);

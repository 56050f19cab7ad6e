-- E-mails: what was sent, what came back, and who wants no more of a list.
-- +goose Up

CREATE TABLE mail_log ( -- what a mail server took or refused, for thirty days
	platform  {{.Int}} NOT NULL,
	id        {{.ID}} NOT NULL,   -- the job's; also in the Message-ID
	recipient {{.Text}} NOT NULL,
	kind      {{.Text}} NOT NULL,
	refused   {{.Text}} NOT NULL, -- the server's answer; empty: taken
	at        {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX mail_log_at ON mail_log (platform, at, id);

CREATE TABLE mail_bounce ( -- addresses to which nothing more is sent but what their holder asks for
	platform  {{.Int}} NOT NULL,
	email_key {{.Text}} NOT NULL,
	answer    {{.Text}} NOT NULL,
	at        {{.Int}} NOT NULL,
	PRIMARY KEY (platform, email_key)
{{.End}};

CREATE TABLE mail_off ( -- lists that somebody left
	platform    {{.Int}} NOT NULL,
	participant {{.ID}} NOT NULL,
	list        {{.Text}} NOT NULL,
	at          {{.Int}} NOT NULL,
	PRIMARY KEY (platform, participant, list)
{{.End}};

CREATE TABLE mail_box ( -- the demonstration's mailbox: what would have been sent
	platform  {{.Int}} NOT NULL,
	id        {{.ID}} NOT NULL,
	recipient {{.Text}} NOT NULL,
	subject   {{.Text}} NOT NULL,
	body      {{.Text}} NOT NULL,
	action    {{.Text}} NOT NULL,
	link      {{.Text}} NOT NULL,
	at        {{.Int}} NOT NULL,
	PRIMARY KEY (platform, id)
{{.End}};
CREATE INDEX mail_box_at ON mail_box (platform, at, id);

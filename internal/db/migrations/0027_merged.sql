-- What a proposal that became part of another says, whatever moderation does to it afterwards: restoring it undoes no merger.
-- +goose Up

ALTER TABLE proposal ADD COLUMN merged_reason {{.Text}} NOT NULL DEFAULT ''; -- empty: it is no part of another

-- Who wrote the assessment that a decision was made of: they do not answer its appeal.
-- +goose Up

ALTER TABLE decision ADD COLUMN assessed_by {{.ID}}; -- NULL: signed before this was kept

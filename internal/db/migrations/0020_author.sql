-- Who an article is by, as who publishes it says: "Le service de la participation". No account stands behind it.
-- +goose Up

ALTER TABLE article ADD COLUMN author {{.Text}} NOT NULL DEFAULT '';    -- empty: nobody is named
ALTER TABLE article ADD COLUMN author_en {{.Text}} NOT NULL DEFAULT ''; -- empty: as in French

-- When a row was withdrawn: its mark is needed until every gateway has heard of it, and not for ever.
ALTER TABLE config ADD COLUMN withdrawn timestamptz;
UPDATE config SET withdrawn = now() WHERE deleted;

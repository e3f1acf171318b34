-- name: check_path
-- Whether PostgreSQL takes a jsonpath: it raises if not.
SELECT $1::text::jsonpath IS NOT NULL;

-- name: alive
-- Whether PostgreSQL answers.
SELECT 1;

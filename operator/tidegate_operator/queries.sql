-- name: check_path
-- Whether PostgreSQL takes a jsonpath: it raises if not.
SELECT $1::text::jsonpath IS NOT NULL;

-- name: alive
-- Whether PostgreSQL answers.
SELECT 1;

-- name: endpoint_at
-- The Endpoint that is published at an address.
SELECT uid
FROM config
WHERE kind = 'Endpoint' AND NOT deleted
    AND concat_ws('/', configuration ->> 'company', configuration ->> 'group', configuration ->> 'slug') = $1
ORDER BY revision DESC
LIMIT 1;

-- name: addresses
-- Some of the addresses that are published.
SELECT concat_ws('/', configuration ->> 'company', configuration ->> 'group', configuration ->> 'slug') AS address
FROM config
WHERE kind = 'Endpoint' AND NOT deleted
ORDER BY 1
LIMIT $1;

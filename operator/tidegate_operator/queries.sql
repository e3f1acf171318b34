-- name: check_path
-- Whether PostgreSQL takes a jsonpath: it raises if not.
SELECT $1::text::jsonpath IS NOT NULL;

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

-- name: claim_database
-- Whether this session is the one of the `tidegate up` that serves from the database, which it stays until it ends.
-- A machine that vanishes without a word is noticed after 11 s. The number is Tidegate's own.
SELECT
    pg_try_advisory_lock(7434180004),
    set_config('tcp_keepalives_idle', '5', false),
    set_config('tcp_keepalives_interval', '2', false),
    set_config('tcp_keepalives_count', '3', false);

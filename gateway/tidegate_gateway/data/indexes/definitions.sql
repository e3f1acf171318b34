-- name: definitions_lock
-- One sync at a time.
SELECT pg_advisory_xact_lock(7434180003);

-- name: sync_definitions
-- Brings the definitions in step with the configuration: new ones in, gone ones marked, and those that are back unmarked.
-- A new one has the request that its endpoint's others have taken up: only a new request indexes what is stored already.
-- (A conflict would hold the row even where nothing is to be changed.)
WITH wanted AS MATERIALIZED (
    SELECT
        (index ->> 'id')::bigint AS id, uid AS endpoint, index ->> 'name' AS name, index ->> 'method' AS method,
        index ->> 'source' AS source, index ->> 'path' AS path, index ->> 'type' AS type
    FROM config CROSS JOIN LATERAL jsonb_array_elements(configuration -> 'indexes') AS index
    WHERE kind = 'Endpoint' AND NOT deleted AND index ->> 'id' IS NOT NULL
), added AS (
    INSERT INTO index_definition AS old (id, endpoint, name, method, source, path, type, requested)
    SELECT wanted.*, (SELECT max(requested) FROM index_definition WHERE endpoint = wanted.endpoint)
    FROM wanted
    WHERE NOT EXISTS (SELECT FROM index_definition AS known WHERE known.id = wanted.id AND removed IS NULL)
    ON CONFLICT (id) DO UPDATE SET removed = NULL, counted = NULL WHERE old.removed IS NOT NULL
)
UPDATE index_definition SET removed = now(), started = NULL, counted = NULL
WHERE removed IS NULL AND id NOT IN (SELECT id FROM wanted);

-- name: take_requests
-- Begins to index what is stored, where an endpoint's configuration has a request that was not taken up yet.
UPDATE index_definition SET
    requested = configuration ->> 'reindex', started = now(), until = NULL, position_written = NULL, position = NULL
FROM config
WHERE kind = 'Endpoint' AND uid = endpoint AND NOT deleted AND removed IS NULL
    AND configuration ->> 'reindex' IS NOT NULL
    AND requested IS DISTINCT FROM configuration ->> 'reindex';

-- name: request_reindex
-- Begins to index what an endpoint has stored.
UPDATE index_definition SET started = now(), until = NULL, position_written = NULL, position = NULL
WHERE endpoint = $1 AND removed IS NULL
RETURNING id;

-- name: index_states
-- The definitions of some endpoints, or of all. The first datum is looked for only where it says something.
SELECT
    id, endpoint, name, rows, started IS NOT NULL AS reindexing, position,
    CASE WHEN started IS NOT NULL THEN
        (SELECT datum.id FROM datum WHERE datum.endpoint = index_definition.endpoint ORDER BY written, datum.id LIMIT 1)
    END AS first
FROM index_definition
WHERE removed IS NULL AND ($1::uuid[] IS NULL OR endpoint = ANY ($1))
ORDER BY endpoint, name;

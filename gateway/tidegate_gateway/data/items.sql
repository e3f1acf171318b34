-- name: lock_datum
-- One datum of an endpoint, held against other writers until the end of the transaction.
SELECT id, method, token, host(source) AS source, status, version, input, output
FROM datum
WHERE endpoint = $1 AND id = $2
FOR UPDATE;

-- name: hold_version
-- Holds one version of a datum until the end of the transaction. It is a statement of its own so that the next one sees what
-- those have done that it waited for.
SELECT true FROM datum WHERE id = $1 AND version = $2 FOR UPDATE;

-- name: change_datum
-- Replaces the input of a datum, numbers the version, and indexes it anew where it stands in the order of readers; gives
-- also the definitions whose value is not of their type. Indexed is what the caller knows of and what is in the database:
-- a gateway that has not heard of a definition yet leaves no old value behind. What the output is found by stays.
-- The caller holds it. $8 is false where PostgreSQL fails over a path: nothing is found by the datum then.
WITH changed AS (
    UPDATE datum SET input = $2, version = version + 1, size = $7 WHERE id = $1 RETURNING *
), wanted AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, type, path
    FROM (
        SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[]) AS given (id, type, path)
        UNION ALL
        SELECT definition.id, type, path
        FROM changed JOIN index_definition AS definition USING (endpoint, method)
        WHERE definition.source = 'Input' AND removed IS NULL
    ) AS known
    WHERE $8::boolean
), found AS MATERIALIZED (
    SELECT value.*, num_nonnulls(text_value, number_value, time_value) = 1 AS typed
    FROM changed
    CROSS JOIN (SELECT array_agg(id) AS ids, array_agg(type) AS types, array_agg(path) AS paths FROM wanted) AS listed
    CROSS JOIN LATERAL index_values(input, ids, types, paths) AS value
), indexed AS (
    INSERT INTO data_point (definition, datum, written, text_value, number_value, time_value)
    SELECT definition, id, written, text_value, number_value, time_value FROM changed CROSS JOIN found WHERE typed
    ON CONFLICT (datum, definition) DO UPDATE SET
        text_value = excluded.text_value, number_value = excluded.number_value, time_value = excluded.time_value
), gone AS (
    DELETE FROM data_point
    WHERE datum = $1
        AND definition NOT IN (SELECT definition FROM found WHERE typed)
        AND (
            definition IN (SELECT id FROM wanted)
            OR definition IN (SELECT id FROM index_definition WHERE source = 'Input' AND endpoint = $6)
        )
)
SELECT version, input, ARRAY(SELECT definition FROM found WHERE NOT typed) AS unindexable FROM changed;

-- name: begun
-- The first transaction that had not begun: what is committed by now was written by earlier ones.
SELECT pg_snapshot_xmax(pg_current_snapshot());

-- name: take_some
-- Holds some of an endpoint's data behind a position that were written before a transaction.
SELECT id, written
FROM datum
WHERE endpoint = $1 AND (written, id) > ($2::xid8, $3::uuid) AND written < $4::xid8
ORDER BY written, id
LIMIT $5
FOR UPDATE;

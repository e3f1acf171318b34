-- name: unfinished
-- Some definitions whose history is to be indexed, other ones each time.
SELECT id FROM index_definition WHERE started IS NOT NULL AND removed IS NULL ORDER BY random() LIMIT $1;

-- name: take_unfinished
-- Holds a definition whose history is to be indexed, until the end of the transaction: nobody else works on it, and
-- whoever asks for it anew waits, so that the position does not overtake the request. No row: somebody else holds it.
SELECT endpoint, method, source, type, path, until, position_written, position
FROM index_definition
WHERE id = $1 AND started IS NOT NULL AND removed IS NULL
FOR NO KEY UPDATE SKIP LOCKED;

-- name: bound_history
-- Where the history ends: what is written once every gateway knows the definition is indexed as it is written. All that
-- has begun by now is before this transaction; pg_snapshot_xmax leaves out what is still open.
UPDATE index_definition SET until = pg_current_xact_id()
WHERE id = $1 AND started < now() - $2::interval
RETURNING until;

-- name: index_some
-- Indexes some data of an endpoint behind a position that were written before `until`, as far as that is known, and moves
-- the position. Gives how many data there were, and whether nothing that belongs to the history could be missing then.
-- The position has to come from outside: the inner side of a join has no order, and all history would be sorted.
WITH some_data AS MATERIALIZED (
    SELECT id, written, method = $3 AS fitting, CASE WHEN $4::text = 'Output' THEN output ELSE input END AS document
    FROM datum
    WHERE endpoint = $2
        AND (written, id) > ($8::xid8, $9::uuid)
        AND written < pg_snapshot_xmin(pg_current_snapshot())
        AND ($7::xid8 IS NULL OR written < $7)
        AND id >= $10
    ORDER BY written, id
    LIMIT $11
    FOR SHARE
), points AS (
    INSERT INTO data_point (definition, datum, written, text_value, number_value, time_value)
    SELECT $1::bigint, id, written, text_value, number_value, time_value
    FROM some_data CROSS JOIN LATERAL index_values(document, ARRAY[$1::bigint], ARRAY[$5::text], ARRAY[$6::text]) AS value
    WHERE fitting AND num_nonnulls(text_value, number_value, time_value) = 1
    ON CONFLICT (datum, definition) DO UPDATE SET
        text_value = excluded.text_value, number_value = excluded.number_value, time_value = excluded.time_value
), moved AS (
    UPDATE index_definition SET position_written = last.written, position = last.id
    FROM (SELECT written, id FROM some_data ORDER BY written DESC, id DESC LIMIT 1) AS last
    WHERE index_definition.id = $1
)
SELECT count(*) AS count, coalesce($7 <= pg_snapshot_xmin(pg_current_snapshot()), false) AS complete FROM some_data;

-- name: finish
-- The history is indexed.
UPDATE index_definition SET started = NULL, counted = NULL WHERE id = $1;

-- name: removed
-- Some definitions that no configuration has any more, other ones each time; those that had no values not too often.
SELECT id FROM index_definition
WHERE removed IS NOT NULL AND (counted IS NULL OR counted < now() - $2::interval)
ORDER BY random()
LIMIT $1;

-- name: take_removed
-- Holds a definition that no configuration has, until the end of the transaction; no row: somebody else does, or it is
-- back. Gives the type of its values.
SELECT type FROM index_definition WHERE id = $1 AND removed IS NOT NULL FOR UPDATE SKIP LOCKED;

-- name: some_values
-- Holds some values of a definition; waits for nobody. The order is the index's: a table would be read from its beginning
-- again each time, over all that was deleted before.
SELECT datum FROM data_point
WHERE definition = $1 AND {value} IS NOT NULL
ORDER BY {value}, written, datum
LIMIT $2
FOR UPDATE SKIP LOCKED;

-- name: forget_values
-- Deletes values of a definition. (An array of ids names the partitions.)
DELETE FROM data_point WHERE definition = $1 AND datum = ANY ($2::uuid[]);

-- name: no_values_left
-- A definition that is removed has no values for now.
UPDATE index_definition SET counted = now(), rows = 0 WHERE id = $1;

-- name: forget_definition
-- The end of a definition: gateways that had not heard of it yet may have written values for a while.
DELETE FROM index_definition WHERE id = $1 AND removed < now() - interval '1 hour';

-- name: take_uncounted
-- A definition whose values were not counted for a while. It is nobody else's for as long, and its turn comes again behind
-- all others, whatever becomes of the counting.
UPDATE index_definition SET counted = now()
WHERE id = (
    SELECT id FROM index_definition
    WHERE removed IS NULL AND started IS NULL AND (counted IS NULL OR counted < now() - $1::interval)
    ORDER BY counted NULLS FIRST, id
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING id, type;

-- name: count_values
-- How many values of a definition are within bounds of ids.
SELECT count(*) FROM data_point WHERE definition = $1 AND datum >= $2 AND datum < $3 AND {value} IS NOT NULL;

-- name: counted
-- Writes down how many values a definition has.
UPDATE index_definition SET rows = $2 WHERE id = $1;

-- name: unfinished
-- Some definitions whose history is to be indexed, other ones each time.
SELECT id FROM index_definition WHERE started IS NOT NULL AND removed IS NULL ORDER BY random() LIMIT $1;

-- name: try_definition
-- Whether nobody else works on a definition; then nobody does until the end of the transaction.
SELECT pg_try_advisory_xact_lock($1);

-- name: bound_history
-- Where the history ends: what is written once every gateway knows the definition is indexed as it is written.
UPDATE index_definition SET until = pg_snapshot_xmax(pg_current_snapshot())
WHERE id = $1 AND until IS NULL AND started < now() - $2::interval;

-- name: index_some
-- Indexes some data behind the position, and moves it; gives how many data there were.
WITH definition AS (
    SELECT * FROM index_definition WHERE id = $1 AND started IS NOT NULL AND removed IS NULL
), some_data AS MATERIALIZED (
    SELECT
        datum.id, written, datum.method = definition.method AS fitting, definition.type, definition.path,
        CASE WHEN definition.source = 'Output' THEN output ELSE input END AS document
    FROM definition JOIN datum USING (endpoint)
    WHERE (written, datum.id) > (coalesce(position_written, '0'), coalesce(position, '00000000-0000-0000-0000-000000000000'))
        AND written < pg_snapshot_xmin(pg_current_snapshot())
        AND written < coalesce(until, pg_snapshot_xmax(pg_current_snapshot()))
    ORDER BY written, datum.id
    LIMIT $2
    FOR SHARE OF datum
), points AS (
    INSERT INTO data_point (definition, datum, written, text_value, number_value, time_value)
    SELECT $1, id, written, text_value, number_value, time_value
    FROM some_data CROSS JOIN LATERAL index_values(document, ARRAY[$1], ARRAY[type], ARRAY[path]) AS value
    WHERE fitting AND num_nonnulls(text_value, number_value, time_value) = 1
    ON CONFLICT (datum, definition) DO UPDATE SET
        text_value = excluded.text_value, number_value = excluded.number_value, time_value = excluded.time_value
), last AS (
    SELECT written, id FROM some_data ORDER BY written DESC, id DESC LIMIT 1
), moved AS (
    UPDATE index_definition SET position_written = last.written, position = last.id
    FROM last
    WHERE index_definition.id = $1
)
SELECT count(*) FROM some_data;

-- name: finish
-- The history is indexed once nothing that was written before its end can still come.
UPDATE index_definition SET started = NULL, counted = NULL
WHERE id = $1 AND until <= pg_snapshot_xmin(pg_current_snapshot())
RETURNING id;

-- name: removed
-- Some definitions that no configuration has any more, other ones each time.
SELECT id FROM index_definition WHERE removed IS NOT NULL ORDER BY random() LIMIT $1;

-- name: forget_some
-- Deletes some values of a definition; gives how many.
WITH some_points AS MATERIALIZED (
    (SELECT datum FROM data_point WHERE definition = $1 AND text_value IS NOT NULL LIMIT $2)
    UNION ALL
    (SELECT datum FROM data_point WHERE definition = $1 AND number_value IS NOT NULL LIMIT $2)
    UNION ALL
    (SELECT datum FROM data_point WHERE definition = $1 AND time_value IS NOT NULL LIMIT $2)
), gone AS (
    DELETE FROM data_point WHERE definition = $1 AND datum IN (SELECT datum FROM some_points) RETURNING datum
)
SELECT count(*) FROM gone;

-- name: forget_definition
-- The end of a definition: gateways that had not heard of it yet may have written values for a while.
DELETE FROM index_definition WHERE id = $1 AND removed < now() - interval '1 hour';

-- name: uncounted
-- A definition whose values were not counted for a while.
SELECT id FROM index_definition
WHERE removed IS NULL AND started IS NULL AND (counted IS NULL OR counted < now() - $1::interval)
ORDER BY counted NULLS FIRST, id
LIMIT 1;

-- name: count_values
-- Counts the values of a definition.
UPDATE index_definition SET
    counted = now(),
    rows = (SELECT count(*) FROM data_point WHERE definition = $1 AND text_value IS NOT NULL)
        + (SELECT count(*) FROM data_point WHERE definition = $1 AND number_value IS NOT NULL)
        + (SELECT count(*) FROM data_point WHERE definition = $1 AND time_value IS NOT NULL)
WHERE id = $1;

-- name: lock_datum
-- One datum of an endpoint, held against other writers until the end of the transaction.
SELECT id, method, token, host(source) AS source, status, version, input, output
FROM datum
WHERE endpoint = $1 AND id = $2
FOR UPDATE;

-- name: change_datum
-- Replaces the input of a datum, and numbers the version.
UPDATE datum SET input = $2, version = version + 1 WHERE id = $1 RETURNING version, input;

-- name: forget_values
-- The first half of indexing a datum anew.
DELETE FROM data_point WHERE datum = $1 AND definition = ANY ($2::bigint[]);

-- name: index_datum
-- The other half. A change of a datum does not move it in the order of readers.
INSERT INTO data_point (definition, datum, written, text_value, number_value, time_value)
SELECT definition, id, written, text_value, number_value, time_value
FROM datum CROSS JOIN LATERAL index_values(input, $2::bigint[], $3::text[], $4::text[]) AS value
WHERE id = $1 AND num_nonnulls(text_value, number_value, time_value) = 1;

-- name: delete_values
-- The indexed values of a datum.
DELETE FROM data_point WHERE datum = $1;

-- name: delete_datum
-- One datum.
DELETE FROM datum WHERE id = $1;

-- name: begun
-- The first transaction that had not begun: what is committed by now was written by earlier ones.
SELECT pg_snapshot_xmax(pg_current_snapshot());

-- name: delete_some
-- Some of an endpoint's data that were written before a transaction, and their indexed values; gives how many.
WITH some_data AS MATERIALIZED (
    SELECT id FROM datum WHERE endpoint = $1 AND written < $2::xid8 ORDER BY written, id LIMIT $3 FOR UPDATE
), points AS (
    DELETE FROM data_point WHERE datum IN (SELECT id FROM some_data)
), gone AS (
    DELETE FROM datum WHERE id IN (SELECT id FROM some_data) RETURNING id
)
SELECT count(*) FROM gone;

-- name: forget_data
-- Deletes data by their ids, and their values.
WITH points AS (
    DELETE FROM data_point WHERE datum IN (SELECT unnest($1::uuid[]))
)
DELETE FROM datum WHERE id IN (SELECT unnest($1::uuid[]));

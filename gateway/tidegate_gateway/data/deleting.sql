-- name: take_free
-- Holds those of some data that nobody else holds, in no order that another could wait for.
SELECT id FROM datum WHERE id = ANY ($1::uuid[]) FOR UPDATE SKIP LOCKED;

-- name: delete_values
-- The indexed values of some data. (An array of ids names the partitions; a query of them would have all data read.)
DELETE FROM data_point WHERE datum = ANY ($1::uuid[]);

-- name: delete_data
-- The data themselves.
DELETE FROM datum WHERE id = ANY ($1::uuid[]);

-- name: insert_one
-- What one would write by hand for each request.
INSERT INTO datum (id, endpoint, method, input) VALUES ($1, $2, 'POST', $3) RETURNING id;

-- name: version
-- Whose numbers they are.
SELECT split_part(current_setting('server_version'), ' ', 1);

-- name: analyze
-- What autovacuum would have done by now.
ANALYZE datum, data_point;

-- name: datum_number
-- The id of the datum at a place in the order of readers.
SELECT id FROM datum WHERE endpoint = $1 ORDER BY written, id OFFSET $2 - 1 LIMIT 1;

-- name: free_leases
-- As after the end of the gateway that had them.
DELETE FROM job_lease;

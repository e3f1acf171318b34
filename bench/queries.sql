-- name: insert_one
-- What one would write by hand for each request.
INSERT INTO datum (id, endpoint, method, input) VALUES ($1, $2, 'POST', $3) RETURNING id;

-- name: version
-- Whose numbers they are.
SELECT split_part(current_setting('server_version'), ' ', 1);

-- name: configurations
-- The configurations of some Endpoints.
SELECT configuration
FROM config
WHERE kind = 'Endpoint' AND NOT deleted AND uid = ANY ($1)
ORDER BY configuration ->> 'group', configuration ->> 'slug';

-- name: count_sources
-- Adds what was counted since the last time.
INSERT INTO source_address AS known (endpoint, address, first_seen, last_seen, requests)
SELECT endpoint, address::inet, first_seen, last_seen, requests
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
    AS new (endpoint, address, first_seen, last_seen, requests)
ORDER BY endpoint, address
ON CONFLICT (endpoint, address) DO UPDATE SET
    first_seen = least(known.first_seen, excluded.first_seen),
    last_seen = greatest(known.last_seen, excluded.last_seen),
    requests = known.requests + excluded.requests;

-- name: bound_sources
-- Keeps the $2 addresses of each endpoint that were seen last, and those that another gateway counts right now: to wait for
-- it, holding what was counted here, could be to wait for each other.
WITH surplus AS MATERIALIZED (
    SELECT known.endpoint, known.address
    FROM source_address AS known JOIN (
        SELECT endpoint, address, row_number() OVER (PARTITION BY endpoint ORDER BY last_seen DESC, address) AS place
        FROM source_address
        WHERE endpoint = ANY ($1::uuid[])
    ) AS ranked USING (endpoint, address)
    WHERE place > $2
    FOR UPDATE OF known SKIP LOCKED
)
DELETE FROM source_address USING surplus
WHERE source_address.endpoint = surplus.endpoint AND source_address.address = surplus.address;

-- name: list_sources
-- The addresses of an endpoint, the busiest first.
SELECT host(address) AS address, first_seen, last_seen, requests
FROM source_address
WHERE endpoint = $1
ORDER BY requests DESC, address;

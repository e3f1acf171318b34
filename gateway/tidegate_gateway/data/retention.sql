-- name: claim
-- Takes the lease of the job, or keeps it; no row: another gateway has it.
INSERT INTO job_lease AS lease (job, holder, until) VALUES ('retention', $1, now() + $2::interval)
ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < now()
RETURNING holder;

-- name: before
-- Not a statement but what others have in place of {before}: the time before which the data of an Endpoint go, NULL if
-- they stay for ever. What is not kept at all goes after a minute: whoever stored it deletes it, and this is for what
-- died before.
now() - CASE (configuration ->> 'retentionDays')::int
    WHEN 0 THEN interval '1 minute'
    ELSE (configuration ->> 'retentionDays')::int * interval '1 day'
END;

-- name: expiring
-- Endpoints whose data go after some time, deleted ones too, and the time before which they go.
SELECT uid AS endpoint, {before} AS before FROM config WHERE kind = 'Endpoint' AND {before} IS NOT NULL;

-- name: expiring_now
-- The same of one endpoint: its configuration may have changed while others were at their turn.
SELECT {before} FROM config WHERE kind = 'Endpoint' AND uid = $1;

-- name: is_needed
-- Whether a partition has data that are to be kept at a time, or that still run. It jumps from one endpoint to the next in
-- the index, and stops at the first one that has such data.
WITH RECURSIVE found AS (
    (SELECT endpoint FROM {partition} ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT (SELECT endpoint FROM {partition} WHERE endpoint > found.endpoint ORDER BY endpoint LIMIT 1)
    FROM found
    WHERE found.endpoint IS NOT NULL
)
SELECT EXISTS (
    SELECT FROM found
    WHERE found.endpoint IS NOT NULL AND (
        NOT EXISTS (SELECT FROM config WHERE kind = 'Endpoint' AND uid = found.endpoint AND {before} >= $1)
        OR EXISTS (
            SELECT FROM {partition} AS running
            WHERE running.endpoint = found.endpoint AND running.status IN (1, 100, 101, 999)
        )
    )
);

-- name: endpoints_in
-- Those of some endpoints that have data in a partition.
SELECT endpoint FROM unnest($1::uuid[]) AS one (endpoint)
WHERE EXISTS (SELECT FROM {partition} AS part WHERE part.endpoint = one.endpoint);

-- name: take_expired
-- Holds some of an endpoint's data in a partition, behind a position, that are older than an id. What still runs stays,
-- and so does what somebody changes right now.
SELECT id, written
FROM {partition}
WHERE endpoint = $1 AND (written, id) > ($2::xid8, $3::uuid) AND id < $4
    AND (status IS NULL OR status NOT IN (1, 100, 101, 999))
ORDER BY written, id
LIMIT $5
FOR UPDATE SKIP LOCKED;

-- name: forget_sources
-- Addresses of endpoints that are gone for good.
DELETE FROM source_address WHERE NOT EXISTS (SELECT FROM config WHERE kind = 'Endpoint' AND uid = endpoint);

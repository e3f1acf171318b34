-- name: take_over
-- Fences every earlier leader out.
UPDATE config_state SET epoch = epoch + 1 RETURNING epoch;

-- name: next_revision
-- Begins a publish: one publisher at a time from here to the commit, and none of a lower epoch.
UPDATE config_state SET revision = revision + 1, epoch = $1 WHERE epoch <= $1 RETURNING revision;

-- name: write_rows
-- Publishes new and changed rows; one that was withdrawn comes back. What is sealed stays while the digest is the same.
INSERT INTO config AS old (kind, uid, namespace, name, generation, revision, digest, configuration, sealed)
SELECT kind, uid, namespace, name, generation, $1, digest, configuration, sealed
FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::jsonb[], $9::bytea[])
    AS new (kind, uid, namespace, name, generation, digest, configuration, sealed)
ON CONFLICT (kind, uid) DO UPDATE SET
    namespace = excluded.namespace,
    name = excluded.name,
    generation = excluded.generation,
    revision = excluded.revision,
    digest = excluded.digest,
    configuration = excluded.configuration,
    sealed = CASE
        WHEN old.digest = excluded.digest THEN coalesce(old.sealed, excluded.sealed) ELSE excluded.sealed
    END,
    deleted = false,
    withdrawn = NULL;

-- name: withdraw_rows
-- Marks rows deleted, so that gateways hear of it. The credentials go at once; the rest is for the end of retention.
UPDATE config SET deleted = true, withdrawn = now(), revision = $1, sealed = NULL
FROM unnest($2::text[], $3::uuid[]) AS gone (kind, uid)
WHERE config.kind = gone.kind AND config.uid = gone.uid AND NOT config.deleted;

-- name: purge_withdrawn
-- Removes what was withdrawn a day ago, but for an Endpoint that still has data, which go by its retention, and for what
-- a gateway that is there has not heard of yet.
DELETE FROM config
WHERE
    deleted
    AND withdrawn < now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM datum WHERE datum.endpoint = config.uid)
    AND NOT EXISTS (
        SELECT FROM gateway
        WHERE gateway.revision < config.revision AND gateway.heartbeat > now() - interval '1 day'
    )
RETURNING uid;

-- name: notify_config
-- Wakes the gateways at the commit.
SELECT pg_notify('tidegate_config', $1::bigint::text);

-- name: read_revision
-- The revision that is published now.
SELECT revision FROM config_state;

-- name: read_marks
-- What a publisher must remember of what is published, and the revision that it is true for.
SELECT state.revision AS latest, kind, uid::text, generation, config.revision, digest
FROM config_state AS state LEFT JOIN config ON NOT config.deleted;

-- name: read_published
-- Everything that is published, as it is, and the revision that it is true for.
SELECT
    state.revision AS latest, kind, uid::text, namespace, name, generation, config.revision, digest, configuration
FROM config_state AS state LEFT JOIN config ON NOT config.deleted;

-- name: read_all
-- Everything that a gateway serves, and the revision that it is true for.
SELECT
    state.revision AS latest,
    kind, uid::text, namespace, name, generation, config.revision, digest, configuration, sealed, deleted
FROM config_state AS state LEFT JOIN config ON NOT config.deleted;

-- name: read_newer
-- What has changed since a revision, and the revision that it is true for.
SELECT
    state.revision AS latest,
    kind, uid::text, namespace, name, generation, config.revision, digest,
    CASE WHEN NOT deleted THEN configuration END AS configuration, sealed, deleted
FROM config_state AS state LEFT JOIN config ON config.revision > $1;

-- name: acknowledge
-- A gateway says what it serves and what did not compile; the operator hears of it.
WITH said AS (
    INSERT INTO gateway (pod, version, revision, failures) VALUES ($1, $2, $3, $4)
    ON CONFLICT (pod) DO UPDATE SET
        version = excluded.version,
        revision = excluded.revision,
        failures = excluded.failures,
        heartbeat = now()
    RETURNING pod
)
SELECT pg_notify('tidegate_gateway', pod) FROM said;

-- name: beat
-- A gateway is still there; no row comes back if it has to say what it serves anew.
UPDATE gateway SET heartbeat = now() WHERE pod = $1 AND revision >= $2 RETURNING pod;

-- name: leave
-- A gateway has ended; the operator hears of it.
WITH gone AS (DELETE FROM gateway WHERE pod = $1 RETURNING pod)
SELECT pg_notify('tidegate_gateway', pod) FROM gone;

-- name: live_gateways
-- The gateways whose heart has beaten within so many seconds, by the clock of the database.
SELECT
    pod, version, revision, failures,
    extract(epoch FROM clock_timestamp() - heartbeat)::double precision AS heartbeat_age_seconds
FROM gateway
WHERE heartbeat > clock_timestamp() - make_interval(secs => $1)
ORDER BY pod;

-- name: purge_gateways
-- Removes the gateways that have been dead for a day.
DELETE FROM gateway WHERE heartbeat < now() - interval '1 day' RETURNING pod;

-- name: probe
-- Whether the other end of a listening connection is still there.
SELECT 1;

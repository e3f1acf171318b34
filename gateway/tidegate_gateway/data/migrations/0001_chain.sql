-- The configuration that gateways serve, the gateways themselves, and the data that came in.

-- One row. The update of it serialises publishers; `epoch` is the leader's lease number and fences an old leader out.
CREATE TABLE config_state (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL DEFAULT 0,
    epoch    bigint NOT NULL DEFAULT 0
);
INSERT INTO config_state DEFAULT VALUES;

CREATE TABLE config (
    kind          text   NOT NULL,
    uid           uuid   NOT NULL,
    namespace     text   NOT NULL,
    name          text   NOT NULL,
    generation    bigint NOT NULL,
    revision      bigint NOT NULL,
    digest        text   NOT NULL,
    configuration jsonb  NOT NULL,
    sealed        bytea,
    deleted       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (kind, uid)
);
CREATE INDEX config_revision ON config (revision);

-- A gateway puts itself here once it has loaded everything. `failures`: what did not compile, by kind/namespace/name.
CREATE TABLE gateway (
    pod       text PRIMARY KEY,
    version   text NOT NULL,
    started   timestamptz NOT NULL DEFAULT now(),
    heartbeat timestamptz NOT NULL DEFAULT now(),
    revision  bigint NOT NULL,
    failures  jsonb NOT NULL DEFAULT '[]'
);

-- `id` is a UUIDv7: its time is the arrival's and decides the partition (one a UTC day).
-- `written` orders readers: a datum is listed once no lower transaction can still commit.
CREATE TABLE datum (
    id       uuid NOT NULL,
    endpoint uuid NOT NULL,
    method   text NOT NULL,
    token    text,
    source   inet,
    status   smallint,
    version  integer NOT NULL DEFAULT 1,
    written  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    input    jsonb,
    output   jsonb,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX datum_order ON datum (endpoint, written, id);

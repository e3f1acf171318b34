-- Sources and leases of jobs.

-- The addresses that data came from, by endpoint.
CREATE TABLE source_address (
    endpoint   uuid        NOT NULL,
    address    inet        NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    requests   bigint      NOT NULL,
    PRIMARY KEY (endpoint, address)
);
CREATE INDEX source_address_age ON source_address (endpoint, last_seen);

-- Which gateway does what only one should do, and until when unless it says so again.
CREATE TABLE job_lease (
    job    text PRIMARY KEY,
    holder text        NOT NULL,
    until  timestamptz NOT NULL
);

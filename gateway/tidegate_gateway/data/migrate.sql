-- name: migrations_begin
-- One migration at a time, however long it takes: other processes wait here. The number is Tidegate's own.
SELECT
    pg_advisory_xact_lock(7434180001),
    set_config('statement_timeout', '0', true),
    set_config('lock_timeout', '0', true);

-- name: migrations_table
-- Where it is written which migrations were applied.
CREATE TABLE IF NOT EXISTS migration (
    name     text PRIMARY KEY,
    checksum text NOT NULL,
    applied  timestamptz NOT NULL DEFAULT now()
);

-- name: migrations_exist
-- Whether any migration was ever applied.
SELECT to_regclass('migration') IS NOT NULL;

-- name: migrations_applied
-- What was applied.
SELECT name, checksum FROM migration ORDER BY name;

-- name: migration_done
-- Writes down what was applied.
INSERT INTO migration (name, checksum) VALUES ($1, $2);

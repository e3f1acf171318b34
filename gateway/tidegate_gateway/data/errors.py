"""What can go wrong with stored data. No text here repeats a row, a connection string or PostgreSQL's own words.

DataError
├── BadDatabaseUrl     the setting is not a PostgreSQL URL
├── Unavailable        PostgreSQL is out of reach, too slow, or in no state to serve
│   └── TooSlow            it was given up before it had answered
├── WriterFull         too much waits to be written
├── Unstorable         PostgreSQL refuses this one row
│   └── MissingPartition   no partition takes the row's id
├── ForeignId          the id was not made by Tidegate
└── SchemaMismatch
    ├── SchemaTooNew       the database is of a newer version of Tidegate
    ├── SchemaTooOld       the database lacks a migration
    └── MigrationChanged   a migration is not the one that was applied
"""

from uuid import UUID

REASONS = {
    "08": "the connection broke",
    "28": "it refuses the user or the password",
    "3D": "there is no such database",
    "42": "a table or a right is missing",
    "53": "it is out of connections, memory or disk space",
    "57": "it is starting, stopping, or has cancelled the statement",
}


class DataError(Exception):
    """The base of everything that this room raises. The text is safe to show."""


class BadDatabaseUrl(DataError):
    """The text that should name the database is not usable."""

    def __init__(self) -> None:
        super().__init__("The database URL is not usable: write postgresql://user:password@host:5432/database.")


class Unavailable(DataError):
    """PostgreSQL did not do it and may do it later. `sqlstate` is its code, if it answered at all."""

    def __init__(self, sqlstate: str | None = None) -> None:
        reason = REASONS.get(sqlstate[:2], "it reports an error") if sqlstate else "no answer"
        super().__init__(f"PostgreSQL is not available: {reason}" + (f" ({sqlstate})." if sqlstate else "."))
        self.sqlstate = sqlstate


class TooSlow(Unavailable):
    """PostgreSQL did not answer in time: it may be silent, or still be at work."""


class WriterFull(DataError):
    """More waits to be written than the writer holds."""

    def __init__(self) -> None:
        super().__init__("The writer is full.")


class Unstorable(DataError):
    """PostgreSQL refuses the row itself: trying again is of no use."""

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__(f"PostgreSQL cannot store this datum ({sqlstate or 'not encodable'}).")
        self.sqlstate = sqlstate


class MissingPartition(Unstorable):
    """There is no partition for the id of a row."""


class ForeignId(DataError):
    """The id is no UUIDv7 of a time that a clock can show."""

    def __init__(self, id_: UUID) -> None:
        super().__init__(f"{id_} is not the id of a datum.")
        self.id = id_


class SchemaMismatch(DataError):
    """The database and this version of Tidegate do not fit."""


class SchemaTooNew(SchemaMismatch):
    """The database has the migration `found`; the newest that this version knows is `known`."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"The database has migration {found}, which this version of Tidegate does not know: start a newer version."
        )
        self.found, self.known = found, known


class SchemaTooOld(SchemaMismatch):
    """The database lacks the migration `missing`."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"The database lacks migration {missing}: run `tidegate migrate`.")
        self.missing = missing


class MigrationChanged(SchemaMismatch):
    """The migration `name` was applied with other statements than this version has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Migration {name} is not the one that was applied to the database: an applied migration must never change."
        )
        self.name = name

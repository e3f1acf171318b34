"""Where the exceptions of asyncpg and of sockets end: outside this room there are only those of `data.errors`."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from tidegate_gateway.data.errors import BadDatabaseUrl, DataError, MissingPartition, TooSlow, Unavailable, Unstorable

FOREIGN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
OF_THE_ROW = (
    "0A",  # not supported, such as a comparison of times with and without zones in a path
    "22",  # data exception: not JSON, U+0000, out of range
    "23",  # integrity constraint violation
    "54",  # program limit exceeded: nested too deep, too large for jsonb
    "42601",  # a syntax error: ours have none, a path may have one
)


@contextmanager
def postgres_errors() -> Iterator[None]:
    """Around whatever talks to PostgreSQL: raises Unavailable, Unstorable or BadDatabaseUrl for everything foreign."""
    try:
        yield
    except asyncpg.CheckViolationError as error:
        # A named constraint is the table's own; PostgreSQL says "no partition for this row" with the same code.
        raise (Unstorable if error.constraint_name else MissingPartition)(error.sqlstate) from None
    except asyncpg.InvalidCachedStatementError as error:  # a migration went on meanwhile; it is prepared anew
        raise Unavailable(error.sqlstate) from error
    except asyncpg.ClientConfigurationError:
        raise BadDatabaseUrl from None  # the text of it repeats the URL
    except (TimeoutError, asyncpg.QueryCanceledError) as error:
        raise TooSlow(getattr(error, "sqlstate", None)) from error
    except FOREIGN as error:
        ours = _ours(getattr(error, "sqlstate", None))
        raise ours from (None if isinstance(ours, Unstorable) else error)  # the text of the former repeats the row


def _ours(sqlstate: str | None) -> DataError:
    return Unstorable(sqlstate) if sqlstate and sqlstate.startswith(OF_THE_ROW) else Unavailable(sqlstate)

"""What asyncpg and the socket raise comes out as an error of the room, and says no more than it may."""

import re
from urllib.parse import quote
from uuid import UUID

import asyncpg
import pytest

from tidegate_gateway.data.errors import BadDatabaseUrl, DataError, MissingPartition, TooSlow, Unavailable, Unstorable
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.pool import acquire, connect

SECRET = "hunter2"
NIL = UUID(int=0)


async def failing(url: str) -> DataError:
    async with connect(url) as pool:
        with pytest.raises(DataError) as caught:
            async with acquire(pool):
                pass
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://user:{SECRET}@localhost/database",
        f"host=localhost password={SECRET}",
        f"postgresql://user:{SECRET}#x@localhost/database",
        f"postgresql://user:{SECRET}/x@localhost/database",
        f"postgresql://user:{SECRET}@localhost:port/database",
        f"postgresql://user:{SECRET}@localhost/database?sslmode=maybe",
    ],
)
async def test_a_url_that_is_none_is_refused_without_a_piece_of_it(url: str) -> None:
    error = await failing(url)
    assert isinstance(error, BadDatabaseUrl)
    assert str(error) == "The database URL is not usable: write postgresql://user:password@host:5432/database."
    assert error.__cause__ is None
    assert error.__suppress_context__


async def test_nobody_who_listens_is_unavailable() -> None:
    error = await failing(f"postgresql://user:{SECRET}@localhost:1/database")
    assert isinstance(error, Unavailable)
    assert str(error) == "PostgreSQL is not available: no answer."
    assert isinstance(error.__cause__, OSError)
    assert SECRET not in str(error.__cause__)


async def test_a_user_whom_postgresql_does_not_know_is_unavailable_with_a_reason(database_url: str) -> None:
    error = await failing(re.sub("//[^@]*@", f"//stranger:{SECRET}@", database_url))
    assert str(error) == "PostgreSQL is not available: it refuses the user or the password (28000)."
    assert SECRET not in str(error.__cause__)


async def test_a_database_that_is_not_there_is_unavailable_with_a_reason(database_url: str) -> None:
    name = database_url.partition("?")[0].rpartition("/")[2]
    error = await failing(database_url.replace(name, quote("no such")))
    assert str(error) == "PostgreSQL is not available: there is no such database (3D000)."


@pytest.mark.parametrize(
    ("statement", "kind", "sqlstate"),
    [
        ("SELECT '{'::jsonb", Unstorable, "22P02"),
        (r"""SELECT '"\u0000"'::jsonb""", Unstorable, "22P05"),
        ("SELECT 1 / 0", Unstorable, "22012"),
        ("SELECT repeat('[', 100000)::jsonb", Unstorable, "54001"),
        ("INSERT INTO config_state (one) VALUES (true)", Unstorable, "23505"),
        ("INSERT INTO config_state (one) VALUES (false)", Unstorable, "23514"),
        (f"INSERT INTO datum (id, endpoint, method) VALUES ('{NIL}', '{NIL}', '')", MissingPartition, "23514"),
        ("SELECT nothing", Unavailable, "42703"),
        ("SELECT pg_cancel_backend(pg_backend_pid())", TooSlow, "57014"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", Unavailable, "08003"),
    ],
)
async def test_what_postgresql_says(
    database_url: str, statement: str, kind: type[Unavailable | Unstorable], sqlstate: str
) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(kind) as caught, postgres_errors():
        await connection.execute(statement)
    await connection.close()
    assert type(caught.value) is kind
    assert caught.value.sqlstate == sqlstate


async def test_an_unstorable_row_is_repeated_nowhere(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(Unstorable) as caught, postgres_errors():
        await connection.execute("SELECT $1::text::jsonb", '{"card": 4111x}')
    await connection.close()
    assert str(caught.value) == "PostgreSQL cannot store this datum (22P02)."
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_what_cannot_be_encoded_is_unstorable(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(Unstorable), postgres_errors():
        await connection.execute("SELECT $1::text", "\ud800")
    await connection.close()


async def test_a_connection_that_is_closed_is_unavailable(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.close()
    with pytest.raises(Unavailable), postgres_errors():
        await connection.execute("SELECT 1")


def test_an_error_of_ours_and_a_mistake_of_ours_pass_as_they_are() -> None:
    with pytest.raises(KeyError), postgres_errors():
        raise KeyError
    with pytest.raises(MissingPartition), postgres_errors():
        raise MissingPartition

"""Named statements, and that every one of ours is one that PostgreSQL takes and that somebody uses."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest

import tidegate_gateway.data
from tidegate_gateway.data.sql import load, parse

FILES = ("queries.sql", "deleting.sql", "items.sql", "days.sql", "retention.sql", "sources.sql")
RETENTION = load("tidegate_gateway.data", "retention.sql")
PIECES = ("before",)

TEXT = """\
-- name: one
-- The first.
SELECT 1;

-- name: two
-- The second,
-- which takes two lines to say.
SELECT 2
-- in its middle, a comment
WHERE true;
"""


def test_statements_are_attributes_without_their_comment_and_semicolon() -> None:
    queries = parse(TEXT)
    assert queries.one == "SELECT 1"
    assert queries.two == "SELECT 2\n-- in its middle, a comment\nWHERE true"
    assert [name for name, _ in queries] == ["one", "two"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"There is no statement named 'three'\."):
        _ = parse(TEXT).three


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- name: one\nSELECT 1;", "The statement 'one' does not say what it is for."),
        (TEXT + TEXT, "There are two statements named 'one'."),
    ],
)
def test_a_file_that_says_too_little_or_twice_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@pytest.mark.parametrize("name", FILES)
async def test_postgresql_takes_every_statement(pool: asyncpg.Pool, name: str) -> None:
    queries = load("tidegate_gateway.data", name)
    async with pool.acquire() as connection:
        for statement in (filled(text) for key, text in queries if key not in PIECES):
            await connection.prepare(statement)


def filled(statement: str) -> str:
    """With a piece of ours or a name in each place."""
    pieces = {"{before}": RETENTION.before, "{partition}": f"datum_{datetime.now(UTC):%Y%m%d}", "{parent}": "datum"}
    for place, piece in pieces.items():
        statement = statement.replace(place, piece)
    return statement


@pytest.mark.parametrize("name", FILES)
def test_every_statement_is_used(name: str) -> None:
    room = Path(str(files(tidegate_gateway.data)))
    code = "".join(text for file in room.glob("*.py") if f'"{name}"' in (text := file.read_text()))
    assert [key for key, _ in load("tidegate_gateway.data", name) if f"QUERIES.{key}" not in code] == []

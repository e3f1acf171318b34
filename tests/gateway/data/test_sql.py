"""Named statements, and that every one of ours is one that PostgreSQL takes and that somebody uses."""

import re
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from tidegate_gateway.data.sql import Queries, load, parse

ROOT = Path(__file__).parents[3]
FILES = sorted(
    str(path.relative_to(ROOT))
    for room in ("gateway", "operator")
    for path in (ROOT / room).rglob("*.sql")
    if path.parent.name != "migrations"
)
RETENTION, PAGES = (load("tidegate_gateway.data", f"{name}.sql") for name in ("retention", "pages"))
PIECES = ("before", "measured")
PLACES = {
    "before": RETENTION.before,
    "partition": f"datum_{datetime.now(UTC):%Y%m%d}",
    "parent": "datum",
    "candidates": PAGES.by_order,
    "definition": "$1",
    "condition": "true",
    "conflict": "",
    "value": "text_value",
}

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


@pytest.mark.parametrize("file", FILES, ids=FILES)
async def test_postgresql_takes_every_statement(pool: asyncpg.Pool, file: str) -> None:
    async with pool.acquire() as connection:
        for key, text in statements(file):
            if key not in PIECES:
                await connection.prepare(filled(text))


def statements(file: str) -> Queries:
    """Those of a file."""
    return parse((ROOT / file).read_text())


def filled(statement: str) -> str:
    """With a piece of ours or a name in each place."""
    for place, piece in PLACES.items():
        statement = statement.replace(f"{{{place}}}", piece)
    return statement


@pytest.mark.parametrize("file", FILES, ids=FILES)
def test_every_statement_is_used(file: str) -> None:
    code = "".join(one.read_text() for room in ("gateway", "operator") for one in (ROOT / room).rglob("*.py"))
    assert [key for key, _ in statements(file) if not re.search(rf"QUERIES\.{key}\b", code)] == []

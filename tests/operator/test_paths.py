"""PostgreSQL's word on the paths of indexes, on the real one."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tidegate_gateway.data.pool import connect
from tidegate_operator.paths import check_path

COSTLY = '$.a ? (@ like_regex "' + r"(a*)(b*)\\1\\2{255}" * 10 + '")'


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with connect(database_url) as pool:
        yield pool


@pytest.mark.parametrize("path", ["$.customer.id", "$.lines[*].sku", '$ ? (@.a like_regex "^x")', "strict $.a"])
async def test_what_postgresql_takes(pool: asyncpg.Pool, path: str) -> None:
    assert await check_path(pool, path) is None


@pytest.mark.parametrize("path", ["$..id", "", "$.a ? (", '$ ? (@ like_regex "(")', "$.a\x00"])
async def test_what_it_refuses_is_the_mistake_of_the_path(pool: asyncpg.Pool, path: str) -> None:
    assert await check_path(pool, path)


async def test_a_path_that_takes_for_ever_is_its_own_mistake_and_the_next_is_judged(pool: asyncpg.Pool) -> None:
    assert await check_path(pool, COSTLY) == "PostgreSQL takes too long over it: write it simpler"
    assert await check_path(pool, "$.customer.id") is None

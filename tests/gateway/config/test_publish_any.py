"""Whatever can be made a row, PostgreSQL takes: one that it refused would keep all others from being published."""

import asyncio
import json
from decimal import Decimal

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.config.samples import uid_of
from tidegate_gateway.config.errors import Unpublishable
from tidegate_gateway.config.model import TaskConfig
from tidegate_gateway.config.rows import ConfigRow, make_row

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=20,
)


def task_row(spec: object) -> ConfigRow | None:
    try:
        return make_row(TaskConfig(namespace="a", name="t", spec={"v": spec}, priority=1), uid_of("t"), 1)
    except Unpublishable:
        return None


def exactly(document: str | bytes) -> object:
    """JSON with its numbers as they are: to jsonb 1e16 and 10000000000000000 are the same."""
    return json.loads(document, parse_float=Decimal, parse_int=Decimal)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JSON, max_size=30))
def test_postgresql_takes_whatever_can_be_made_a_row(database_url: str, values: list[object]) -> None:
    rows = [row for value in values if (row := task_row(value))]

    async def store() -> list[str]:
        connection = await asyncpg.connect(database_url)
        try:
            texts = [row.document.decode() for row in rows]
            return [r[0] for r in await connection.fetch("SELECT d::jsonb::text FROM unnest($1::text[]) AS d", texts)]
        finally:
            await connection.close()

    for row, text in zip(rows, asyncio.run(store()), strict=True):
        assert exactly(text) == exactly(row.document)
        assert TaskConfig.model_validate_json(text)

"""Whatever comes, it is stored as PostgreSQL has it or refused with a 4xx."""

import json
from itertools import pairwise
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import answer
from tests.gateway.front.conftest import OpenFront

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary() | VALUES.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(body=BODIES, cuts=st.lists(st.integers(0, 60), max_size=3))
async def test_a_body_comes_back_as_postgresql_has_it_or_is_the_callers_mistake(
    open_front: OpenFront, pool: asyncpg.Pool, body: bytes, cuts: list[int]
) -> None:
    front = open_front(endpoint(authentication="None", methods={"POST": {}}))
    reply = await answer(front, body=parts(body, sorted(cuts)))
    if reply.status == 201:
        text = body.removeprefix(b"\xef\xbb\xbf").decode()
        read = await answer(front, "GET", reply.headers["location"])
        assert read.body.decode() == await pool.fetchval("SELECT $1::text::jsonb::text", text)
    else:
        assert (reply.status, reply.code) in [(400, "invalid_json"), (400, "unstorable_json")]


def parts(body: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *cuts, len(body)]
    return [body[start:end] for start, end in pairwise(edges)]

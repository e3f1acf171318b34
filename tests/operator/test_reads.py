"""What is refused for one object is that object's trouble alone, and is tried again; an outage fails the pass."""

from typing import Any

import pytest

from tests.operator.driving import Loop
from tests.waiting import eventually
from tidegate_operator.errors import ApiError
from tidegate_operator.store import Key, Secret

ERP = Key("Secret", "acme", "erp")
TOKEN: dict[str, Any] = {"tokens": [{"name": "erp", "secretRef": {"name": "erp"}}]}
OWN = [200, 400, 403, 404, 413, 422, 500, 502, 504]
OUTAGES = [0, 401, 429, 503]


@pytest.fixture
async def leading(loop: Loop) -> Loop:
    loop.control.lead()
    loop.control._reads.refusals.retry_seconds = loop.control._reads.unreadable.retry_seconds = 0
    await loop.one()
    return loop


@pytest.mark.parametrize("status", OWN + OUTAGES)
async def test_tokens_that_cannot_be_made_harm_their_own_endpoint_alone(leading: Loop, status: int) -> None:
    """A webhook against one Secret may answer with any status, or never."""
    guarded = leading.apply("guarded", 1, security={})
    leading.given.refused[guarded] = ApiError("Making Secret acme/guarded-tokens", status, "no")
    leading.apply("other", 2, security={})
    done = await leading.one()
    assert done.problems == {
        guarded: "Its primary tokens could not be made, and it is tried again: "
        "Making Secret acme/guarded-tokens failed: no."
    }
    assert await digests(leading, "other") == {1}
    assert await digests(leading, "guarded") == {0}
    leading.given.refused.clear()
    assert (await leading.one()).problems == {}
    assert await digests(leading, "guarded") == {1}


@pytest.mark.parametrize("status", OWN)
async def test_a_secret_that_cannot_be_read_closes_its_own_token_alone(leading: Loop, status: int) -> None:
    leading.given.secrets[ERP] = Secret(ERP, {"token": b"value"}, 1)
    leading.given.refused[ERP] = ApiError("Reading Secret acme/erp", status, "no")
    leading.apply("guarded", 1, security=TOKEN)
    leading.apply("other", 2, security={})
    await leading.one()
    assert await digests(leading, "other") == {1}
    assert await digests(leading, "guarded") == {0, 1}
    leading.given.refused.clear()
    await leading.one()
    assert await digests(leading, "guarded") == {1}
    reads = leading.given.reads
    await leading.one()
    assert leading.given.reads == reads


@pytest.mark.parametrize("status", OUTAGES)
async def test_a_read_during_an_outage_fails_the_pass(leading: Loop, status: int) -> None:
    leading.given.refused[ERP] = ApiError("Reading Secret acme/erp", status, "away")
    leading.apply("guarded", 1, security=TOKEN)
    await leading.fails()
    assert await leading.served() == set()


async def test_whatever_is_refused_while_nothing_else_is_granted_fails_the_pass(leading: Loop) -> None:
    """etcd that is out of order makes the API server answer 500: that is no word on any one Secret."""
    leading.given.outage = ApiError("Reading the CRD of Endpoint", 500, "etcd")
    leading.given.refused[ERP] = ApiError("Reading Secret acme/erp", 500, "etcd")
    guarded = leading.apply("guarded", 1, security=TOKEN)
    await leading.fails()
    leading.given.refused = {guarded: ApiError("Making Secret acme/guarded-tokens", 500, "etcd")}
    await leading.fails()
    assert await leading.served() == set()
    leading.given.outage, leading.given.refused = None, {}
    await leading.one()
    assert await leading.served() == {"guarded"}


async def test_an_event_tells_what_cannot_be_read(leading: Loop) -> None:
    leading.given.refused[ERP] = ApiError("Reading Secret acme/erp", 500, "no")
    leading.apply("guarded", 1, security=TOKEN)
    await leading.one()
    leading.control.observe_secret(Secret(ERP, {"token": b"value"}, 7))
    await leading.one()
    assert await digests(leading, "guarded") == {1}
    assert leading.control._reads.unreadable.problems == {}


async def test_a_secret_that_cannot_be_read_wakes_the_loop_when_it_is_due(leading: Loop) -> None:
    leading.control._reads.unreadable.retry_seconds = 0.01
    leading.given.refused[ERP] = ApiError("Reading Secret acme/erp", 500, "no")
    leading.apply("guarded", 1, security=TOKEN)
    await leading.control.hold_off.settled()
    await leading.one()
    await leading.control.hold_off.settled()
    await eventually(leading.control._reads.unreadable.due)


async def digests(loop: Loop, name: str) -> set[int]:
    """How many values open each of an Endpoint's tokens, as it is published."""
    query = (
        "SELECT jsonb_array_length(token->'digests') AS n FROM config, jsonb_array_elements(configuration->'tokens')"
    )
    return {row["n"] for row in await loop.pool.fetch(f"{query} AS token WHERE name = $1", name)}

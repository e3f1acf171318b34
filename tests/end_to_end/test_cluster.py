"""The whole chain on a real API server: kubectl apply, two operators, PostgreSQL, two gateways, a stored webhook."""

import aiohttp

from tests.end_to_end.callers import Caller
from tests.end_to_end.chain import Chain
from tests.end_to_end.payloads import PAYLOADS, value
from tests.waiting import eventually

MANIFESTS = """
apiVersion: tidegate.dev/v1alpha1
kind: Company
metadata: {name: company}
spec: {slug: SLUG, displayName: Acme s.r.o.}
---
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: hooks}
spec:
  group: github
  methods: {post: {}, get: {}}
"""


def callers(chain: Chain, session: aiohttp.ClientSession) -> list[Caller]:
    """One at each gateway, once the Endpoint is served there."""
    chain.apply(MANIFESTS)
    chain.wait("hooks")
    return chain.callers(session, "github", "hooks", chain.tokens("hooks"))


async def test_from_kubectl_apply_to_stored_webhooks_and_back(chain: Chain) -> None:
    async with aiohttp.ClientSession() as session:
        first, second = callers(chain, session)
        stored = {}
        for name, payload in PAYLOADS.items():
            for caller in (first, second):
                id_, location = await caller.post(payload)
                assert location == f"/api/endpoint/{chain.namespace}/github/hooks/{id_}"
                stored[id_] = name
        for id_, name in stored.items():
            assert await first.read(id_) == await second.read(id_) == value(PAYLOADS[name])
        listed = [item async for item in second.items()]
        assert {item["ID"]: item["Input"] for item in listed} == {
            id_: value(PAYLOADS[name]) for id_, name in stored.items()
        }
        assert {(item["Method"], item["Token"], item["Status"]) for item in listed} == {("POST", "primary", None)}
        await _goes(chain, first, second)


async def _goes(chain: Chain, *callers: Caller) -> None:
    """The Endpoint is deleted: both gateways stop serving it, and its Secret goes with it."""
    chain.kubectl("delete", "endpoints.tidegate.dev/hooks")
    for caller in callers:
        await eventually(lambda caller=caller: _is_gone(caller))  # type: ignore[misc]
    await eventually(
        lambda: chain.kubectl("get", "secret", "hooks-tokens", check=False).returncode == 1,
        within=90,  # the collector looks for new kinds every 30 s
    )


async def _is_gone(caller: Caller) -> bool:
    return await caller.status() == 404


async def test_the_log_has_no_token_and_no_body(chain: Chain) -> None:
    async with aiohttp.ClientSession() as session:
        caller, _ = callers(chain, session)
        await caller.post(b'{"card": "4111-1111"}')
        url = f"{caller.url}?access_token={caller.tokens['GET']}"
        async with session.get(url) as answer:
            assert answer.status == 200
    output = "".join(process.output for process in (*chain.operators, *chain.gateways))
    assert '"status":201' in output
    assert "4111" not in output
    assert not [token for token in caller.tokens.values() if token in output]

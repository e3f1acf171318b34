"""Who may read which OpenAPI document, and as of which server."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.front.calling import ORDERS, Reply, answer
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.asgi import JSON, Answer, Message, Scope
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.snapshot import Compiled, Snapshot, snapshot_of
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.front.app import Front
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.document_actions import server_of
from tidegate_gateway.front.ports import Documents, Ports
from tidegate_gateway.front.rehearsal import Nothing
from tidegate_gateway.front.request import Request
from tidegate_gateway.metrics import Metrics

COMPANY = "/api/endpoint/acme/openapi.json"
BOTH: dict[str, Any] = {"GET": {}, "POST": {}}


class Names:
    """A document that is just the names of its endpoints."""

    def __init__(self, *configs: EndpointConfig) -> None:
        self._names = {UUID(uid_of(config.name)): config.name for config in configs}

    async def answer(self, uids: Sequence[UUID], *, page: bool, request_server: str) -> Answer:
        """Names, and how they were asked for."""
        said = [*(self._names[uid] for uid in uids), "page" if page else "json", request_server]
        return Answer(200, (JSON,), " ".join(said).encode())


class Away:
    """Documents while the database is away."""

    async def answer(self, uids: Sequence[UUID], *, page: bool, request_server: str) -> Answer:
        """It is."""
        raise Unavailable


def served(*configs: EndpointConfig, broken: str = "") -> Snapshot:
    compiled = [
        Compiled(
            *("Endpoint", uid_of(one.name), one.namespace, one.name, 1, 1, ""),
            compile_endpoint(one, uid_of(one.name)),
            f"{one.company}/{one.group}/{one.slug}",
        )
        for one in configs
    ]
    return snapshot_of(1, {one.ref: one for one in compiled}, {("Endpoint", "x"): broken} if broken else {})


async def never(_: Scope, __: Callable[..., Any], ___: Callable[[Message], Any]) -> None:
    raise AssertionError


def front(snapshot: Snapshot | None, documents: Documents | None) -> Front:
    nothing = Nothing()
    ports = Ports(nothing, nothing, nothing, documents=documents)
    return Front(lambda: snapshot, ports, never, Metrics().requests, trusted_proxies=0, max_body_bytes=1000)


OPEN = endpoint("open", authentication="None", methods=BOTH)
MINE = endpoint("mine", tokens=(token(SECRET, methods=("GET",)),), methods=BOTH)
YOURS = endpoint("yours", tokens=(token("yours"),), methods=BOTH)
FAR = endpoint("far", authentication="None", allowed_ips=("10.0.0.0/8",), methods=BOTH)
INNER = endpoint("inner", authentication="Internal", tokens=(token(SECRET),), methods=BOTH)
FOREIGN = endpoint("foreign", authentication="None", company="other", methods=BOTH)
ALL = (OPEN, MINE, YOURS, FAR, INNER, FOREIGN)


async def asked(path: str, *configs: EndpointConfig, method: str = "GET", **named: Any) -> Reply:
    return await answer(front(served(*configs), Names(*configs)), method, path, **named)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, b"open json "),
        ({"headers": bearer()}, b"mine open json "),
        ({"query": b"access_token=yours"}, b"open yours json "),
        ({"headers": bearer("another")}, b"open json "),
        ({"client": ("10.1.2.3", 1)}, b"far open json "),
        ({"headers": {"host": "gw.example.com:8080"}}, b"open json http://gw.example.com:8080"),
    ],
)
async def test_a_caller_reads_of_a_company_what_it_may_call(given: dict[str, Any], names: bytes) -> None:
    reply = await asked(COMPANY, *ALL, **given)
    assert (reply.status, reply.body) == (200, names)
    page = await asked(COMPANY.replace("json", "html"), *ALL, **given)
    assert page.body == names.replace(b" json ", b" page ")


@pytest.mark.parametrize(
    ("configs", "method", "status", "code"),
    [
        ((MINE, FAR, INNER), "GET", 401, "unauthorized"),
        ((FAR, INNER), "GET", 404, "unknown_endpoint"),
        ((INNER,), "GET", 404, "unknown_endpoint"),
        ((FOREIGN,), "GET", 404, "unknown_endpoint"),
        ((OPEN,), "POST", 405, "method_not_allowed"),
        ((MINE,), "POST", 401, "unauthorized"),
        ((OPEN,), "OPTIONS", 204, ""),
    ],
)
async def test_who_may_read_nothing_hears_why(
    configs: tuple[EndpointConfig, ...], method: str, status: int, code: str
) -> None:
    reply = await asked(COMPANY, *configs, method=method)
    assert (reply.status, reply.code) == (status, code)
    assert reply.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert reply.headers.get("allow") == ("GET, HEAD, OPTIONS" if status in (204, 405) else None)


async def test_any_token_of_an_endpoint_opens_its_document() -> None:
    path = ORDERS.replace("orders", "mine") + "/openapi.json"
    reply = await asked(path, *ALL, headers=bearer())
    assert (reply.status, reply.body) == (200, b"mine json ")
    assert (await asked(path.replace("json", "html"), *ALL, headers=bearer())).body == b"mine page "
    assert (await asked(path, *ALL, method="HEAD", headers=bearer())).status == 200
    assert (await asked(path, *ALL)).code == "unauthorized"
    assert (await asked(path, *ALL, headers=bearer("yours"))).code == "unauthorized"
    refused = await asked(path, *ALL, method="DELETE", headers=bearer())
    assert (refused.code, refused.headers["allow"]) == ("method_not_allowed", "GET, HEAD, OPTIONS")


async def test_the_other_checks_hold_for_documents_too() -> None:
    def path(name: str) -> str:
        return ORDERS.replace("orders", name) + "/openapi.json"

    assert (await asked(path("open"), *ALL)).body == b"open json "
    assert (await asked(path("inner"), *ALL, headers=bearer())).code == "unauthorized"
    assert (await asked(path("far"), *ALL)).code == "address_not_allowed"
    assert (await asked(path("open"), OPEN.model_copy(update={"paused": True}))).code == "paused"
    assert (await asked(path("none"), *ALL)).code == "unknown_endpoint"


async def test_what_cannot_be_told_now_is_said_to_be_so() -> None:
    for path in (COMPANY, ORDERS.replace("orders", "open") + "/openapi.json"):
        assert (await answer(front(served(OPEN), Away()), "GET", path)).code == "unavailable"
        assert (await answer(front(served(OPEN), None), "GET", path)).code == "not_found"
        assert (await answer(front(None, Away()), "GET", path)).code == "unavailable"
    broken = front(served(FOREIGN, broken="acme/main/orders"), Away())
    assert (await answer(broken, "GET", COMPANY)).code == "unavailable"


async def test_a_company_is_looked_up_anew_when_something_else_is_served() -> None:
    snapshots = [served(OPEN), served(OPEN, FOREIGN)]
    nothing = Nothing()
    ports = Ports(nothing, nothing, nothing, documents=Names(*ALL))
    door = Front(lambda: snapshots[0], ports, never, Metrics().requests, trusted_proxies=0, max_body_bytes=1000)
    other = COMPANY.replace("acme", "other")
    assert (await answer(door, "GET", other)).code == "unknown_endpoint"
    snapshots.pop(0)
    assert (await answer(door, "GET", other)).body == b"foreign json "


def request(scheme: str = "http", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: Scope = {"method": "GET", "headers": given, "query_string": b"", "scheme": scheme}

    async def receive() -> Message:
        raise AssertionError

    return Request(scope, receive)


@pytest.mark.parametrize(
    ("proxies", "headers", "server"),
    [
        (0, {"host": "gw:8080"}, "http://gw:8080"),
        (0, {"host": "[::1]:8080", "x_forwarded_proto": "https"}, "http://[::1]:8080"),
        (1, {"host": "gw", "x_forwarded_proto": "http, https"}, "https://gw"),
        (1, {"host": "gw", "x_forwarded_host": "api.example.com"}, "http://api.example.com"),
        (1, {"host": "gw", "x_forwarded_proto": "javascript"}, ""),
        (0, {"host": 'gw"><script>'}, ""),
        (0, {"host": "gw/path"}, ""),
        (0, {}, ""),
    ],
)
def test_the_server_is_the_one_that_was_called(proxies: int, headers: dict[str, str], server: str) -> None:
    assert server_of(request(**headers), proxies) == server

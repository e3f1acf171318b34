"""Tries an endpoint's examples out on the front door itself, before it is served.

Nothing is stored, logged or counted, and nothing is waited for: what stands in for the database holds no data.
"""

import hashlib
import json
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from tidegate_gateway.asgi import Answer, Header, Message
from tidegate_gateway.config.model import PREFIX, EndpointConfig, Example, ExampleRequest, TokenDigest
from tidegate_gateway.config.snapshot import Compiled, Snapshot, snapshot_of
from tidegate_gateway.data.datum import Datum, StoredDatum
from tidegate_gateway.data.items import Change, Check
from tidegate_gateway.data.paging import Page, PageQuery
from tidegate_gateway.expressions import allowance
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.door import Door
from tidegate_gateway.front.expectation import differences
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.unhurried import at_once
from tidegate_gateway.problems import Problem

TOKEN = "rehearsal"  # noqa: S105 - it opens nothing but a rehearsal
SOURCE = ("192.0.2.1", 443)
MOST_BODY_BYTES = 100 * 1024 * 1024
MOST_STEPS = 400_000  # a second
TOO_MUCH = "This example, with those before it, takes too much work: make its body smaller, or the paths plainer."
UNJUDGED = ("task_not_available",)
HALVES = "surrogatepass"  # a manifest may hold half of a surrogate pair, and the door has an answer to that
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What did not come out as an example says: its name, its place in the list, and a sentence."""

    example: str
    index: int
    sentence: str


class Nothing:
    """A database in which there is nothing, and nothing stays."""

    async def write(self, datum: Datum) -> None:
        """It could be stored."""

    async def get(self, endpoint: UUID, id_: UUID) -> StoredDatum | None:
        """No datum is there."""

    async def page(self, endpoint: UUID, query: PageQuery) -> Page:
        """The only page has nothing on it."""
        return Page([], None)

    async def edit(self, endpoint: UUID, id_: UUID, change: Change) -> StoredDatum | None:
        """No datum is there."""

    async def delete(self, endpoint: UUID, id_: UUID, check: Check = lambda _: None) -> bool:
        """No datum is there."""
        return False

    async def delete_all(self, endpoint: UUID) -> int:
        """There was none."""
        return 0


def rehearse(config: EndpointConfig, uid: str) -> list[Mismatch]:
    """Everything that does not come out as the examples say. ExpressionError: the endpoint does not compile.

    The requests come from an address that may call, with a valid token unless they say otherwise; a pause is passed
    over, and an answer that this version of the gateway does not know yet is not judged.
    """
    nothing, snapshot = Nothing(), _served(config, uid)
    door = Door(lambda: snapshot, Ports(nothing, nothing, nothing), trusted_proxies=0, max_body_bytes=MOST_BODY_BYTES)
    (address,) = snapshot.endpoints
    with allowance.allowed(MOST_STEPS):
        return list(_mismatches(config.examples, door, address))


def _served(config: EndpointConfig, uid: str) -> Snapshot:
    """The endpoint alone, as its callers find it: not paused, and with a token that opens each method."""
    methods = tuple(dict.fromkeys(method for token in config.tokens for method in token.methods))
    token = TokenDigest(name="primary", methods=methods, digests=(hashlib.sha256(TOKEN.encode()).hexdigest(),))
    opened = {"tokens": (token,), "authentication": "None" if config.authentication == "None" else "Token"}
    company = {"company": config.company or config.namespace}
    shown = config.model_copy(update={"paused": False, "allowed_ips": ()} | opened | company)
    compiled = compile_endpoint(shown, uid)
    served = Compiled("Endpoint", uid, config.namespace, config.name, 1, 1, "", compiled, shown.address)
    return snapshot_of(1, {served.ref: served})


def _mismatches(examples: Sequence[Example], door: Door, address: str) -> Iterator[Mismatch]:
    """Up to the one that takes more work than there may be."""
    for index, example in enumerate(examples):
        answer = _at_once(_answer(door, example.request, address))
        for sentence in _judged(example, answer):
            yield Mismatch(example.name, index, sentence)
        if allowance.exhausted():
            return


def _judged(example: Example, answer: Answer) -> list[str]:
    if allowance.exhausted():
        return [TOO_MUCH]
    return [] if answer.code in UNJUDGED else differences(example.response, answer)


async def _answer(door: Door, given: ExampleRequest, address: str) -> Answer:
    request = _request(given, address)
    try:
        return await door.answer(request, address)
    except Problem as problem:
        return problem.answer(request.trace_id)
    except Exception:  # noqa: BLE001 - the caller would get this answer too, and no other resource must suffer
        return Problem("internal").answer(request.trace_id)


def _request(given: ExampleRequest, address: str) -> Request:
    body = _body(given)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": given.method,
        "path": PREFIX + address,
        "raw_path": (PREFIX + address).encode(),
        "query_string": urlencode(given.query, doseq=True, errors=HALVES).encode(),
        "headers": list(_headers(given, body)),
        "client": SOURCE,
    }
    return Request(scope, receive)


def _body(given: ExampleRequest) -> bytes:
    if given.text is not None:
        return given.text.encode(errors=HALVES)
    return b"" if given.body is None else json.dumps(given.body).encode()


def _headers(given: ExampleRequest, body: bytes) -> Iterator[Header]:
    own = {name.lower(): value for name, value in given.headers.items()}
    usual = {"content-length": str(len(body))} | ({"authorization": f"Bearer {TOKEN}"} if given.token else {})
    for name, value in (usual | own).items():
        yield name.encode(errors=HALVES), value.encode(errors=HALVES)


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that waits for nothing, but may give others a turn."""
    token = at_once.set(True)
    try:
        while True:
            work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        at_once.reset(token)

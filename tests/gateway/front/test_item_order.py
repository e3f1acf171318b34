"""Item routes and lists, with two faults at once: what is checked first is what the caller hears."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer
from tests.gateway.front.conftest import OpenFront
from tests.gateway.tokens import SECRET, bearer, token

ELSEWHERE = "/01a21444-bef4-7359-b8e1-b0c8b0b8fc18"
JSON_PATCH = "application/json-patch+json"


@dataclass
class Case:
    """A PATCH of a stored datum that is fine; faults are put in, into what is stored too."""

    patch: Any
    content_type: str
    config: dict[str, Any] = field(default_factory=lambda: {"tokens": (token(SECRET),), "max_message_bytes": 300})
    methods: dict[str, Any] = field(default_factory=lambda: {"POST": {}, "PATCH": {}})
    headers: dict[str, str] = field(default_factory=bearer)
    stored: Any = field(default_factory=lambda: {"a": 1})
    tail: str = ""
    status: int | None = None
    padding: bytes = b""


def merging() -> Case:
    return Case({"b": 2}, "application/merge-patch+json")


def patching() -> Case:
    return Case([{"op": "add", "path": "/b", "value": 2}], JSON_PATCH)


def paused(case: Case) -> None:
    case.config["paused"] = True


def wrong_address(case: Case) -> None:
    case.config["allowed_ips"] = ("198.51.100.1",)


def wrong_token(case: Case) -> None:
    case.headers = bearer("wrong")


def tail_is_no_id(case: Case) -> None:
    case.tail = "/1"


def bound_to_a_task(case: Case) -> None:
    case.methods["PATCH"] = {"task": {"name": "t"}}


def method_is_not_on(case: Case) -> None:
    case.methods.pop("PATCH", None)


def too_large(case: Case) -> None:
    case.padding = b" " * 300


def not_json_by_type(case: Case) -> None:
    case.content_type = "text/plain"


def not_json(case: Case) -> None:
    case.padding += b"{"


def array_is_sent(case: Case) -> None:
    case.patch = [1]


def no_patch(case: Case) -> None:
    case.patch = [{"op": "add"}]


def is_not_there(case: Case) -> None:
    case.tail = case.tail or ELSEWHERE


def other_version(case: Case) -> None:
    case.headers = case.headers | {"if-match": '"7"'}


def run_goes_on(case: Case) -> None:
    case.status = 100


def array_is_stored(case: Case) -> None:
    case.stored = [1]


def does_not_go_with_it(case: Case) -> None:
    case.patch = case.patch if case.patch == [{"op": "add"}] else [{"op": "test", "path": "/a", "value": 2}]


def breaks_the_schema(case: Case) -> None:
    case.methods.setdefault("PATCH", {})["input"] = {"validation": {"root": {"required": ["c"]}}}


Fault = Callable[[Case], None]
BEFORE: dict[Fault, tuple[int, str]] = {
    paused: (503, "paused"),
    wrong_address: (403, "address_not_allowed"),
    wrong_token: (401, "unauthorized"),
}
METHOD: list[dict[Fault, tuple[int, str]]] = [
    {tail_is_no_id: (404, "not_found")},
    {bound_to_a_task: (404, "not_found")},
    {method_is_not_on: (405, "method_not_allowed")},
]
BODY: dict[Fault, tuple[int, str]] = {
    too_large: (400, "too_large"),
    not_json_by_type: (415, "unsupported_media_type"),
    not_json: (400, "invalid_json"),
}
STORED: dict[Fault, tuple[int, str]] = {
    is_not_there: (404, "not_found"),
    other_version: (412, "version_mismatch"),
    run_goes_on: (409, "run_in_progress"),
    array_is_stored: (400, "array_not_supported"),
}
VALID: dict[Fault, tuple[int, str]] = {breaks_the_schema: (400, "schema_violation")}
MERGES = [BEFORE | method | BODY | {array_is_sent: (400, "array_not_supported")} | STORED | VALID for method in METHOD]
PATCHES = [
    BEFORE | BODY | {no_patch: (400, "invalid_patch")} | STORED | {does_not_go_with_it: (409, "patch_conflict")} | VALID
]


async def heard(open_front: OpenFront, pool: asyncpg.Pool, case: Case, *faults: Fault) -> tuple[int, str]:
    for fault in faults:
        fault(case)
    storing = open_front(endpoint(authentication="None", methods={"POST": {}}))
    place = (await answer(storing, body=orjson.dumps(case.stored))).headers["location"]
    await pool.execute("UPDATE datum SET status = $1", case.status)
    front = open_front(endpoint(**case.config, methods=case.methods))
    headers = case.headers | {"content-type": case.content_type}
    path = ORDERS + case.tail if case.tail else place
    body = [orjson.dumps(case.patch), case.padding]
    reply = await answer(front, "PATCH", path, body=body, headers=headers)
    return reply.status, reply.code


@pytest.mark.parametrize("make", [merging, patching])
async def test_without_a_fault_it_is_patched(
    open_front: OpenFront, pool: asyncpg.Pool, make: Callable[[], Case]
) -> None:
    assert await heard(open_front, pool, make()) == (201, "")


@pytest.mark.parametrize(
    ("make", "faults"),
    [*((merging, faults) for faults in MERGES), *((patching, faults) for faults in PATCHES)],
    ids=["no id", "a task", "not on", "JSON Patch"],
)
async def test_of_two_faults_of_a_patch_the_first_is_told(
    open_front: OpenFront, pool: asyncpg.Pool, make: Callable[[], Case], faults: dict[Fault, tuple[int, str]]
) -> None:
    order = list(faults)
    wrong = []
    for number, first in enumerate(order):
        for second in [first, *order[number + 1 :]]:
            answered = await heard(open_front, pool, make(), second, first)
            if answered != faults[first]:
                wrong.append((first.__name__, second.__name__, answered))
    assert wrong == []


LISTS: list[tuple[dict[str, Any], dict[str, Any], tuple[int, str]]] = [
    ({"paused": True}, {"headers": bearer("wrong"), "query": b"limit=x"}, (503, "paused")),
    ({"allowed_ips": ("10.0.0.1",)}, {"headers": bearer("wrong"), "query": b"limit=x"}, (403, "address_not_allowed")),
    ({}, {"headers": bearer("wrong"), "query": b"limit=x"}, (401, "unauthorized")),
    ({}, {"headers": {}, "query": b"access_token=wrong&" + b"x" * 20_000}, (401, "unauthorized")),
    ({"methods": {"POST": {}}}, {"query": b"limit=x"}, (405, "method_not_allowed")),
    ({}, {"path": ORDERS + "/nowhere", "query": b"limit=x"}, (404, "not_found")),
    ({}, {"query": b"limit=x"}, (400, "invalid_parameter")),
    ({}, {"query": b"x" * 20_000}, (400, "invalid_parameter")),
]


@pytest.mark.parametrize(("changes", "request_", "expected"), LISTS)
async def test_the_parameters_of_a_list_are_judged_last(
    open_front: OpenFront, changes: dict[str, Any], request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    values: dict[str, Any] = {"methods": {"GET": {}}, "tokens": (token(SECRET),)}
    reply = await answer(open_front(endpoint(**(values | changes))), "GET", **({"headers": bearer()} | request_))
    assert (reply.status, reply.code) == expected


DELETES: list[tuple[dict[str, Any], str, dict[str, str], tuple[int, str]]] = [
    ({"allow_deleting": False}, ELSEWHERE, {"if-match": '"7"'}, (404, "not_found")),
    ({"allow_deleting": False}, ELSEWHERE, bearer("wrong"), (401, "unauthorized")),
    ({}, "/all", bearer("wrong"), (401, "unauthorized")),
    ({}, ELSEWHERE, {"if-match": '"7"'}, (404, "not_found")),
    ({}, "", {"if-match": '"7"'}, (412, "version_mismatch")),
]


@pytest.mark.parametrize(("changes", "tail", "headers", "expected"), DELETES)
async def test_a_delete_is_judged_in_the_same_order(
    open_front: OpenFront, changes: dict[str, Any], tail: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    values: dict[str, Any] = {"methods": {"POST": {}}, "tokens": (token(SECRET),), "allow_deleting": True}
    front = open_front(endpoint(**(values | changes)))
    place = (await answer(front, body=b"{}", headers=bearer())).headers["location"]
    named = {name.lower(): value for name, value in (bearer() | headers).items()}
    reply = await answer(front, "DELETE", ORDERS + tail if tail else place, headers=named)
    assert (reply.status, reply.code) == expected

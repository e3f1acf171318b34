"""Each request here is wrong in two ways at once: what is checked first is what the caller hears."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer
from tests.gateway.front.conftest import OpenFront
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.config.model import EndpointConfig


@dataclass
class Case:
    """An endpoint and a request that are fine; faults are put in."""

    config: dict[str, Any] = field(default_factory=lambda: {"tokens": (token(SECRET),), "max_message_bytes": 64})
    method_config: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=bearer)
    method: str = "POST"
    path: str = ORDERS
    body: list[bytes] = field(default_factory=lambda: [b'{"a"', b": 1}"])

    def endpoint(self) -> EndpointConfig:
        return endpoint(**self.config, methods={"POST": self.method_config})


def no_such_endpoint(case: Case) -> None:
    case.path = ORDERS + "-none"


def paused(case: Case) -> None:
    case.config["paused"] = True


def wrong_address(case: Case) -> None:
    case.config["allowed_ips"] = ("198.51.100.1",)


def wrong_token(case: Case) -> None:
    case.headers["authorization"] = "Bearer wrong"
    case.headers.pop("Authorization")


def wrong_method(case: Case) -> None:
    case.method = "PATCH"


def too_large(case: Case) -> None:
    case.body = [b"{" * 40, b"[" * 40]


def not_json_by_type(case: Case) -> None:
    case.headers["content-type"] = "text/plain"


def not_json(case: Case) -> None:
    case.body = [b"{", b"["]


def not_to_be_stored(case: Case) -> None:
    case.body = [b'{"a": "', rb'\u0000"}']


def no_rows(case: Case) -> None:
    case.method_config.setdefault("input", {})["resultPath"] = "$.a"


def breaks_the_schema(case: Case) -> None:
    case.method_config.setdefault("input", {})["validation"] = {"root": {"required": ["b"]}}


def task(case: Case) -> None:
    case.method_config["task"] = {"name": "t"}


FAULTS = {
    no_such_endpoint: (404, "unknown_endpoint"),
    paused: (503, "paused"),
    wrong_address: (403, "address_not_allowed"),
    wrong_token: (401, "unauthorized"),
    wrong_method: (405, "method_not_allowed"),
    too_large: (400, "too_large"),
    not_json_by_type: (415, "unsupported_media_type"),
    not_json: (400, "invalid_json"),
    not_to_be_stored: (400, "unstorable_json"),
    no_rows: (400, "invalid_rows"),
    breaks_the_schema: (400, "schema_violation"),
    task: (503, "task_not_available"),
}


async def test_without_a_fault_it_is_stored(open_front: OpenFront) -> None:
    case = Case()
    reply = await answer(open_front(case.endpoint()), body=case.body, headers=case.headers)
    assert reply.status == 201


@pytest.mark.parametrize("fault", FAULTS)
async def test_of_two_faults_the_first_is_told(open_front: OpenFront, fault: Any) -> None:
    later = list(FAULTS)[list(FAULTS).index(fault) + 1 :]
    assert await heard(open_front, fault) == FAULTS[fault]
    assert [await heard(open_front, second, fault) for second in later] == [FAULTS[fault]] * len(later)


async def heard(open_front: OpenFront, *faults: Any) -> tuple[int, str]:
    case = Case()
    for fault in faults:
        fault(case)
    front = open_front(case.endpoint())
    reply = await answer(front, case.method, case.path, body=case.body, headers=case.headers)
    return reply.status, reply.code

"""Which method does what at which address of an endpoint: the table of routes, worked out once per endpoint.

It knows nothing of tokens and bodies. What is not served here has the code of the problem that says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tidegate_gateway.config.model import EndpointConfig, Method, MethodConfig

METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Action(StrEnum):
    """What a route does."""

    STORE = "store"
    LIST = "list"
    READ = "read"
    RUN = "run"
    DESCRIBE = "describe"
    REPLACE = "replace"
    CHANGE = "change"
    DELETE = "delete"
    DELETE_ALL = "delete_all"


NOT_FOUND, NOT_ALLOWED = "not_found", "method_not_allowed"
Outcome = Action | str
Outcomes = Mapping[Method, Outcome]


@dataclass(frozen=True, slots=True)
class RouteTable:
    """For each method what happens at `/`, at `/<id>` and at `/all`: an action, or a problem's code."""

    collection: Outcomes
    item: Outcomes
    everything: Outcomes


def route_table(config: EndpointConfig) -> RouteTable:
    """The routes of an endpoint."""
    deleting = config.allow_deleting
    return RouteTable(
        collection={method: _at_collection(config, method) for method in METHODS},
        item={
            "GET": Action.READ,
            "POST": NOT_ALLOWED,
            "PUT": _write_item(config.methods.get("PUT"), Action.REPLACE),
            "PATCH": _write_item(config.methods.get("PATCH"), Action.CHANGE),
            "DELETE": Action.DELETE if deleting else NOT_FOUND,
        },
        everything=dict.fromkeys(METHODS, NOT_ALLOWED) | {"DELETE": Action.DELETE_ALL if deleting else NOT_FOUND},
    )


def allow(outcomes: Outcomes) -> bytes:
    """The value of the Allow header: what is served here, OPTIONS always."""
    served = [method for method, outcome in outcomes.items() if outcome not in (NOT_FOUND, NOT_ALLOWED)]
    return ", ".join(_with_head(served)).encode()


def _at_collection(config: EndpointConfig, method: Method) -> Outcome:
    configured = config.methods.get(method)
    if configured is None:
        return NOT_ALLOWED
    if configured.task is not None:
        return Action.RUN
    if method == "GET":
        return Action.LIST
    return Action.STORE if method == "POST" else NOT_FOUND


def _write_item(configured: MethodConfig | None, action: Action) -> Outcome:
    if configured is None:
        return NOT_ALLOWED
    return NOT_FOUND if configured.task else action


def _with_head(served: Iterable[str]) -> Iterable[str]:
    for method in served:
        yield method
        if method == "GET":
            yield "HEAD"
    yield "OPTIONS"

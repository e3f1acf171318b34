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


NOT_FOUND, NOT_ALLOWED, NOT_YET = "not_found", "method_not_allowed", "not_yet_available"
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
    deleting = NOT_YET if config.allow_deleting else NOT_FOUND
    return RouteTable(
        collection={method: _at_collection(config, method) for method in METHODS},
        item={
            "GET": Action.READ,
            "POST": NOT_ALLOWED,
            "PUT": _write_item(config.methods.get("PUT")),
            "PATCH": _write_item(config.methods.get("PATCH")),
            "DELETE": deleting,
        },
        everything=dict.fromkeys(METHODS, NOT_ALLOWED) | {"DELETE": deleting},
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


def _write_item(configured: MethodConfig | None) -> Outcome:
    if configured is None:
        return NOT_ALLOWED
    return NOT_FOUND if configured.task else NOT_YET


def _with_head(served: Iterable[str]) -> Iterable[str]:
    for method in served:
        yield method
        if method == "GET":
            yield "HEAD"
    yield "OPTIONS"

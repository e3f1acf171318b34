"""An Endpoint's configuration, made ready to serve: every decision that no request can change is taken here.

A request finds its address in a dictionary and its method in another; what it finds holds all that is needed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tidegate_gateway.config.model import EndpointConfig, Method, TokenDigest
from tidegate_gateway.data.datum import IndexPoint
from tidegate_gateway.expressions.addresses import compile_addresses
from tidegate_gateway.front.filters import Filterables, filterables, points
from tidegate_gateway.front.intake import Intake, compile_intake
from tidegate_gateway.front.routes import METHODS, NOT_ALLOWED, NOT_FOUND, Action, Outcome, Outcomes, allow, route_table

DOCUMENTS_ALLOW = b"GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Key:
    """The SHA-256 digest of a valid token, and the token's name."""

    digest: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """What a method does at an address: `action`, or `refusal`, the code of a problem. One of `keys` is needed."""

    keys: tuple[Key, ...]
    action: Action | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The routes of one kind of address. `otherwise` takes every method that is not among them.

    `allow` is the value of the Allow header; None where there is nothing to allow.
    """

    routes: Mapping[str, Route]
    otherwise: Route
    allow: bytes | None


@dataclass(frozen=True, slots=True)
class CompiledEndpoint:
    """An endpoint as it is served. `path` is its address; `label` names it in logs and metrics.

    `collection`, `item`, `everything` and `documents` are what lies at `/`, `/<id>`, `/all` and `/openapi.json`;
    `nowhere` is any other tail.
    Where data are not `kept`, they go once they are answered. `intakes` has the methods whose bodies are checked or
    changed, `points` those whose input is indexed.
    """

    uid: UUID
    label: str
    path: str
    paused: bool
    open: bool
    internal: bool
    token_in_query: bool
    address_allowed: Callable[[str], bool] | None
    max_body_bytes: int | None
    output_type: str
    envelope: bool
    kept: bool
    intakes: Mapping[str, Intake]
    points: Mapping[str, tuple[IndexPoint, ...]]
    filters: Filterables
    collection: Place
    item: Place
    everything: Place
    documents: Place
    nowhere: Place


def compile_endpoint(config: EndpointConfig, uid: str) -> CompiledEndpoint:
    """Compiles one endpoint. ExpressionError: a path, mapping, schema or address of it does not compile."""
    table, keys = route_table(config), _keys(config.tokens)
    described = Route(keys.every, action=Action.DESCRIBE)
    post = config.methods.get("POST")
    return CompiledEndpoint(
        uid=UUID(uid),
        label=f"{config.namespace}/{config.name}",
        path=config.path,
        paused=config.paused,
        open=config.authentication == "None",
        internal=config.authentication == "Internal",
        token_in_query=config.token_in_query,
        address_allowed=compile_addresses(config.allowed_ips) if _restricted(config) else None,
        max_body_bytes=config.max_message_bytes,
        output_type=config.output_type,
        envelope=post.output.include_system_data if post else True,
        kept=config.retention_days != 0,
        intakes=_intakes(config),
        points={method: found for method in METHODS if (found := points(config, method))},
        filters=filterables(config),
        collection=_place(table.collection, keys),
        item=_place(table.item, keys),
        everything=_place(table.everything, keys),
        documents=Place({"GET": described, "HEAD": described}, Route(keys.every, refusal=NOT_ALLOWED), DOCUMENTS_ALLOW),
        nowhere=Place({}, Route(keys.every, refusal=NOT_FOUND), None),
    )


def _intakes(config: EndpointConfig) -> dict[str, Intake]:
    compiled = {method: compile_intake(config, method) for method in METHODS}
    return {method: intake for method, intake in compiled.items() if intake}


def _restricted(config: EndpointConfig) -> bool:
    return bool(config.allowed_ips) and "*" not in config.allowed_ips


@dataclass(frozen=True, slots=True)
class _Keys:
    every: tuple[Key, ...]
    of: Mapping[str, tuple[Key, ...]]


def _keys(tokens: Iterable[TokenDigest]) -> _Keys:
    """Each key once: there are many endpoints."""
    pairs = [(token, Key(bytes.fromhex(digest), token.name)) for token in tokens for digest in token.digests]
    every = tuple(key for _, key in pairs)
    return _Keys(every, {m: tuple(key for token, key in pairs if m in token.methods) for m in METHODS})


def _place(outcomes: Outcomes, keys: _Keys) -> Place:
    routes: dict[str, Route] = {method: _route(method, outcome, keys) for method, outcome in outcomes.items()}
    routes["HEAD"] = routes["GET"]
    return Place(routes, Route(keys.every, refusal=NOT_ALLOWED), allow(outcomes))


def _route(method: Method, outcome: Outcome, keys: _Keys) -> Route:
    own = keys.of[method]
    if isinstance(outcome, Action):
        return Route(own, action=outcome)
    # For a method that the endpoint has not there is no token of its own: whoever has another one may hear that.
    unheard = outcome == NOT_ALLOWED or (outcome == NOT_FOUND and not own)
    return Route(keys.every if unheard else own, refusal=outcome)

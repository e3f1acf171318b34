"""The OpenAPI 3.1 document of some endpoints: pure, from their configurations.

It must never show what is not a caller's to know: names of tokens, addresses that may call, fixed values of mappings.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tidegate_gateway.api.openapi.components import Components
from tidegate_gateway.api.openapi.operations import operation, tag
from tidegate_gateway.api.openapi.parameters import ID, SHARED, shared
from tidegate_gateway.api.openapi.problems import example, response
from tidegate_gateway.api.openapi.schemas import OWN
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front.routes import Action, Outcomes, route_table

VERSION = "3.1.0"
RESPONSES = "#/components/responses/"
INTRODUCTION = (
    "`OPTIONS` tells the methods of an address, and needs no token; any other method is answered with 405 and `Allow`. "
    "`HEAD` goes where `GET` goes. Bodies are JSON in UTF-8, compressed with gzip or deflate or not at all. "
    "Whatever is refused is told as a problem document with a stable `code`."
)
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token that opens the method."},
    "query": {"type": "apiKey", "in": "query", "name": "access_token", "description": "The same token in the query."},
}
TRACEPARENT = {"description": "The trace of the request, and our own span.", "schema": {"type": "string"}}


def document(configs: Sequence[EndpointConfig], server: str, *, title: str = "", version: str = "1") -> dict[str, Any]:
    """The document of one endpoint or more. Addresses begin with `server`, which may be empty."""
    components = Components()
    paths = {path: place for config in configs for path, place in _places(config, components)}
    return {
        "openapi": VERSION,
        "info": {"title": title or _title(configs[0]), "version": version, "description": INTRODUCTION},
        "servers": [{"url": server.rstrip("/") or "/"}],
        "tags": [{"name": tag(config), "description": _title(config)} for config in configs],
        "paths": paths,
        "components": _components(components.schemas, _responses(paths)),
    }


def _title(config: EndpointConfig) -> str:
    return config.display_name or config.name


def _places(config: EndpointConfig, components: Components) -> Iterator[tuple[str, dict[str, Any]]]:
    """The paths of an endpoint that anything is served at."""
    table, root = route_table(config), config.path
    for path, outcomes in ((root, table.collection), (f"{root}/{{id}}", table.item), (f"{root}/all", table.everything)):
        if operations := _operations(config, outcomes, components):
            parameters = [shared("traceparent"), *([ID] if outcomes is table.item else [])]
            yield path, {"parameters": parameters, **operations}


def _operations(config: EndpointConfig, outcomes: Outcomes, components: Components) -> dict[str, Any]:
    return {
        method.lower(): operation(config, method, outcome, components)
        for method, outcome in outcomes.items()
        if isinstance(outcome, Action)
    }


def _responses(paths: dict[str, Any]) -> dict[str, Any]:
    """The refusals that operations refer to."""
    referred = {
        told["$ref"].removeprefix(RESPONSES)
        for place in paths.values()
        for name, one in place.items()
        if name != "parameters"
        for told in one["responses"].values()
        if "$ref" in told
    }
    return {name: response(name) for name in sorted(referred)}


def _components(schemas: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    codes = sorted({code for name in responses for code in name.split(".")[1:]})
    return {
        "schemas": {**OWN, **schemas},
        "responses": responses,
        "parameters": {**SHARED},
        "examples": {code: example(code) for code in codes},
        "headers": {"traceparent": TRACEPARENT},
        "securitySchemes": SECURITY,
    }

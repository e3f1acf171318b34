"""The OpenAPI 3.1 document of some endpoints: pure, from their configurations."""

from collections.abc import Sequence
from typing import Any

from tidegate_gateway.api.openapi.operations import operation
from tidegate_gateway.api.openapi.parameters import ID
from tidegate_gateway.api.openapi.problems import PROBLEM_SCHEMA
from tidegate_gateway.api.openapi.schemas import OWN, components
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front.compile import PREFIX
from tidegate_gateway.front.routes import Action, Outcomes, route_table

SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token that opens the method."},
    "query": {"type": "apiKey", "in": "query", "name": "access_token", "description": "The same in the query."},
}


def document(configs: Sequence[EndpointConfig], server: str) -> dict[str, Any]:
    """The document; `server` is what its addresses begin with, and may be empty."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA, **OWN}
    for config in configs:
        paths |= _paths(config)
        schemas |= dict(components(config))
    return {
        "openapi": "3.1.0",
        "info": {"title": _title(configs), "version": "1"},
        "servers": [{"url": server or "/"}],
        "tags": [_tag(config) for config in configs],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _title(configs: Sequence[EndpointConfig]) -> str:
    return (configs[0].display_name or configs[0].name) if len(configs) == 1 else configs[0].company


def _tag(config: EndpointConfig) -> dict[str, str]:
    return {"name": f"{config.group}/{config.slug}", "description": config.display_name or config.name}


def _paths(config: EndpointConfig) -> dict[str, Any]:
    table = route_table(config)
    root = f"{PREFIX}{config.company}/{config.group}/{config.slug}"
    places = {root: _place(config, table.collection), f"{root}/{{id}}": _place(config, table.item)}
    if places[f"{root}/{{id}}"]:
        places[f"{root}/{{id}}"] = {"parameters": [ID], **places[f"{root}/{{id}}"]}
    places[f"{root}/all"] = _place(config, table.everything)
    return {path: place for path, place in places.items() if place}


def _place(config: EndpointConfig, outcomes: Outcomes) -> dict[str, Any]:
    return {
        method.lower(): operation(config, method, outcome)
        for method, outcome in outcomes.items()
        if isinstance(outcome, Action)
    }

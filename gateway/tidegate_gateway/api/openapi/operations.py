"""The operations of one endpoint: what each route takes, and everything that it may answer."""

from typing import Any

from tidegate_gateway.api.openapi.answers import answers
from tidegate_gateway.api.openapi.bodies import body
from tidegate_gateway.api.openapi.components import Components
from tidegate_gateway.api.openapi.parameters import (
    Parameter,
    list_parameters,
    mapped_parameters,
    shared,
    task_parameters,
)
from tidegate_gateway.api.openapi.problems import codes, refusals
from tidegate_gateway.config.model import EndpointConfig, Method
from tidegate_gateway.front.routes import Action

SUMMARIES = {
    Action.STORE: "Store data",
    Action.LIST: "List stored data",
    Action.READ: "Read a datum",
    Action.RUN: "Run the task",
    Action.REPLACE: "Replace a datum",
    Action.CHANGE: "Change a datum",
    Action.DELETE: "Delete a datum",
    Action.DELETE_ALL: "Delete all data",
}
DESCRIPTIONS = {
    Action.STORE: "Stores the body, and answers once it is safe.",
    Action.LIST: "A page of what is stored, oldest first. Whoever goes on `after` the last one misses nothing.",
    Action.READ: "One datum. `HEAD` gives its headers alone.",
    Action.RUN: "Tasks are not run by this version of the gateway: what is right is answered with 503.",
    Action.REPLACE: "What is stored is the body from then on.",
    Action.CHANGE: "Changes the stored datum by a merge patch, or by a JSON Patch. Arrays are not patched.",
    Action.DELETE: "Deletes one datum.",
    Action.DELETE_ALL: "Deletes everything that this endpoint has stored until then.",
}


def operation(config: EndpointConfig, method: Method, action: Action, components: Components) -> dict[str, Any]:
    """One operation."""
    made: dict[str, Any] = {
        "operationId": operation_id(config, method, action),
        "summary": SUMMARIES[action],
        "description": DESCRIPTIONS[action] + _token(config, method),
        "tags": [tag(config)],
        "security": _security(config),
    }
    if parameters := _parameters(config, method, action):
        made["parameters"] = parameters
    if taken := body(config, method, action, components):
        made["requestBody"] = taken
    return made | {"responses": answers(config, method, action) | refusals(codes(config, method, action))}


def operation_id(config: EndpointConfig, method: Method, action: Action) -> str:
    """No slug has a dot in it, so no two operations of a company have the same."""
    name = f"{action}.{method.lower()}" if action is Action.RUN else action
    return f"{config.group}.{config.slug}.{name}"


def tag(config: EndpointConfig) -> str:
    """What the operations of an endpoint are listed under."""
    return f"{config.group}/{config.slug}"


def _token(config: EndpointConfig, method: Method) -> str:
    return "" if config.authentication == "None" else f" Needs a token of {method}."


def _security(config: EndpointConfig) -> list[dict[str, list[str]]]:
    if config.authentication == "None":
        return []
    return [{"bearer": []}, {"query": []}] if config.token_in_query else [{"bearer": []}]


def _parameters(config: EndpointConfig, method: Method, action: Action) -> list[Parameter]:
    match action:
        case Action.LIST:
            return list_parameters(config)
        case Action.STORE:
            return mapped_parameters(config.methods[method])
        case Action.RUN:
            own = config.methods[method]
            return task_parameters(own) if method == "GET" else mapped_parameters(own)
        case Action.REPLACE | Action.CHANGE:
            return [shared("IfMatch"), shared("Prefer")]
        case Action.DELETE:
            return [shared("IfMatch")]
    return []

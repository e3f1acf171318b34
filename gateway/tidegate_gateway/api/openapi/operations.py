"""The operations of one endpoint: what each route takes, and everything that it may answer."""

from collections.abc import Iterable
from typing import Any

from tidegate_gateway.api.openapi.parameters import IF_MATCH, PREFER, list_parameters
from tidegate_gateway.api.openapi.problems import refusals
from tidegate_gateway.api.openapi.schemas import body_schema
from tidegate_gateway.config.model import EndpointConfig, Method
from tidegate_gateway.front.routes import Action

JSON = "application/json"
BODY = ("too_large", "unsupported_media_type", "invalid_json", "unstorable_json")
ITEM = ("not_found",)
CHANGE = (*BODY, "version_mismatch", "run_in_progress", *ITEM)
REFUSALS: dict[Action, tuple[str, ...]] = {
    Action.STORE: BODY,
    Action.LIST: ("invalid_parameter",),
    Action.READ: ITEM,
    Action.RUN: ("task_not_available",),
    Action.REPLACE: CHANGE,
    Action.CHANGE: (*CHANGE, "invalid_patch", "array_not_supported", "patch_conflict"),
    Action.DELETE: ("version_mismatch", *ITEM),
    Action.DELETE_ALL: (),
}
SUMMARIES: dict[Action, str] = {
    Action.STORE: "Store data",
    Action.LIST: "List stored data",
    Action.READ: "Read a datum",
    Action.RUN: "Run the task",
    Action.REPLACE: "Replace a datum",
    Action.CHANGE: "Change a datum",
    Action.DELETE: "Delete a datum",
    Action.DELETE_ALL: "Delete all data",
}
ETAG = {"ETag": {"description": "The version.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "The address of the datum.", "schema": {"type": "string"}}}
LINK = {"Link": {"description": 'The next page: rel="next".', "schema": {"type": "string"}}}
DELETED = {"Tidegate-Deleted": {"description": "How many data.", "schema": {"type": "integer"}}}


def operation(config: EndpointConfig, method: Method, action: Action) -> dict[str, Any]:
    """One operation."""
    made: dict[str, Any] = {
        "operationId": f"{config.group}.{config.slug}.{action}",
        "summary": SUMMARIES[action],
        "tags": [f"{config.group}/{config.slug}"],
        "responses": _answers(config, action) | refusals(_codes(config, method, action)),
    }
    if action is Action.RUN:
        made["operationId"] += f".{method}"
    if parameters := _parameters(config, action):
        made["parameters"] = parameters
    if action in (Action.STORE, Action.REPLACE, Action.CHANGE) or (action is Action.RUN and method != "GET"):
        made["requestBody"] = _body(config, method, action)
    if config.authentication == "Token":
        made["security"] = [{"bearer": []}, *([{"query": []}] if config.token_in_query else [])]
    return made


def _parameters(config: EndpointConfig, action: Action) -> list[dict[str, Any]]:
    if action is Action.LIST:
        return list_parameters(config)
    if action in (Action.REPLACE, Action.CHANGE):
        return [IF_MATCH, PREFER]
    return [IF_MATCH] if action is Action.DELETE else []


def _body(config: EndpointConfig, method: Method, action: Action) -> dict[str, Any]:
    examples = {
        one.name: {"value": one.request.body}
        for one in config.examples
        if action is Action.STORE and one.request.method == method and one.request.body is not None
    }
    media = {"schema": body_schema(config, method)} | ({"examples": examples} if examples else {})
    content = {JSON: media}
    if action is Action.CHANGE:
        content = {"application/merge-patch+json": {"schema": {}}, JSON: {"schema": {}}}
        content["application/json-patch+json"] = {"schema": {"type": "array", "items": {"type": "object"}}}
    return {"required": action is not Action.RUN, "content": content}


def _answers(config: EndpointConfig, action: Action) -> dict[str, Any]:
    match action:
        case Action.STORE:
            post = config.methods["POST"].output
            if not post.include_system_data:
                return {"204": _answer("Stored.", None, LOCATION)}
            return {"201": _answer("Stored.", {"$ref": "#/components/schemas/Answer"}, LOCATION)}
        case Action.LIST:
            return {"200": _answer("A page.", {"$ref": "#/components/schemas/Page"}, LINK)}
        case Action.READ:
            return {"200": _answer("The datum.", {}, ETAG)}
        case Action.REPLACE | Action.CHANGE:
            return {"201": _answer("The datum as it is now.", {}, ETAG), "204": _answer("Done.", None, ETAG)}
        case Action.DELETE:
            return {"204": _answer("Deleted.", None, {})}
        case Action.DELETE_ALL:
            return {"204": _answer("Deleted.", None, DELETED)}
    return {}


def _answer(description: str, schema: dict[str, Any] | None, headers: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": description}
    if headers:
        made["headers"] = headers
    return made if schema is None else made | {"content": {JSON: {"schema": schema}}}


def _codes(config: EndpointConfig, method: Method, action: Action) -> Iterable[str]:
    """Every code that an operation may be refused with, in the order of the checks."""
    if config.paused:
        yield "paused"
    if config.allowed_ips and "*" not in config.allowed_ips:
        yield "address_not_allowed"
    if config.authentication == "Token":
        yield "unauthorized"
    yield from REFUSALS[action]
    own = config.methods.get(method)
    if own and action in (Action.STORE, Action.RUN, Action.REPLACE, Action.CHANGE):
        if action is Action.RUN and method != "GET":
            yield from BODY
        if action in (Action.STORE, Action.RUN) and (own.input.result_path or own.task):
            yield "invalid_rows"
        if own.input.validation:
            yield "schema_violation"
    yield from ("unavailable", "internal")

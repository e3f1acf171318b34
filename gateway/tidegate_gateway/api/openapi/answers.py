"""What an operation answers when it serves a request: status, headers and body."""

from typing import Any

from tidegate_gateway.api.openapi.bodies import JSON
from tidegate_gateway.api.openapi.problems import TRACEPARENT
from tidegate_gateway.api.openapi.schemas import own
from tidegate_gateway.config.model import EndpointConfig, Method
from tidegate_gateway.front.routes import Action

Made = dict[str, Any]


def _header(name: str, description: str, type_: str = "string") -> Made:
    return {name: {"description": description, "schema": {"type": type_}}}


ETAG = _header("ETag", "The version of the datum.")
LOCATION = _header("Location", "The address of the datum.")
LINK = _header("Link", 'The next page, as `<…>; rel="next"`; not there on the last one.')
APPLIED = _header("Preference-Applied", "`return=minimal`.")
DELETED = _header("Tidegate-Deleted", "How many there were.", "integer")


def answers(config: EndpointConfig, method: Method, action: Action) -> Made:
    """The responses by status. A task has none yet: it is refused."""
    match action:
        case Action.STORE:
            return _stored(config, method)
        case Action.LIST:
            return {"200": _answer("A page of data.", LINK, own("Page"), _shown(config, method, 200))}
        case Action.READ:
            return {"200": _answer("The datum.", ETAG, _datum(config))}
        case Action.REPLACE | Action.CHANGE:
            minimal = _answer("It is done, and you preferred to hear no more.", ETAG | APPLIED)
            return {"201": _answer("The datum as it has become.", ETAG, {}), "204": minimal}
        case Action.DELETE:
            return {"204": _answer("It is deleted.")}
        case Action.DELETE_ALL:
            return {"204": _answer("They are deleted.", DELETED)}
    return {}


def _stored(config: EndpointConfig, method: Method) -> Made:
    if not config.methods[method].output.include_system_data:
        return {"204": _answer("It is stored.", LOCATION)}
    return {"201": _answer("It is stored.", LOCATION, own("Stored"), _shown(config, method, 201))}


def _datum(config: EndpointConfig) -> Made:
    return own("InputAndOutput") if config.output_type == "InputAndOutput" else {}


def _answer(
    description: str, headers: Made | None = None, schema: Made | None = None, shown: Made | None = None
) -> Made:
    made: Made = {"description": description, "headers": (headers or {}) | TRACEPARENT}
    if schema is not None:
        made["content"] = {JSON: {"schema": schema} | (shown or {})}
    return made


def _shown(config: EndpointConfig, method: Method, status: int) -> Made:
    """What examples say of the body: a part of it."""
    found = {
        one.name: {"summary": "A part of it.", "value": one.response.body}
        for one in config.examples
        if one.request.method == method and one.response.status == status and one.response.has_body
    }
    return {"examples": found} if found else {}

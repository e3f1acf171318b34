"""What goes in and comes out, as JSON Schemas: those of the endpoint itself, and those of our own answers."""

from collections.abc import Iterator
from typing import Any

from tidegate_gateway.api.openapi.references import COMPONENTS, moved, resource_name
from tidegate_gateway.config.model import EndpointConfig, Method
from tidegate_gateway.front.statuses import NAMES

ID = {"type": "string", "format": "uuid"}
STATUS = {"type": ["string", "null"], "enum": [None, *NAMES.values()]}
ENVELOPE = {
    "type": "object",
    "required": ["ID", "Status", "Message", "Result"],
    "properties": {
        "ID": ID,
        "Status": STATUS,
        "Message": {"type": ["array", "null"], "items": {"type": "string"}},
        "Result": {},
    },
}
ITEM = {
    "type": "object",
    "required": ["ID", "ReceivedAt", "Method", "Status", "Token", "SourceIp", "Input", "Output"],
    "properties": {
        "ID": ID,
        "ReceivedAt": {"type": "string", "format": "date-time"},
        "Method": {"type": "string"},
        "Status": STATUS,
        "Token": {"type": ["string", "null"], "description": "The name of the token that was used."},
        "SourceIp": {"type": ["string", "null"]},
        "Input": {},
        "Output": {},
    },
}
PAGE = {
    "type": "object",
    "required": ["Items", "Next"],
    "properties": {
        "Items": {"type": "array", "items": {"$ref": "#/components/schemas/Datum"}},
        "Next": {"description": "What to go on after; null at the end.", "anyOf": [ID, {"type": "null"}]},
    },
}
OWN = {"Answer": ENVELOPE, "Datum": ITEM, "Page": PAGE}


def body_schema(config: EndpointConfig, method: Method) -> dict[str, Any]:
    """What a body must be: the schema where rows are the body's own, else any JSON with a word about the rows."""
    given = config.methods[method].input
    if given.validation is None:
        return {} if not given.mapping else {"description": _mapped(config, method)}
    reference = {"$ref": COMPONENTS + component_name(config, method)}
    if given.mapping or given.result_path:
        return {"description": _mapped(config, method)}
    return {"anyOf": [reference, {"type": "array", "items": reference}]}


def component_name(config: EndpointConfig, method: Method) -> str:
    """Under which an endpoint's schema stands in the components."""
    return f"{config.group}.{config.slug}.{method}"


def components(config: EndpointConfig) -> Iterator[tuple[str, Any]]:
    """The schemas of an endpoint, and the DataSchemas that they reach."""
    for method, own in config.methods.items():
        if own.input.validation:
            name = component_name(config, method)
            yield name, moved(own.input.validation.root, name)
            for uri, resource in own.input.validation.resources.items():
                yield resource_name(uri), moved(resource, resource_name(uri))


def _mapped(config: EndpointConfig, method: Method) -> str:
    given = config.methods[method].input
    place = f" Rows are at `{given.result_path}`." if given.result_path else ""
    pairs = ", ".join(f"`{pair.property}` from `{pair.source}`" for pair in given.mapping)
    mapped = f" Of each row is read: {pairs}." if pairs else ""
    name = component_name(config, method)
    fits = f" What was read must fit the schema {name}." if given.validation else ""
    return f"Any JSON.{place}{mapped}{fits}"

"""What an operation takes as its body: a schema, a word about how it is read, and examples."""

from collections.abc import Iterator
from typing import Any

from tidegate_gateway.api.openapi.components import Components
from tidegate_gateway.api.openapi.schemas import own
from tidegate_gateway.config.model import EndpointConfig, Input, Method, MethodConfig, Pair
from tidegate_gateway.front.routes import Action

JSON = "application/json"
FIXED = "${fixed:"


def body(config: EndpointConfig, method: Method, action: Action, components: Components) -> dict[str, Any] | None:
    """The body of an operation; None where it has none."""
    given = config.methods.get(method, MethodConfig())
    schema = None
    if given.input.validation:
        schema = components.add(given.input.validation, f"{config.group}.{config.slug}.{method.lower()}")
    if action is Action.CHANGE:
        return _patch(schema)
    if action is Action.REPLACE:
        return {"required": True, "content": {JSON: {"schema": schema or {}}}}
    if action is Action.STORE or (action is Action.RUN and method != "GET"):
        media = {"schema": _taken(given, schema)} | _examples(config, method)
        told = _told(given.input, schema)
        required = action is not Action.RUN
        return {"required": required, "content": {JSON: media}} | ({"description": told} if told else {})
    return None


def _patch(schema: dict[str, str] | None) -> dict[str, Any]:
    merge = {"schema": own("MergePatch")}
    content = {
        "application/merge-patch+json": merge,
        JSON: merge,
        "application/json-patch+json": {"schema": own("JsonPatch")},
    }
    told = f"What it leaves behind must fit the schema {_name(schema)}." if schema else ""
    return {"required": True, "content": content} | ({"description": told} if told else {})


def _taken(given: MethodConfig, schema: dict[str, str] | None) -> dict[str, Any]:
    """Rows that are the body's own are known; what others are read from may be any JSON."""
    if given.input.mapping or given.input.result_path:
        return {}
    row: dict[str, Any] | None = schema or ({"type": "object"} if given.task else None)
    return {"anyOf": [row, {"type": "array", "items": row}]} if row else {}


def _told(given: Input, schema: dict[str, str] | None) -> str:
    sentences = []
    if given.result_path:
        sentences.append(f"The rows are at `{given.result_path}` of the body.")
    if given.mapping:
        sentences.append(f"Each row is read: {', '.join(map(_pair, given.mapping))}.")
    if schema and (given.mapping or given.result_path):
        sentences.append(f"A row must fit the schema {_name(schema)}.")
    elif schema:
        sentences.append("An array is one row an element.")
    return " ".join(sentences)


def _pair(pair: Pair) -> str:
    """A fixed value is nothing that a caller gives, or need know."""
    return f"`{pair.property}` is fixed" if pair.source.startswith(FIXED) else f"`{pair.property}` from `{pair.source}`"


def _name(schema: dict[str, str]) -> str:
    return f"`{schema['$ref'].rpartition('/')[2]}`"


def _examples(config: EndpointConfig, method: Method) -> dict[str, Any]:
    found = dict(_bodies(config, method))
    return {"examples": found} if found else {}


def _bodies(config: EndpointConfig, method: Method) -> Iterator[tuple[str, Any]]:
    for one in config.examples:
        if one.request.method == method and one.request.body is not None:
            yield one.name, {"summary": f"Is answered with {one.response.status}.", "value": one.request.body}

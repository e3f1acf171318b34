"""A value that a JSON Schema may be meant for: something to begin with where nobody has written an example."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from tidegate_gateway.api.openapi.resolving import resolved

Maker = Callable[[dict[str, Any], dict[str, Any], int], Any]
MOST_DEPTH, MOST_MEMBERS = 6, 12
FORMATS = MappingProxyType(
    {
        "date": "2026-03-01",
        "date-time": "2026-03-01T12:00:00Z",
        "time": "12:00:00Z",
        "email": "someone@example.com",
        "uri": "https://example.com",
        "uuid": "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
    }
)


def sample(document: dict[str, Any], schema: Any, depth: int = 0) -> Any:
    """Such a value. It is no promise: patterns and conditions are passed over."""
    schema = resolved(document, schema)
    if not isinstance(schema, dict) or depth > MOST_DEPTH:
        return {}
    for given in ("examples", "enum"):
        if isinstance(schema.get(given), list) and schema[given]:
            return schema[given][0]
    for given in ("const", "default"):
        if given in schema:
            return schema[given]
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            return sample(document, schema[choice][0], depth + 1)
    return _of_type(document, _all(document, schema), depth)


def _all(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it is put together of."""
    merged = dict(schema)
    for part in [resolved(document, one) for one in schema.get("allOf", ())]:
        if isinstance(part, dict):
            properties = {**part.get("properties", {}), **merged.get("properties", {})}
            required = [*merged.get("required", ()), *part.get("required", ())]
            merged = {**part, **merged, "properties": properties, "required": required}
    return merged


def _of_type(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    type_ = schema.get("type") or ("object" if schema.get("properties") else "array" if "items" in schema else "object")
    make: Maker = MAKERS.get(type_[0] if isinstance(type_, list) else type_, _object)
    return make(document, schema, depth)


def _object(document: dict[str, Any], schema: dict[str, Any], depth: int) -> dict[str, Any]:
    """With the members that have to be there, or with all where none has to."""
    members = schema.get("properties", {})
    names = [name for name in members if name in schema.get("required", ())] or [*members]
    return {name: sample(document, members[name], depth + 1) for name in names[:MOST_MEMBERS]}


def _array(document: dict[str, Any], schema: dict[str, Any], depth: int) -> list[Any]:
    return [sample(document, schema["items"], depth + 1)] if "items" in schema else []


def _string(_: dict[str, Any], schema: dict[str, Any], __: int) -> str:
    return FORMATS.get(schema.get("format", ""), "text")


def _number(_: dict[str, Any], schema: dict[str, Any], __: int) -> Any:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return min(least, schema.get("maximum", least))


def _boolean(_: dict[str, Any], __: dict[str, Any], ___: int) -> bool:
    return True


def _null(_: dict[str, Any], __: dict[str, Any], ___: int) -> None:
    return None


MAKERS: dict[str, Maker] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
}

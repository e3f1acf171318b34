"""A value that a JSON Schema may be meant for: something to begin with where nobody has written an example."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from tidegate_gateway.api.openapi.resolving import resolved

MOST_VALUES, MOST_DEPTH, MOST_MEMBERS, MOST_PARTS, MOST_CHARACTERS = 200, 6, 12, 100, 2_000
Schema = dict[str, Any]
Maker = Callable[[Schema], Any]
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


def sample(document: Schema, schema: Any) -> Any:
    """Such a value. It is no promise: patterns and conditions are passed over, and so is what is too large to read."""
    return _Sampler(document).value(schema)


class _Sampler:
    """Makes one value of no more than MOST_VALUES; a schema within itself is met with an empty object."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._left = MOST_VALUES
        self._around: list[int] = []  # the identities of the schemas that the one in hand is within
        self._makers: dict[str, Maker] = {
            "object": self._object,
            "array": self._array,
            "string": _string,
            "integer": _number,
            "number": _number,
            "boolean": lambda _: True,
            "null": lambda _: None,
        }

    def value(self, schema: Any) -> Any:
        schema = resolved(self._document, schema)
        self._left -= 1
        if not isinstance(schema, dict) or id(schema) in self._around or len(self._around) > MOST_DEPTH:
            return {}
        if given := _given(schema):
            return given[0]
        self._around.append(id(schema))
        made = self._made(schema)
        self._around.pop()
        return made

    def _made(self, schema: Schema) -> Any:
        for choice in ("anyOf", "oneOf"):
            if schema.get(choice):
                return self.value(schema[choice][0])
        whole = self._whole(schema)
        type_ = whole.get("type") or ("array" if "items" in whole and not whole.get("properties") else "object")
        make: Maker = self._makers.get(type_[0] if isinstance(type_, list) else type_, self._object)
        return make(whole)

    def _whole(self, schema: Schema) -> Schema:
        """A schema with what it is put together of."""
        merged = dict(schema)
        for part in [resolved(self._document, one) for one in schema.get("allOf", ())[:MOST_PARTS]]:
            if isinstance(part, dict):
                properties = {**part.get("properties", {}), **merged.get("properties", {})}
                required = [*merged.get("required", ()), *part.get("required", ())]
                merged = {**part, **merged, "properties": properties, "required": required}
        return merged

    def _object(self, schema: Schema) -> dict[str, Any]:
        """With the members that have to be there, or with all where none has to, as far as there is room."""
        members, required = schema.get("properties", {}), set(schema.get("required", ()))
        names = [name for name in members if name in required] or [*members]
        return {name: self.value(members[name]) for name in names[:MOST_MEMBERS] if self._left > 0}

    def _array(self, schema: Schema) -> list[Any]:
        return [self.value(schema["items"])] if "items" in schema and self._left > 0 else []


def _given(schema: Schema) -> list[Any]:
    """The value that a schema itself has for an example, alone in a list; empty if it has none that is short."""
    listed = (schema.get(name) for name in ("examples", "enum"))
    found = [values[0] for values in listed if isinstance(values, list) and values]
    found += [schema[name] for name in ("const", "default") if name in schema]
    return found[:1] if found and _is_short(found[0]) else []


def _is_short(value: Any) -> bool:
    """Looks no further than it has to."""
    pending, characters = [value], 0
    while pending and characters <= MOST_CHARACTERS:
        one = pending.pop()
        characters += len(one) if isinstance(one, str) else 1
        if isinstance(one, dict):
            pending += [*one, *one.values()]
        elif isinstance(one, list):
            pending += one
    return not pending and characters <= MOST_CHARACTERS


def _string(schema: Schema) -> str:
    return FORMATS.get(schema.get("format", ""), "text")


def _number(schema: Schema) -> Any:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return min(least, schema.get("maximum", least))

"""The parts of a document that several operations share. Each is there once, whoever refers to it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tidegate_gateway.api.openapi.hiding import without_secrets
from tidegate_gateway.api.openapi.references import moved
from tidegate_gateway.config.model import Schema
from tidegate_gateway.expressions.schema_places import Place, places
from tidegate_gateway.expressions.schema_walk import PREFIX, references

SCHEMAS = "#/components/schemas/"
ROOT = "tidegate:root"  # stands for a schema that has no URI


class Components:
    """Collects them; `schemas` has the schemas of the endpoints by name."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def add(self, schema: Schema, wished: str) -> dict[str, str]:
        """A reference to an endpoint's schema. `wished` is its name, unless the same schema is there already.

        DataSchemas have their own names. Of two that differ, since one endpoint serves an older one, the later is
        numbered. What would tell a secret is left out.
        """
        schema = without_secrets(schema)
        names = {uri: self._named(uri.removeprefix(PREFIX), _reached(uri, schema)) for uri in schema.resources}
        known: dict[str, Place] = {}
        for uri, resource in schema.resources.items():
            known |= places(resource, Place(uri, ""))
        at = {uri: SCHEMAS + name for uri, name in names.items()}
        for uri, resource in schema.resources.items():
            self._put(names[uri], moved(resource, uri, known, at))
        name = self._named(wished, {ROOT: schema.root, **schema.resources})
        known |= places(schema.root, Place(ROOT, ""))
        self._put(name, moved(schema.root, ROOT, known, at | {ROOT: SCHEMAS + name}))
        return {"$ref": SCHEMAS + name}

    def _named(self, wished: str, what: Mapping[str, Any]) -> str:
        """The name of what is here already; for what is not, the one that is wished, or the first free one after it."""
        key = json.dumps(what, sort_keys=True)
        if key not in self._names:
            self._names[key] = next(name for name in _numbered(wished) if name not in self._names.values())
        return self._names[key]

    def _put(self, name: str, schema: Any) -> None:
        self.schemas.setdefault(name, schema)


def _reached(uri: str, schema: Schema) -> dict[str, Any]:
    """A DataSchema, and all that it refers to: that is what makes it another one."""
    found: dict[str, Any] = {}
    pending = [uri]
    while pending:
        one = pending.pop()
        if one in schema.resources and one not in found:
            found[one] = schema.resources[one]
            pending.extend(PREFIX + name for name in references(found[one]))
    return {uri: found.pop(uri)} | {"": sorted(found.items())}


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1

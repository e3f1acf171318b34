"""JSON Schemas and the DataSchemas that they reach."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from tidegate_crds.common import NameRef
from tidegate_crds.conditions import Reason
from tidegate_gateway.config.model import Schema
from tidegate_gateway.expressions.schema import compile_schema, references
from tidegate_gateway.expressions.schema_check import mistakes
from tidegate_gateway.expressions.schema_walk import PREFIX
from tidegate_operator.translate.facts import UsableSchema
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import At
from tidegate_operator.translate.refs import follow
from tidegate_operator.translate.view import View


class HasSchema(Protocol):
    """A part of a manifest with a schema, in place or by name, or none."""

    @property
    def schema_ref(self) -> NameRef | None: ...

    @property
    def schema_(self) -> dict[str, Any] | None: ...


def uri(name: str) -> str:
    """How a schema refers to a DataSchema."""
    return f"{PREFIX}{name}"


def resolve(part: HasSchema, view: View, findings: Findings, at: At) -> Schema | None:
    """The schema of a part of a manifest, with what it reaches; None if there is none, or it is a finding."""
    if part.schema_ref is not None:
        usable = follow(UsableSchema, "DataSchema", part.schema_ref.name, view, findings, (*at, "schemaRef"))
        return Schema(root=usable.schema, resources=dict(usable.resources)) if usable else None
    if part.schema_ is None:
        return None
    return _in_place(part.schema_, view, findings, (*at, "schema"))


def own_mistakes(schema: Mapping[str, Any], findings: Findings, at: At) -> bool:
    """Tell what is wrong with a schema by itself, whatever those are that it refers to; whether anything is."""
    found = list(mistakes(schema, {uri(name) for name in references(schema)}))
    for mistake in found:
        findings.refuse(Reason.INVALID_SCHEMA, at, f"At {mistake.pointer or 'the root'} of it: {mistake.detail}")
    return bool(found)


def _in_place(schema: dict[str, Any], view: View, findings: Findings, at: At) -> Schema | None:
    flawed = own_mistakes(schema, findings, at)
    names = sorted(references(schema))
    reached = [follow(UsableSchema, "DataSchema", name, view, findings, at) for name in names]
    if flawed or None in reached:
        return None
    resources = dict(_resources(zip(names, filter(None, reached), strict=True)))
    compiled = findings.attempt(at, compile_schema, schema, resources)
    return Schema(root=schema, resources=resources) if compiled else None


def _resources(reached: Iterable[tuple[str, UsableSchema]]) -> Iterator[tuple[str, Any]]:
    for name, usable in reached:
        yield uri(name), usable.schema
        yield from usable.resources.items()

"""DataSchema: it compiles with everything that it reaches, or is of no use to anyone. It is never served by itself."""

from dataclasses import replace
from typing import Any, NamedTuple

from tidegate_crds.data_schema import DataSchemaSpec
from tidegate_gateway.expressions.errors import SchemaError
from tidegate_gateway.expressions.schema import compile_schema, references
from tidegate_operator.store import Resource
from tidegate_operator.translate.facts import Built, Document, UsableSchema
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.places import SPEC
from tidegate_operator.translate.refs import missing
from tidegate_operator.translate.schemas import own_mistakes, uri
from tidegate_operator.translate.view import View

AT = (*SPEC, "schema")


class Reach(NamedTuple):
    """What a schema reaches: the documents by name, and the names that lead nowhere or to a document with a mistake."""

    documents: dict[str, Any]
    lost: list[str]


def document(resource: Resource) -> Document | None:
    """A DataSchema as it is written; None if its spec is not even one."""
    findings = Findings()
    spec = read_spec(DataSchemaSpec, resource, findings)
    if spec is None or findings.bars:
        return None
    own_mistakes(spec.schema_, findings, AT)
    return Document(spec.schema_, frozenset(references(spec.schema_)), sound=not findings.bars)


def build(resource: Resource, view: View) -> Built:
    """Compile it; others may then refer to it."""
    findings = Findings()
    spec = read_spec(DataSchemaSpec, resource, findings)
    if spec is None:
        return findings.built()
    flawed = own_mistakes(spec.schema_, findings, AT)
    reach = _reach(resource.key.name, references(spec.schema_), view)
    for name in reach.lost:
        findings.miss(AT, missing("DataSchema", name, view))
    resources = {uri(name): schema for name, schema in reach.documents.items()}
    if not flawed and not reach.lost:
        _compile(resource.key.name, spec.schema_, reach, view, findings)
    usable = None if findings.bars else UsableSchema(spec.schema_, resources)
    return replace(findings.built(), fact=usable)


def _compile(own: str, schema: Any, reach: Reach, view: View, findings: Findings) -> None:
    """A mistake that only compiling shows may be another's: then that one is named, unless they refer to each other."""
    resources = {uri(name): document for name, document in reach.documents.items()}
    try:
        compile_schema(schema, resources)
    except SchemaError:
        others = [name for name in reach.documents if name != own and _fails_without(own, name, view)]
        for name in others:
            findings.miss(AT, missing("DataSchema", name, view))
        if not others:
            findings.attempt(AT, compile_schema, schema, resources)


def _fails_without(own: str, name: str, view: View) -> bool:
    found = view.document(name)
    reach = _reach(name, found.references if found else (), view)
    if found is None or own in reach.documents:
        return False
    try:
        compile_schema(found.schema, {uri(other): document for other, document in reach.documents.items()})
    except SchemaError:
        return True
    return False


def _reach(own: str, names: Any, view: View) -> Reach:
    documents: dict[str, Any] = {}
    lost: list[str] = []
    pending = sorted(names)
    while pending:
        name = pending.pop(0)
        if name in documents or name in lost:
            continue
        found = view.document(name)
        if found is None or (not found.sound and name != own):
            lost.append(name)
        else:
            documents[name] = found.schema
            pending += sorted(found.references)
    return Reach(documents, lost)

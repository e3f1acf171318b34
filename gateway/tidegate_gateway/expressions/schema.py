"""JSON Schema 2020-12, compiled once: regular expressions run in linear time, formats are checked, nothing is fetched.

Every validator of documents is built here, because the library by itself would open the URLs and files that a `$ref`
names. `schema:<name>` reaches another DataSchema that is given as a resource.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from jsonschema_rs import Draft202012, Draft202012Validator, Registry, ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from tidegate_gateway.expressions.errors import EvaluationError, Mistake, SchemaError
from tidegate_gateway.expressions.schema_check import REGEX, mistakes
from tidegate_gateway.expressions.schema_cost import Cost
from tidegate_gateway.expressions.schema_effort import Effort, Survey
from tidegate_gateway.expressions.schema_graph import Graph
from tidegate_gateway.expressions.schema_walk import escaped, references
from tidegate_gateway.expressions.text import shown
from tidegate_gateway.expressions.violations import Violation, violations

__all__ = ["Effort", "Validator", "Violation", "compile_schema", "references"]


class Validator:
    """A compiled schema."""

    def __init__(self, compiled: Draft202012Validator, survey: Survey, *, secretive: bool) -> None:
        self._compiled, self._survey = compiled, survey
        self._secretive = secretive

    def errors(self, instance: Any, effort: Effort | None = None) -> list[Violation]:
        """What breaks the schema, nothing for a valid document. Raises EvaluationError for what is no JSON.

        All of it is told as far as there is the `effort`, which many documents may share; else less, but something.
        """
        try:
            return violations(self._compiled, instance, secretive=self._secretive, survey=self._survey, effort=effort)
        except ValueError:
            raise EvaluationError("The value can't be checked: it is nested too deep, or is no JSON.") from None


def compile_schema(root: Any, resources: Mapping[str, Any]) -> Validator:
    """A schema and the DataSchemas that it reaches, by `schema:<name>`. Raises SchemaError with all mistakes."""
    found: dict[str, Mistake] = {}
    for prefix, document in (("", root), *((f"{uri}#", resource) for uri, resource in resources.items())):
        for mistake in mistakes(document, resources):
            place = prefix + mistake.pointer
            found.setdefault(place, Mistake(place, mistake.detail))
    if found:
        raise SchemaError(tuple(found.values()))
    graph = Graph(root, resources)
    if flaws := tuple(_of_references(graph)):
        raise SchemaError(flaws)
    secretive = any(schema.get("writeOnly") is True for schema in graph.schemas.values())
    return Validator(_build(root, resources), Survey(graph), secretive=secretive)


def _of_references(graph: Graph) -> Iterator[Mistake]:
    """What shows only when references are followed: there is nothing at one's end, or there are too many."""
    for (uri, pointer), text in graph.missing:
        if uri and graph.is_root(uri):
            continue
        place = f"{uri}#{pointer}" if uri else pointer
        yield Mistake(place, f"Point the reference to a part of the schema: there is none at {shown(text)}.")
    if not graph.missing and Cost(graph).too_high:
        yield Mistake("", "Refer less often: its parts apply thousands of times over to one and the same value.")


def _build(root: Any, resources: Mapping[str, Any]) -> Draft202012Validator:
    try:
        registry = Registry(resources.items(), draft=Draft202012, retriever=_never) if resources else None
        return Draft202012Validator(root, registry=registry, offline=True, pattern_options=REGEX, validate_formats=True)
    except ValueError as error:
        raise SchemaError((_unbuilt(error),)) from None


def _never(uri: str) -> NoReturn:
    raise ValueError("nothing is fetched")


def _unbuilt(error: ValueError) -> Mistake:
    """The mistake that only the library sees."""
    if isinstance(error, ValidationError) and not isinstance(error.kind, Kind.Referencing):
        return Mistake("".join(map(escaped, error.instance_path)), "Change this part: it can't be used in a schema.")
    return Mistake("", "Change the schema: a reference in it meets nothing, or something in it is no JSON.")

"""Every mistake in a schema at once: against the metaschema, and what Tidegate refuses beyond it.

Refused are other drafts, references to anything but this document and DataSchemas, and regular expressions that a
linear-time engine can't run.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions

from tidegate_gateway.expressions.errors import Mistake
from tidegate_gateway.expressions.schema_walk import (
    MAX_DEPTH,
    PREFIX,
    Subschema,
    all_references,
    document_of,
    escaped,
    subschemas,
    too_deep,
)
from tidegate_gateway.expressions.text import shown
from tidegate_gateway.expressions.violations import violations

MOST_PATTERNS = 100
# Linear in time; compiled, a pattern may take 1 MB, which is some milliseconds of work for everybody else to wait.
REGEX = RegexOptions(size_limit=1024 * 1024)
METASCHEMA = "https://json-schema.org/draft/2020-12/schema"
_TYPE_KEYWORD = re.compile("(?<!/properties)/type$")
_TYPES = "Use array, boolean, integer, null, number, object or string, or a list of them."


def mistakes(document: Any, resources: Collection[str]) -> Iterator[Mistake]:
    """Each mistake of a schema that may refer to these `schema:<name>` URIs; the first one of a place comes first."""
    if not isinstance(document, (dict, bool)):
        yield Mistake("", "Write the schema as an object, or as true or false.")
    elif too_deep(document):
        yield Mistake("", f"Make the schema flatter: it is nested deeper than {MAX_DEPTH} levels.")
    else:
        found = list(subschemas(document))
        yield from _foreign_drafts(found)
        yield from _foreign_references(document, {schema.base for schema in found}, resources)
        yield from _unusable_patterns(found)
        yield from _against_metaschema(document)


def _foreign_drafts(found: list[Subschema]) -> Iterator[Mistake]:
    for place, schema, _ in found:
        if str(schema.get("$schema", METASCHEMA)).removesuffix("#") != METASCHEMA:
            yield Mistake(f"{place}/$schema", f"Remove it or write {METASCHEMA}: schemas are of draft 2020-12 here.")


def _foreign_references(document: Any, own: set[str], resources: Collection[str]) -> Iterator[Mistake]:
    known = {"", *map(document_of, own)}
    for place, text, target in all_references(document):
        uri = document_of(target)
        if uri in known or uri in resources:
            continue
        if uri.startswith(PREFIX):
            yield Mistake(place, f"Name a DataSchema of this namespace: there is no {shown(uri.removeprefix(PREFIX))}.")
        else:
            yield Mistake(place, f"Refer with #/$defs/<name> or schema:<name>: {shown(text)} is never fetched.")


def _unusable_patterns(found: list[Subschema]) -> Iterator[Mistake]:
    for number, (place, pattern) in enumerate(_patterns(found)):
        if number == MOST_PATTERNS:
            yield Mistake(place, f"Leave patterns out: a schema may have {MOST_PATTERNS} of them.")
            return
        if not _runs(pattern):
            yield Mistake(place, "Write the pattern shorter, without lookaround and backreferences, so that it parses.")


def _patterns(found: list[Subschema]) -> Iterator[tuple[str, str]]:
    for place, schema, _ in found:
        if isinstance(pattern := schema.get("pattern"), str):
            yield f"{place}/pattern", pattern
        if isinstance(named := schema.get("patternProperties"), dict):
            yield from ((f"{place}/patternProperties{escaped(pattern)}", pattern) for pattern in named)


def _runs(pattern: str) -> bool:
    try:
        Draft202012Validator({"pattern": pattern}, offline=True, pattern_options=REGEX)
    except ValueError:
        return False
    return True


def _against_metaschema(document: Any) -> Iterator[Mistake]:
    try:
        found = violations(_metaschema(), document, secretive=False)
    except ValueError:
        yield Mistake("", "Write the schema in JSON: something in it has no place there.")
        return
    for place, detail in found:
        yield Mistake(place, _TYPES if _TYPE_KEYWORD.search(place) else detail)


@cache
def _metaschema() -> Draft202012Validator:
    """Without formats: patterns and references have better sentences of their own."""
    return Draft202012Validator({"$ref": METASCHEMA}, offline=True, validate_formats=False)

"""What is wrong with a document, in sentences of ours: the place as a JSON pointer and what the schema asks for.

No value of the document is ever in them; of a schema with `writeOnly` fields the values that it expects aren't either.
"""

import json
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema_rs import Draft202012Validator, ValidationError

from tidegate_gateway.expressions.schema_effort import Copies, Effort, Survey, Told
from tidegate_gateway.expressions.schema_sentences import broken, detail
from tidegate_gateway.expressions.schema_walk import escaped
from tidegate_gateway.expressions.text import shown

if TYPE_CHECKING:  # it is in the library's stubs alone
    from jsonschema_rs import EvaluationErrorEntry

MAX_VIOLATIONS = 1000
EFFORT_OF_ONE = 14

_MISSING = re.compile(r'("(?:[^"\\]|\\.)*") is a required property')


class Violation(NamedTuple):
    """Where (RFC 6901; of a missing or unknown property it is the object) and what."""

    pointer: str
    detail: str


def violations(
    validator: Draft202012Validator,
    instance: Any,
    *,
    secretive: bool,
    survey: Survey | None = None,
    effort: Effort | None = None,
) -> list[Violation]:
    """What breaks the schema; `secretive` keeps the values that the schema expects out of the sentences.

    The `survey` tells how much `effort` that takes: where there is not so much left, less is told. Raises ValueError
    for what is no JSON, or nested too deep.
    """
    if validator.is_valid(instance):
        return []
    effort = effort or Effort()
    told = survey.told(instance, effort) if survey else Told.ALL
    if told is Told.NOTHING:
        return [Violation("", "It breaks the schema, in more ways than can be looked through.")]
    if told is Told.FIRST:
        return _first(validator, instance, secretive)
    found = validator.evaluate(instance).errors()
    if not effort.affords(_telling([entry["instanceLocation"] for entry in found], instance, Copies(effort))):
        return [_in_general(entry) for entry in found[:MAX_VIOLATIONS]]
    return [_detailed(error, secretive) for error in islice(validator.iter_errors(instance), MAX_VIOLATIONS)]


def _first(validator: Draft202012Validator, instance: Any, secretive: bool) -> list[Violation]:
    try:
        validator.validate(instance)
    except ValidationError as error:
        return [_detailed(error, secretive), Violation("", "More may be wrong: it is too large for all to be told.")]
    return []


def _telling(places: list[str], instance: Any, copies: Copies) -> int:
    """The effort of telling violations at these places in detail: each copies the value that it is of."""
    counted = Counter(places).items()
    return sum(times * (EFFORT_OF_ONE + copies.of(_at(instance, place))) for place, times in counted)


def _at(instance: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        instance = instance[int(name)] if isinstance(instance, list) else instance[name]
    return instance


def _detailed(error: ValidationError, secretive: bool) -> Violation:
    return Violation("".join(map(escaped, error.instance_path)), detail(error, secretive))


def _in_general(entry: "EvaluationErrorEntry") -> Violation:
    """What can be told without a copy of the value; only of a missing name the library's text is one of the schema."""
    missing = _MISSING.fullmatch(entry["error"])
    if missing:
        return Violation(entry["instanceLocation"], f"The property {shown(json.loads(missing[1]))} is missing.")
    return Violation(entry["instanceLocation"], broken(entry["schemaLocation"].rpartition("/")[2]))

"""From a manifest's `spec` to its model, or to everything that is wrong with it at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tidegate_crds import sentences
from tidegate_crds.errors import FieldError
from tidegate_crds.judge import Location, as_stored, broken_rules
from tidegate_crds.kinds import KINDS, Kind
from tidegate_crds.model import Model
from tidegate_crds.paths import join
from tidegate_crds.tree import Node, member, tree


def parse_spec(kind: str, spec: object) -> tuple[Model | None, tuple[FieldError, ...]]:
    """The model with its defaults filled in and no errors, or None and every error: the types' first, then the rules'.

    Nothing is kept back for a second round: a rule between fields is judged unless what it reads is itself wrong.
    """
    node = tree(KINDS[kind].spec)
    given = as_stored(node, spec)
    model, refused = _validate(KINDS[kind], given)
    broken = broken_rules(node, given, refused.keys())
    found = [*refused.items(), *broken]
    if found:
        return None, tuple(FieldError(join(("spec", *at)), message) for at, message in found)
    return model, ()


def check_name(kind: str, name: str, spec: object) -> tuple[FieldError, ...]:
    """What is wrong with a manifest's name, given its spec: where the name stands for a slug it has to be one."""
    manifest = {"metadata": {"name": name}, "spec": spec}
    if not isinstance(spec, Mapping):
        return ()
    return tuple(
        FieldError(rule.field or "", rule.text(manifest)) for rule in KINDS[kind].rules if not rule.holds(manifest)
    )


def _validate(kind: Kind, spec: object) -> tuple[Model | None, dict[Location, str]]:
    try:
        return kind.spec.model_validate(spec), {}
    except ValidationError as error:
        return None, dict(_refusals(tree(kind.spec), error.errors(include_url=False)))


def _refusals(node: Node, errors: list[ErrorDetails]) -> Iterator[tuple[Location, str]]:
    for error in errors:
        if not _is_echo(error):
            yield error["loc"], _sentence(node, error["loc"], error)


def _is_echo(error: ErrorDetails) -> bool:
    """Pydantic counts the sound items only: a list of wrong items is not also too short."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _sentence(node: Node, at: Location, error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return sentences.unknown_field(at[-1], _properties(node, at[:-1]))
    if error["type"] == "literal_error":
        return sentences.wrong_choice(error["input"], _find(node, at).get("enum", []))
    return sentences.sentence(error["type"], error["input"], error.get("ctx", {}))


def _properties(node: Node, at: Location) -> list[str]:
    return list(_find(node, at)["properties"])


def _find(node: Node, at: Location) -> Node:
    """The node at a place that exists in the tree."""
    for part in at:
        found: Any = member(node, part)
        node = found
    return node

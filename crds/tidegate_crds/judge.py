"""Judges a manifest's rules, on the manifest as written. What the types already refuse is not judged a second time."""

from collections.abc import Collection, Iterator
from typing import Any

from tidegate_crds.paths import Part
from tidegate_crds.rules import RULES, Rule
from tidegate_crds.tree import Node, member

Location = tuple[Part, ...]


def as_stored(node: Node, value: Any) -> Any:
    """The value as the API server would store it: a member that is null is not there, and 5.0 is a whole number.

    Free JSON stays as it is.
    """
    if isinstance(value, dict):
        known = {key: (member(node, key), part) for key, part in value.items()}
        return {
            key: part if child is None else as_stored(child, part)
            for key, (child, part) in known.items()
            if child is None or part is not None
        }
    if isinstance(value, list) and "items" in node:
        return [as_stored(node["items"], part) for part in value]
    is_whole = isinstance(value, float) and node.get("type") == "integer" and value.is_integer()
    return int(value) if is_whole else value


def broken_rules(node: Node, value: Any, unsound: Collection[Location]) -> Iterator[tuple[Location, str]]:
    """Where and why a value breaks the rules of its tree. `unsound` are the places that its types refused."""
    yield from _walk(node, value, (), unsound)


def _walk(node: Node, value: Any, at: Location, unsound: Collection[Location]) -> Iterator[tuple[Location, str]]:
    if at in unsound:
        return
    for rule in node.get(RULES, ()):
        if _is_sound(rule, at, unsound) and not rule.holds(value):
            yield (*at, *filter(None, [rule.field])), rule.text(value)
    for part, child in _children(value):
        below = member(node, part)
        if below is not None:
            yield from _walk(below, child, (*at, part), unsound)


def _children(value: Any) -> Iterator[tuple[Part, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_sound(rule: Rule, at: Location, unsound: Collection[Location]) -> bool:
    """Whether nothing that the rule reads was refused already."""
    read = [at] if rule.reads is None else [(*at, name) for name in rule.reads]
    return not any(place[: len(part)] == part for place in unsound for part in read)

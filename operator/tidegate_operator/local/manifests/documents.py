"""YAML as kubectl reads it (version 1.1, by the rules of its own parser), into JSON values; mistakes have their place.

A key that appears twice is a mistake here, as strict validation by an API server makes it one. Nothing is executed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from tidegate_operator.local.manifests.bounds import DEEPEST, Copies, TooLarge
from tidegate_operator.local.manifests.nodes import PLAIN, TAG, Part, compose, is_merge, key_text, member
from tidegate_operator.local.manifests.scalars import NOT_JSON, plain

SCALARS = {PLAIN, *(f"{TAG}{name}" for name in ("int", "float", "bool", "null"))}
COLLECTIONS = {f"{TAG}seq", f"{TAG}map"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a text, with its line and column from 1."""

    line: int
    column: int
    message: str


@dataclass
class Parsed:
    """The JSON value of one document, and everything that is wrong with it."""

    value: Any = None
    mistakes: list[Mistake] = field(default_factory=list)


def parse(text: str, copies: Copies | None = None) -> Parsed:
    """One document's value. It has mistakes: the value is not to be used. `copies` are those of its whole file."""
    parsed = Parsed()
    try:
        node = compose(text)
    except yaml.YAMLError as error:
        parsed.mistakes.append(_syntax(error, text))
        return parsed
    if node is not None:
        builder = _Builder(copies or Copies())
        parsed.mistakes = builder.mistakes
        try:
            parsed.value = builder.build(node)
        except TooLarge as error:
            parsed.mistakes.append(Mistake(error.mark.line + 1, error.mark.column + 1, error.message))
    return parsed


def locate(text: str, path: Sequence[Part]) -> tuple[int, int]:
    """Line and column of a path in a text that parses; what is not there is at the nearest that is above it."""
    node = compose(text)
    mark = node.start_mark if node else None
    for part in path:
        found = member(node, part) if node is not None else None
        if found is None:
            break
        mark, node = found
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _syntax(error: yaml.YAMLError, text: str) -> Mistake:
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        line, column, said = mark.line, mark.column, error.problem or error.context or "this is no YAML"
        if text.splitlines()[line : line + 1] and text.splitlines()[line][column : column + 1] == "\t":
            said = "a tab cannot indent: use spaces"
    else:
        before = text.encode()[: getattr(error, "position", 0)].decode(errors="ignore")
        line, column, said = before.count("\n"), len(before.rpartition("\n")[2]), getattr(error, "reason", str(error))
    return Mistake(line + 1, column + 1, f"{said}.")


class _Builder:
    """Builds JSON values of nodes, and collects what can't be built. TooLarge ends it."""

    def __init__(self, copies: Copies) -> None:
        self.mistakes: list[Mistake] = []
        self._copies = copies
        self._built: set[int] = set()
        self._open: set[int] = set()

    def build(self, node: yaml.Node) -> Any:
        if id(node) in self._built:
            self._copies.count(node)
        self._built.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            return self._mistake(node, "this part holds itself.")
        if node.tag not in COLLECTIONS:
            return self._meaningless(node)
        if len(self._open) == DEEPEST:
            raise TooLarge(node.start_mark, f"this is nested deeper than {DEEPEST} levels: make it flatter.")
        self._open.add(id(node))
        value = self._list(node) if isinstance(node, yaml.SequenceNode) else self._mapping(node)
        self._open.discard(id(node))
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag == f"{TAG}str":
            return node.value
        if node.tag not in SCALARS:
            return self._meaningless(node)
        if NOT_JSON.fullmatch(node.value):
            return self._mistake(node, f"{node.value} is no number that JSON knows.")
        return plain(node.value)

    def _list(self, node: yaml.SequenceNode) -> list[Any]:
        return [self.build(item) for item in node.value]

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if is_merge(key_node):
                self._merge(value_node, merged)
                continue
            key = self._key(key_node)
            if key in own:
                self._mistake(key_node, f'the key "{key}" appears twice.')
            own[key] = self.build(value_node)
        return merged | own

    def _merge(self, node: yaml.Node, merged: dict[str, Any]) -> None:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            value = self.build(source)
            if not isinstance(value, dict):
                self._mistake(source, "<< takes a mapping or a list of mappings.")
                continue
            for key, item in value.items():
                merged.setdefault(key, item)

    def _key(self, node: yaml.Node) -> str:
        key = key_text(node)
        if key is None:
            self._mistake(node, "a key has to be a text.")
        return key or ""

    def _meaningless(self, node: yaml.Node) -> None:
        self._mistake(node, f"the tag {node.tag.replace(TAG, '!!')} has no meaning in a manifest.")

    def _mistake(self, node: yaml.Node, message: str) -> None:
        self.mistakes.append(Mistake(node.start_mark.line + 1, node.start_mark.column + 1, message))

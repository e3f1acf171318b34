"""A document's nodes with their places: composed, never constructed, and found again by a path."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tidegate_operator.local.manifests.scalars import plain

TAG = "tag:yaml.org,2002:"
PLAIN = "!plain"
SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

Part = str | int


def compose(text: str) -> yaml.Node | None:
    """The root of a text's one document; YAMLError."""
    found: yaml.Node | None = yaml.compose(SURROGATES.sub(_join, text), _Loader)
    return found


def key_text(node: yaml.Node) -> str | None:
    """A mapping's key as JSON has it; None if it can have none."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    value = plain(node.value) if node.tag == PLAIN else node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def is_merge(node: yaml.Node) -> bool:
    """Whether a key merges other mappings in."""
    return isinstance(node, yaml.ScalarNode) and node.tag == PLAIN and node.value == "<<"


def member(node: yaml.Node, part: Part) -> tuple[yaml.Mark, yaml.Node] | None:
    """A node's item or value, and where its key is."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark, node.value[part]
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark, value) for key, value in _pairs(node) if key_text(key) == part), None)
    return None


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The mapping's own pairs first, then the merged ones."""
    for key, value in node.value:
        if not is_merge(key):
            yield key, value
    for key, value in node.value:
        if is_merge(key):
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _pairs(source)


class _Loader(yaml.CSafeLoader):
    """Tells plain scalars from quoted ones and leaves them to us."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return PLAIN if implicit[0] else f"{TAG}str"
        return f"{TAG}{'seq' if kind is yaml.SequenceNode else 'map'}"


def _join(pair: re.Match[str]) -> str:
    """JSON writes a rare character as two halves, which YAML does not know."""
    return bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be")

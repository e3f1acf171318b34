"""A model as one plain tree of JSON Schema: no references, no nulls, rules in their places.

What judges a manifest and what makes the CRDs of the models both walk this tree, so that they can't differ.
"""

from functools import cache
from typing import Any

from tidegate_crds.model import Model
from tidegate_crds.paths import Part

Node = dict[str, Any]


@cache
def tree(model: type[Model]) -> Node:
    """The tree of a model. Shared: it must not be changed."""
    schema = model.model_json_schema()
    return _inline(schema, schema.get("$defs", {}))


def member(node: Node, part: Part) -> Node | None:
    """The node of a property, a map's value or a list's item; None if the tree has none there."""
    if isinstance(part, int):
        return _node(node.get("items"))
    return _node(node.get("properties", {}).get(part)) or _node(node.get("additionalProperties"))


def _node(value: Any) -> Node | None:
    return value if isinstance(value, dict) else None


def _inline(node: Node, definitions: dict[str, Node]) -> Node:
    if "$ref" in node:
        target = definitions[node["$ref"].removeprefix("#/$defs/")]
        return _inline(target | {key: value for key, value in node.items() if key != "$ref"}, definitions)
    if "anyOf" in node:
        (given,) = (choice for choice in node["anyOf"] if choice != {"type": "null"})
        return _inline(given | {key: value for key, value in node.items() if key != "anyOf"}, definitions)
    return {key: _child(key, value, definitions) for key, value in node.items() if key not in {"$defs", "title"}}


def _child(key: str, value: Any, definitions: dict[str, Node]) -> Any:
    if key == "properties":
        return {name: _inline(child, definitions) for name, child in value.items()}
    if key in {"items", "additionalProperties"} and isinstance(value, dict):
        return _inline(value, definitions)
    return value

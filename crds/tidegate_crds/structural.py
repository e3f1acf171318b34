"""A tree as the structural schema of a CRD: what Kubernetes takes of JSON Schema, with rules as CEL.

Nothing is defaulted in it: a default that the API server wrote into a `spec` would differ for ever from what is in Git.
"""

from typing import Any

from tidegate_crds.rules import LIST_KEYS, LIST_TYPE, MAP_TYPE, RULES, Rule
from tidegate_crds.tree import Node

FREE_JSON = "x-kubernetes-preserve-unknown-fields"
VALIDATIONS = "x-kubernetes-validations"

_PLAIN = (
    "type",
    "format",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "maxProperties",
    "required",
    LIST_TYPE,
    LIST_KEYS,
    MAP_TYPE,
)


def structural(node: Node) -> dict[str, Any]:
    """The structural schema of a node and all below it, in the order that reads best."""
    made: dict[str, Any] = {}
    if "description" in node:
        made["description"] = _description(node)
    made |= {key: node[key] for key in _PLAIN if key in node}
    made |= _bounds(node) | _list_type(node) | _below(node)
    rules = validations(node.get(RULES, ()))
    return made | ({VALIDATIONS: rules} if rules else {})


def validations(rules: list[Rule] | tuple[Rule, ...]) -> list[dict[str, Any]]:
    """The rules that CEL can say, with their messages."""
    return [_validation(rule) for rule in rules if rule.cel is not None]


def _validation(rule: Rule) -> dict[str, Any]:
    made = {"rule": rule.cel, "message": rule.message}
    if rule.message_cel is not None:
        made["messageExpression"] = rule.message_cel
    return made | ({"fieldPath": f".{rule.field}"} if rule.field else {})


def _description(node: Node) -> str:
    text = " ".join(node["description"].split())
    default = node.get("default")
    if default is None or isinstance(default, dict | list | tuple):
        return text
    said = str(default).lower() if isinstance(default, bool) else str(default)
    return f"{text} Default: {said}."


def _bounds(node: Node) -> dict[str, Any]:
    """OpenAPI 3.0, which CRDs are written in, has exclusive bounds as a mark beside the bound."""
    if "exclusiveMinimum" not in node:
        return {}
    return {"minimum": node["exclusiveMinimum"], "exclusiveMinimum": True}


def _list_type(node: Node) -> dict[str, Any]:
    """A list that says nothing else is one value: the last who applies it has it whole."""
    return {LIST_TYPE: "atomic"} if node.get("type") == "array" and LIST_TYPE not in node else {}


def _below(node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "properties" in node:
        made["properties"] = {name: structural(child) for name, child in node["properties"].items()}
    if "items" in node:
        made["items"] = structural(node["items"])
    if "type" not in node:
        made[FREE_JSON] = True
    values = node.get("additionalProperties")
    if values is True:
        made |= {FREE_JSON: True, MAP_TYPE: "atomic"}
    elif isinstance(values, dict):
        made["additionalProperties"] = structural(values)
    return made

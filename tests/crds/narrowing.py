"""Whether one structural schema refuses what another took. It knows schemas only, no CRDs."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

CEILINGS = ("maximum", "maxLength", "maxItems", "maxProperties")
FLOORS = ("minimum", "minLength", "minItems", "minProperties")
FIXED = (
    "type",
    "format",
    "pattern",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
)


def narrowed(old: Node, new: Node, path: str) -> Iterator[str]:
    """A sentence for each way in which the new schema takes less, or merges otherwise, than the old."""
    for said in (*_fixed(old, new), *_enum(old, new), *_bounds(old, new), *_required(old, new), *_rules(old, new)):
        yield f"{path or '.'}: {said}"
    yield from _below(old, new, path)


def _fixed(old: Node, new: Node) -> Iterator[str]:
    for key in FIXED:
        if old.get(key) != new.get(key):
            yield f"{key} changed from {old.get(key)} to {new.get(key)}."


def _enum(old: Node, new: Node) -> Iterator[str]:
    if "enum" in new and "enum" not in old:
        yield "an enumeration was added."
    elif "enum" in new:
        for lost in sorted(set(old["enum"]) - set(new["enum"])):
            yield f"{lost} is gone from the enumeration."


def _bounds(old: Node, new: Node) -> Iterator[str]:
    for key in CEILINGS:
        if key in new and (key not in old or new[key] < old[key]):
            yield f"{key} narrowed from {old.get(key)} to {new[key]}."
    for key in FLOORS:
        if key in new and (key not in old or new[key] > old[key]):
            yield f"{key} narrowed from {old.get(key)} to {new[key]}."
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if new.get(key) and not old.get(key):
            yield f"{key} was added."


def _required(old: Node, new: Node) -> Iterator[str]:
    for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
        yield f"{name} became required."


def _rules(old: Node, new: Node) -> Iterator[str]:
    before, after = ({rule["rule"] for rule in node.get("x-kubernetes-validations", [])} for node in (old, new))
    for rule in sorted(after - before):
        yield f"the rule {rule} is new."


def _below(old: Node, new: Node, path: str) -> Iterator[str]:
    properties = new.get("properties", {})
    for name, child in old.get("properties", {}).items():
        if name in properties:
            yield from narrowed(child, properties[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: the field is gone."
    for key, suffix in (("items", "[]"), ("additionalProperties", "[*]")):
        if key in old and key in new:
            yield from narrowed(old[key], new[key], f"{path}{suffix}")
        elif key in old:
            yield f"{path}{suffix}: the field is gone."

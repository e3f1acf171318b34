"""The structural schema of a model: what is in it, and above all what is not."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field

from tidegate_crds.generate import crd
from tidegate_crds.kinds import KINDS
from tidegate_crds.model import EMPTY, Model, items
from tidegate_crds.rules import Distinct, KeyedBy, Rule, at_most_one
from tidegate_crds.structural import structural
from tidegate_crds.tree import member, tree

SHORT = Annotated[str, Field(max_length=9), Rule(message="Say a.", holds=lambda text: text == "a", cel="self == 'a'")]


class Item(Model):
    """An item."""

    WHOLE: ClassVar[bool] = True

    name: SHORT
    """Its name,
    over two lines."""
    size: Annotated[float, Field(gt=0, le=5)] = 1.5
    """Its size."""


class Sample(Model):
    """A sample."""

    RULES: ClassVar[tuple[Rule, ...]] = (at_most_one("Give one.", "kept", "free"),)

    items: Annotated[tuple[Item, ...], items(3, 1), KeyedBy("name")]
    """Items."""
    words: Annotated[tuple[SHORT, ...], items(2), Distinct()] = ()
    """Words."""
    plain: Annotated[tuple[int, ...], items(2)] = ()
    """Numbers."""
    kept: Item | None = None
    """One item."""
    choice: Literal["A", "B"] = "A"
    """A choice."""
    on: bool = False
    """A switch."""
    free: dict[str, Any] = EMPTY
    """Anything."""
    texts: Annotated[dict[str, SHORT], Field(max_length=4)] = EMPTY
    """Texts."""


SAY_A = [{"rule": "self == 'a'", "message": "Say a."}]
ITEM = {
    "type": "object",
    "required": ["name"],
    "x-kubernetes-map-type": "atomic",
    "properties": {
        "name": {
            "description": "Its name, over two lines.",
            "type": "string",
            "maxLength": 9,
            "x-kubernetes-validations": SAY_A,
        },
        "size": {
            "description": "Its size. Default: 1.5.",
            "type": "number",
            "minimum": 0,
            "maximum": 5,
            "exclusiveMinimum": True,
        },
    },
}


def test_a_model_becomes_a_structural_schema() -> None:
    made = structural(tree(Sample))
    properties = made.pop("properties")
    assert made == {
        "description": "A sample.",
        "type": "object",
        "required": ["items"],
        "x-kubernetes-validations": [
            {"rule": "[has(self.kept), has(self.free)].filter(x, x).size() <= 1", "message": "Give one."}
        ],
    }
    assert properties == {
        "items": {
            "description": "Items.",
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"description": "An item.", **ITEM},
            "x-kubernetes-validations": [
                {
                    "rule": "self.all(x, self.exists_one(y, y.name == x.name))",
                    "message": "Give each item a name of its own: two have the same.",
                }
            ],
        },
        "words": {
            "description": "Words.",
            "type": "array",
            "maxItems": 2,
            "x-kubernetes-list-type": "set",
            "items": {"type": "string", "maxLength": 9, "x-kubernetes-validations": SAY_A},
        },
        "plain": {
            "description": "Numbers.",
            "type": "array",
            "maxItems": 2,
            "x-kubernetes-list-type": "atomic",
            "items": {"type": "integer"},
        },
        "kept": {"description": "One item.", **ITEM},
        "choice": {"description": "A choice. Default: A.", "type": "string", "enum": ["A", "B"]},
        "on": {"description": "A switch. Default: false.", "type": "boolean"},
        "free": {
            "description": "Anything.",
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "x-kubernetes-map-type": "atomic",
        },
        "texts": {
            "description": "Texts.",
            "type": "object",
            "maxProperties": 4,
            "additionalProperties": {"type": "string", "maxLength": 9, "x-kubernetes-validations": SAY_A},
        },
    }


def test_a_tree_is_walked_by_names_and_numbers() -> None:
    root = tree(Sample)
    listed = member(root, "items")
    assert listed is not None
    item = member(listed, 0)
    assert item is not None
    assert member(item, "name") == {**item["properties"]["name"]}
    assert member(root, "nowhere") is None
    assert member(root, 0) is None
    texts = member(root, "texts")
    assert texts is not None
    assert member(texts, "any key") == texts["additionalProperties"]


def nodes(node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema below a node, with its path."""
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from nodes(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in node:
            yield from nodes(node[key], f"{path}[]")


def spec_nodes(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    version = crd(KINDS[kind])["spec"]["versions"][0]
    return nodes(version["schema"]["openAPIV3Schema"]["properties"]["spec"], "spec")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_defaulted_in_a_spec(kind: str) -> None:
    assert [path for path, node in spec_nodes(kind) if "default" in node] == []


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_can_be_long_has_a_bound(kind: str) -> None:
    unbounded = [path for path, node in spec_nodes(kind) if not _is_bounded(node)]
    assert unbounded == []


def _is_bounded(node: dict[str, Any]) -> bool:
    if node.get("type") == "string":
        return "maxLength" in node or "enum" in node
    if node.get("type") in {"integer", "number"}:
        return "maximum" in node
    return "maxItems" in node if node.get("type") == "array" else "additionalProperties" not in node or _has_most(node)


def _has_most(node: dict[str, Any]) -> bool:
    return "maxProperties" in node


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_says_how_it_merges_and_every_rule_what_to_do(kind: str) -> None:
    for path, node in spec_nodes(kind):
        assert node.get("type") != "array" or "x-kubernetes-list-type" in node, path
        for rule in node.get("x-kubernetes-validations", []):
            assert rule["message"].endswith("."), path


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_may_be_empty_and_mean_something_has_one_owner(kind: str) -> None:
    bare = {"post", "get", "put", "patch", "delete", "apiKey", "basic", "bearer", "token", "custom", "schema", "data"}
    for path, node in spec_nodes(kind):
        is_part = path.rsplit(".", 1)[-1] in bare and node["type"] == "object" and path != "spec.data"
        assert not is_part or node["x-kubernetes-map-type"] == "atomic", path

"""Rules are judged on the manifest as written, in place, and not where the types already said no."""

from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field

from tidegate_crds.judge import as_stored, broken_rules
from tidegate_crds.model import EMPTY, Model, items
from tidegate_crds.rules import Distinct, KeyedBy, Rule, at_most_one, exactly_one, matching, needs, needs_when
from tidegate_crds.tree import tree

WORD = Annotated[str, Field(max_length=9), matching("^[a-z]+$", "Use small letters.")]


class Leaf(Model):
    """A leaf."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs("values", "path", message="Give path."),
        needs_when("kind", "Sharp", "edge", message="Give edge.", default="Sharp"),
        needs_when("kind", "Round", "radius", message="Give radius."),
    )

    name: WORD
    """Name."""
    kind: str | None = None
    """Kind."""
    path: str | None = None
    """Path."""
    values: Annotated[tuple[str, ...], items(5)] = ()
    """Values."""
    edge: str | None = None
    """Edge."""
    radius: str | None = None
    """Radius."""


class Plant(Model):
    """A plant."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        at_most_one("Not both.", "root", "bulb"),
        exactly_one("Exactly one.", "tree", "herb"),
    )

    leaves: Annotated[tuple[Leaf, ...], items(5), KeyedBy("name")] = ()
    """Leaves."""
    tags: Annotated[tuple[str, ...], items(5), Distinct()] = ()
    """Tags."""
    names: Annotated[dict[str, WORD], Field(max_length=5)] = EMPTY
    """Names."""
    free: dict[str, Any] = EMPTY
    """Free."""
    root: str | None = None
    """Root."""
    bulb: str | None = None
    """Bulb."""
    tree: str | None = None
    """Tree."""
    herb: str | None = None
    """Herb."""


def broken(value: object, *unsound: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    return list(broken_rules(tree(Plant), value, set(unsound)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"tree": ""}, []),
        ({"tree": "", "herb": ""}, [((), "Exactly one.")]),
        ({}, [((), "Exactly one.")]),
        ({"tree": "", "root": "", "bulb": ""}, [((), "Not both.")]),
        ({"tree": "", "tags": ["a", "b", "a"]}, [(("tags",), "Remove what stands here twice.")]),
        ({"tree": "", "names": {"A": "a", "b": "B"}}, [(("names", "b"), "Use small letters.")]),
        ({"tree": "", "free": {"names": {"b": "B"}, "leaves": [{"name": "B"}]}}, []),
    ],
)
def test_rules_of_objects_lists_and_maps(value: object, expected: object) -> None:
    assert broken(value) == expected


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"edge": "e"}, []),
        ({}, [("kind", "Give edge.")]),
        ({"kind": "Sharp"}, [("kind", "Give edge.")]),
        ({"kind": "Round"}, [("kind", "Give radius.")]),
        ({"kind": "Round", "radius": "1"}, []),
        ({"kind": "Flat", "values": ["a"]}, [("values", "Give path.")]),
        ({"kind": "Flat", "values": []}, []),
        ({"kind": "Flat", "values": ["a"], "path": "$"}, []),
    ],
)
def test_rules_of_members_that_need_others(leaf: dict[str, object], expected: list[tuple[str, str]]) -> None:
    found = broken({"tree": "", "leaves": [{"name": "a", **leaf}]})
    assert found == [(("leaves", 0, field), message) for field, message in expected]


def test_two_of_one_name_are_found() -> None:
    leaf = {"name": "a", "edge": "e"}
    message = "Give each item a name of its own: two have the same."
    assert broken({"tree": "", "leaves": [leaf, leaf]}) == [(("leaves",), message)]


def test_what_the_types_refused_is_not_judged_again() -> None:
    value = {"tree": "", "leaves": [{"name": 1}, {"name": "B", "kind": 5}], "tags": [{}]}
    unsound = (("leaves", 0, "name"), ("leaves", 1, "kind"), ("tags", 0))
    assert broken(value, *unsound) == [
        (("leaves", 0, "kind"), "Give edge."),
        (("leaves", 1, "name"), "Use small letters."),
    ]
    assert broken([], ()) == []


def test_nulls_go_where_the_api_server_drops_them() -> None:
    given = {
        "root": None,
        "unknown": None,
        "names": {"a": None, "b": "b"},
        "leaves": [{"name": "a", "kind": None}, None],
        "free": {"kept": None},
    }
    assert as_stored(tree(Plant), given) == {
        "unknown": None,
        "names": {"b": "b"},
        "leaves": [{"name": "a"}, None],
        "free": {"kept": None},
    }
    assert as_stored(tree(Plant), None) is None

"""The gate refuses each sort of break, and the definitions as they are pass it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crds.compatibility import compare, current, incompatibilities, released, update
from tidegate_crds.generate import crd
from tidegate_crds.kinds import KINDS

Definition = dict[str, Any]
Change = Callable[[Definition], object]

OLD = crd(KINDS["Endpoint"])


def version(definition: Definition) -> Definition:
    found: Definition = definition["spec"]["versions"][0]
    return found


def spec(definition: Definition, *names: str) -> Definition:
    """The schema of a field of the spec."""
    node: Definition = version(definition)["schema"]["openAPIV3Schema"]["properties"]["spec"]
    for name in names:
        node = node["items"] if name == "[]" else node["properties"][name]
    return node


BREAKS: dict[str, tuple[Change, str]] = {
    "a removed field": (
        lambda new: spec(new)["properties"].pop("paused"),
        ".spec.paused: the field is gone.",
    ),
    "a removed field below": (
        lambda new: spec(new, "methods", "post", "task")["properties"].pop("async"),
        ".spec.methods.post.task.async: the field is gone.",
    ),
    "a narrowed enumeration": (
        lambda new: spec(new, "security", "authentication")["enum"].remove("Internal"),
        ".spec.security.authentication: Internal is gone from the enumeration.",
    ),
    "a new enumeration": (
        lambda new: spec(new, "displayName").update(enum=["a"]),
        ".spec.displayName: an enumeration was added.",
    ),
    "a narrowed ceiling": (
        lambda new: spec(new, "security", "tokens").update(maxItems=32),
        ".spec.security.tokens: maxItems narrowed from 64 to 32.",
    ),
    "a new ceiling": (
        lambda new: spec(new, "paused").update(maximum=1),
        ".spec.paused: maximum narrowed from None to 1.",
    ),
    "a narrowed floor": (
        lambda new: spec(new, "security", "maxMessageKB").update(minimum=2),
        ".spec.security.maxMessageKB: minimum narrowed from 1 to 2.",
    ),
    "an exclusive bound": (
        lambda new: spec(new, "waitTimeSeconds").update(exclusiveMinimum=True),
        ".spec.waitTimeSeconds: exclusiveMinimum was added.",
    ),
    "a new required field": (
        lambda new: spec(new)["required"].append("slug"),
        ".spec: slug became required.",
    ),
    "a required field in an item": (
        lambda new: spec(new, "data", "indexes", "[]")["required"].append("type"),
        ".spec.data.indexes[]: type became required.",
    ),
    "a changed type": (
        lambda new: spec(new, "waitTimeSeconds").update(type="integer"),
        ".spec.waitTimeSeconds: type changed from number to integer.",
    ),
    "a new pattern": (
        lambda new: spec(new, "displayName").update(pattern="^a$"),
        ".spec.displayName: pattern changed from None to ^a$.",
    ),
    "a new rule": (
        lambda new: spec(new, "security")["properties"]["tokens"]["x-kubernetes-validations"].append({"rule": "false"}),
        ".spec.security.tokens: the rule false is new.",
    ),
    "another list type": (
        lambda new: spec(new, "security", "allowedIPs").update({"x-kubernetes-list-type": "atomic"}),
        ".spec.security.allowedIPs: x-kubernetes-list-type changed from set to atomic.",
    ),
    "closed JSON": (
        lambda new: spec(new, "methods", "get", "input", "schema").pop("x-kubernetes-preserve-unknown-fields"),
        ".spec.methods.get.input.schema: x-kubernetes-preserve-unknown-fields changed from True to None.",
    ),
    "items that are gone": (
        lambda new: spec(new, "data", "redact").pop("items"),
        ".spec.data.redact[]: the field is gone.",
    ),
    "a lost selector": (
        lambda new: version(new)["selectableFields"].pop(0),
        ".spec.group can't be selected by any more.",
    ),
    "a lost short name": (
        lambda new: new["spec"]["names"]["shortNames"].clear(),
        "tge is gone from shortNames.",
    ),
    "another plural": (
        lambda new: new["spec"]["names"].update(plural="routes"),
        "plural changed from endpoints to routes.",
    ),
    "another scope": (
        lambda new: new["spec"].update(scope="Cluster"),
        "scope changed from Namespaced to Cluster.",
    ),
    "a version that is not served": (lambda new: version(new).update(served=False), "version v1alpha1 is gone."),
    "a version that is gone": (lambda new: new["spec"]["versions"].clear(), "version v1alpha1 is gone."),
}  # fmt: skip

WIDENINGS: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new field": lambda new: spec(new)["properties"].update(note={"type": "string"}),
    "a wider enumeration": lambda new: spec(new, "security", "authentication")["enum"].append("Basic"),
    "a dropped enumeration": lambda new: spec(new, "security", "authentication").pop("enum"),
    "wider bounds": lambda new: spec(new, "security", "tokens").update(maxItems=128),
    "a lower floor": lambda new: spec(new, "security", "maxMessageKB").update(minimum=0),
    "a dropped requirement": lambda new: spec(new)["required"].remove("group"),
    "a dropped rule": lambda new: spec(new, "group").pop("x-kubernetes-validations"),
    "another description": lambda new: spec(new, "group").update(description="The group."),
    "other columns": lambda new: version(new)["additionalPrinterColumns"].clear(),
    "a new version": lambda new: new["spec"]["versions"].append({**version(new), "name": "v1beta1"}),
}


@pytest.mark.parametrize(("change", "sentence"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_is_refused(change: Change, sentence: str) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert incompatibilities(OLD, new) == [sentence]


@pytest.mark.parametrize("change", WIDENINGS.values(), ids=WIDENINGS.keys())
def test_what_takes_more_is_compatible(change: Change) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert incompatibilities(OLD, new) == []


def test_the_definitions_are_compatible_with_the_snapshot() -> None:
    assert compare(released(), current()) == []


def test_the_snapshot_is_up_to_date() -> None:
    assert released() == current(), "run `python -m tests.crds.compatibility --update`"


def test_a_kind_that_is_gone_is_refused() -> None:
    definitions = current()
    del definitions["tasks"]
    assert compare(released(), definitions) == ["tasks: the kind is gone."]


def test_an_update_writes_what_is_compatible_and_hides_no_break(tmp_path: Path) -> None:
    assert update(tmp_path) == []
    assert released(tmp_path) == current()
    wider = copy.deepcopy(OLD)
    spec(wider)["properties"]["note"] = {"type": "string"}
    (tmp_path / "endpoints.json").write_text(json.dumps(wider))
    assert update(tmp_path) == ["endpoints: .spec.note: the field is gone."]
    assert released(tmp_path)["endpoints"] == wider

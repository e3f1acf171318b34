"""The contract between operator and gateways cannot change unnoticed, and its first documents stay readable.

A new field with a default: raise MINOR, and write the golden file anew with `--inline-snapshot=fix`. Anything else is a
new major version: gateways of the old one refuse it.
"""

import copy
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from inline_snapshot import external_file

from tests.gateway.config.samples import uid_of
from tidegate_gateway.config.model import MAJOR, MINOR, MODELS, AnyConfig
from tidegate_gateway.config.rows import make_row

HERE = Path(__file__).parent
FIRST = json.loads((HERE / "documents-1.0.json").read_text())


def cases() -> list[Any]:
    return [pytest.param(document, id=f"{document['kind']} {document['name']}") for document in FIRST]


def read(document: dict[str, Any]) -> AnyConfig:
    return MODELS[document["kind"]].model_validate_json(json.dumps(document))


def contains(new: Any, old: Any) -> bool:
    """Whether every value of an old document is in the new one, at its old place."""
    if isinstance(old, dict):
        return all(name in new and contains(new[name], value) for name, value in old.items())
    if isinstance(old, list):
        return len(new) == len(old) and all(map(contains, new, old))
    return bool(new == old)


def test_the_contract_is_the_golden_one() -> None:
    schemas = {kind: model.model_json_schema() for kind, model in MODELS.items()}
    assert {"version": [MAJOR, MINOR], "kinds": schemas} == external_file("model.json")


def test_every_kind_is_there() -> None:
    assert {model.__name__ for model in get_args(AnyConfig)} == {model.__name__ for model in MODELS.values()}
    assert {document["kind"] for document in FIRST} == MODELS.keys()


@pytest.mark.parametrize("document", cases())
def test_first_documents_are_read_and_written_with_every_value(document: dict[str, Any]) -> None:
    row = make_row(read(document), uid_of("any"), 1)
    assert contains(json.loads(row.document), document)


@pytest.mark.parametrize("document", cases())
def test_an_older_reader_passes_over_what_a_newer_writer_added(document: dict[str, Any]) -> None:
    newer = copy.deepcopy(document) | {"version": [MAJOR, MINOR + 1], "addedLater": {"deep": [1]}}
    for method in newer.get("methods", {}).values():
        method["addedLater"] = True
        method.setdefault("input", {})["addedLater"] = None
    for token in newer.get("tokens", ()):
        token["addedLater"] = "new"
    assert read(newer).model_copy(update={"version": read(document).version}) == read(document)


@pytest.mark.parametrize("document", cases())
def test_a_configuration_cannot_be_changed(document: dict[str, Any]) -> None:
    config = read(document)
    with pytest.raises(ValueError, match="frozen"):
        setattr(config, "name", "other")  # noqa: B010 - what mypy would not let pass

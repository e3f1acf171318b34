"""What the models promise to those who use them."""

from collections.abc import Iterator
from typing import Any

import pydantic
import pytest

from tests.crds.manifests import examples
from tidegate_crds.endpoint import EndpointSpec
from tidegate_crds.kinds import KINDS
from tidegate_crds.model import Model
from tidegate_crds.parse import parse_spec
from tidegate_crds.task import CONNECTORS, Step, TaskSpec

Field = tuple[str, str]


def models(model: type[Model]) -> Iterator[type[Model]]:
    """The model and every model below it."""
    yield model
    for field in model.model_fields.values():
        for found in _models_in(field.annotation):
            yield from models(found)


def _models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def fields_used(value: object) -> Iterator[Field]:
    """Every field that a parsed manifest sets, as (model, field)."""
    if isinstance(value, Model):
        for name in value.model_fields_set:
            yield type(value).__name__, name
            yield from fields_used(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from fields_used(item)


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_use_every_field(kind: str) -> None:
    known = {(model.__name__, name) for model in models(KINDS[kind].spec) for name in model.model_fields}
    specs = [manifest["spec"] for _, manifest in examples() if manifest["kind"] == kind]
    used = {field for spec in specs for field in fields_used(parse_spec(kind, spec)[0])}
    assert known - used == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_description_that_is_a_sentence(kind: str) -> None:
    for model in [*models(KINDS[kind].spec), *models(KINDS[kind].status)]:
        for name, field in model.model_fields.items():
            assert field.description, (model, name)
            assert field.description.rstrip().endswith((".", "`.")), (model, name, field.description)


@pytest.mark.parametrize("manifest", dict(examples()).values(), ids=dict(examples()).keys())
def test_a_model_comes_back_from_its_own_json(manifest: dict[str, Any]) -> None:
    model, _ = parse_spec(manifest["kind"], manifest["spec"])
    assert model is not None
    assert parse_spec(manifest["kind"], model.model_dump(mode="json", by_alias=True)) == (model, ())


def test_models_are_frozen() -> None:
    endpoint = EndpointSpec.model_validate({"group": "sales", "methods": {"post": {}}})
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        endpoint.paused = True  # type: ignore[misc]


def test_python_names_are_no_names_of_a_manifest() -> None:
    for name in ("display_name", "wait_time_seconds"):
        _, (error,) = parse_spec("Endpoint", {"group": "sales", "methods": {"post": {}}, name: "x"})
        assert error.message.startswith("There is no such field: did you mean")


def test_a_step_has_a_member_for_each_connector() -> None:
    assert set(CONNECTORS) <= Step.model_fields.keys()
    task = TaskSpec.model_validate({"steps": [{"name": "a", "delay": {"seconds": 0.5}}]})
    assert [name for name in CONNECTORS if getattr(task.steps[0], name) is not None] == ["delay"]


def test_two_models_share_no_default_map() -> None:
    first, second = (parse_spec("Company", {})[0] for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.__dict__["fields"] is not second.__dict__["fields"]

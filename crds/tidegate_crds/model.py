"""What every model of a manifest is: frozen, closed, strict, with its descriptions beside the fields.

Defaults are filled in by the models and never written into anyone's `spec`, so the CRDs carry none of them.
"""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from tidegate_crds.rules import MAP_TYPE, RULES, Rule

EMPTY: dict[str, Any] = {}
"""Default of an optional map; Pydantic gives each model a copy."""


def _alias(name: str) -> str:
    """`schema_` is `schema` in a manifest: Pydantic has the bare name for itself."""
    return to_camel(name.rstrip("_"))


class Model(BaseModel):
    """A part of a manifest. `RULES` are what must hold between its fields.

    A part that is `WHOLE` has one owner under server-side apply. Every part that may be `{}` and mean something has to
    be: the API server makes null of it, and refuses that, when the last of its fields is taken away.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        alias_generator=_alias,
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )
    RULES: ClassVar[tuple[Rule, ...]] = ()
    WHOLE: ClassVar[bool] = False

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        if cls.RULES:
            schema[RULES] = list(cls.RULES)
        if cls.WHOLE:
            schema[MAP_TYPE] = "atomic"
        return schema


def items(most: int, least: int | None = None) -> Any:
    """Bounds of a list; YAML's lists are taken for the models' tuples."""
    return Field(max_length=most, min_length=least, strict=False)

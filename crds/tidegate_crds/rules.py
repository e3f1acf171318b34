"""Rules that reach past a field's type: each is declared once, for the API server as CEL and for us as a predicate.

Both sides judge the manifest as written, without defaults. The tests prove that they agree.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

RULES = "x-tidegate-rules"
LIST_TYPE = "x-kubernetes-list-type"
LIST_KEYS = "x-kubernetes-list-map-keys"
MAP_TYPE = "x-kubernetes-map-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What must hold of one value. It stands in `Annotated[...]` of a field, or in `RULES` of a model.

    `holds` gets the value as written; `cel` says the same over `self`, or is None where CEL can't say it.
    `field` is the member the message points to. `reads` are the members that must be sound for the rule to be judged;
    None means the whole value. `explain` and `message_cel` make a message out of the value instead of `message`.
    """

    message: str
    holds: Callable[[Any], bool]
    cel: str | None
    field: str | None = None
    reads: tuple[str, ...] | None = None
    explain: Callable[[Any], str] | None = None
    message_cel: str | None = None

    def text(self, value: Any) -> str:
        """The message for a value that breaks the rule."""
        return self.explain(value) if self.explain else self.message

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        schema.setdefault(RULES, []).append(self)
        return schema


@dataclass(frozen=True, slots=True)
class KeyedBy:
    """A list whose items have a name of their own: server-side apply merges it by `key`, and no two share one."""

    key: str

    @property
    def rule(self) -> Rule:
        """No two items with one key."""
        key = self.key
        return Rule(
            message=f"Give each item a {key} of its own: two have the same.",
            holds=lambda items: len({item[key] for item in items}) == len(items),
            cel=f"self.all(x, self.exists_one(y, y.{key} == x.{key}))",
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        schema |= {LIST_TYPE: "map", LIST_KEYS: [self.key]}
        schema.setdefault(RULES, []).append(self.rule)
        return schema


@dataclass(frozen=True, slots=True)
class Distinct:
    """A list that is a set: server-side apply merges it, and the API server itself refuses what stands in it twice."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        schema[LIST_TYPE] = "set"
        schema.setdefault(RULES, []).append(
            Rule(message="Remove what stands here twice.", holds=lambda items: len(set(items)) == len(items), cel=None)
        )
        return schema


def matching(pattern: str, message: str) -> Rule:
    """The text has to match; `pattern` begins with ^, ends with $ and means the same to Python and to RE2."""
    python = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    return Rule(message=message, holds=lambda text: bool(python.match(text)), cel=f"self.matches(r'{pattern}')")


def at_most_one(message: str, *fields: str) -> Rule:
    """Of these members none or one may be there."""
    listed = ", ".join(f"has(self.{field})" for field in fields)
    return Rule(
        message=message,
        holds=lambda self: sum(field in self for field in fields) <= 1,
        cel=f"[{listed}].filter(x, x).size() <= 1",
        reads=(),
    )


def exactly_one(message: str, *fields: str) -> Rule:
    """Of these members one must be there."""
    listed = ", ".join(f"has(self.{field})" for field in fields)
    return Rule(
        message=message,
        holds=lambda self: sum(field in self for field in fields) == 1,
        cel=f"[{listed}].exists_one(x, x)",
        reads=(),
    )


def needs(listed: str, other: str, *, message: str) -> Rule:
    """Where a list has items, the other member must be there."""
    return Rule(
        message=message,
        holds=lambda self: not self.get(listed) or other in self,
        cel=f"!has(self.{listed}) || self.{listed}.size() == 0 || has(self.{other})",
        field=listed,
        reads=(listed,),
    )


def needs_when(field: str, value: str, *others: str, message: str, default: str | None = None) -> Rule:
    """Where `field` is `value` (or absent, and `value` its default), the others must be there."""
    present = " && ".join(f"has(self.{other})" for other in others)
    said = f"self.{field} != '{value}'"
    guard = f"(has(self.{field}) && {said})" if value == default else f"!has(self.{field}) || {said}"
    return Rule(
        message=message,
        holds=lambda self: self.get(field, default) != value or all(other in self for other in others),
        cel=f"{guard} || ({present})",
        field=field,
        reads=(field,),
    )

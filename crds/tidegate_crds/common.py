"""Pieces that several kinds are made of: texts, names, references, mappings, schemas."""

import json
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from tidegate_crds.model import Model, items
from tidegate_crds.rules import Rule, at_most_one, matching
from tidegate_crds.slugs import PATTERN, is_slug

SCHEMA_BYTES = 256 * 1024

Text = Annotated[str, Field(max_length=1024)]
Prose = Annotated[str, Field(max_length=4096)]
Program = Annotated[str, Field(max_length=16_384)]
"""A body template, a statement or an expression."""

Slug = Annotated[
    str,
    Field(max_length=63),
    Rule(
        message="Use lower-case letters, digits and '-' only, 1 to 63 characters, and no '-' at either end.",
        holds=is_slug,
        cel=f"self.matches('{PATTERN}')",
    ),
]
"""A part of an endpoint's address."""


ResourceName = Annotated[
    str,
    Field(max_length=253),
    matching(
        "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", "Give the name of a resource: lower-case letters, digits, '-' and '.'."
    ),
]
SecretKey = Annotated[
    str,
    Field(max_length=253),
    matching("^[A-Za-z0-9._-]+$", "Give a key of the Secret: letters, digits, '-', '_' and '.'."),
]
Label = Annotated[
    str,
    Field(max_length=63),
    matching(
        "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
        "Use letters, digits, '-', '_' and '.' only, 1 to 63 characters, with a letter or digit at both ends.",
    ),
]
"""The name of an item in a list: a step, a token."""

Uri = Annotated[
    str,
    Field(max_length=1024),
    matching(
        r"^https?://[^/?#@\s]+(/[^?#\s]*)?$",
        "Give an absolute URL that begins with https:// or http://, without user, query and fragment.",
    ),
]
Host = Annotated[
    str,
    Field(max_length=253),
    matching(r"^[^?#@\s]+$", "Give host:port, address:port or network:port, such as 10.20.0.0/16:443."),
]
Origin = Annotated[
    str,
    Field(max_length=253),
    matching(r"^(https?://)?[^/?#@\s]+$", "Give an origin such as https://files.example.com, without path and query."),
]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
AnyMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
MediaType = Literal["Json", "Xml", "UrlEncoded", "FormData", "PlainText"]
Texts = Annotated[dict[str, Text], Field(max_length=100)]
Templates = Texts
Values = Annotated[tuple[Text, ...], items(100)]
Kilobytes = Annotated[int, Field(ge=1, le=1_048_576)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Seconds = Annotated[float, Field(ge=0, le=604_800)]
Duration = Annotated[float, Field(gt=0, le=604_800)]
Priority = Annotated[int, Field(ge=1, le=99)]


def _bytes(value: Any) -> int:
    return len(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "surrogatepass")
    )


SMALL = Rule(
    message="Make it smaller: at most 256 kB as JSON.", holds=lambda value: _bytes(value) <= SCHEMA_BYTES, cel=None
)
Json = Annotated[dict[str, Any], SMALL]
"""Any JSON object; a JSON Schema, or a driver's own data."""


class NameRef(Model):
    """The name of another resource in the same namespace."""

    WHOLE: ClassVar[bool] = True

    name: ResourceName
    """Name of the resource, in the namespace of this one."""


class SecretKeyRef(Model):
    """One key of a Secret in the same namespace."""

    WHOLE: ClassVar[bool] = True

    name: ResourceName
    """Name of the Secret, in the namespace of this resource."""
    key: SecretKey = "token"
    """Key of the Secret that holds the value."""


class MappingPair(Model):
    """One property of the row that is made, and where its value comes from."""

    property: Annotated[str, Field(min_length=1, max_length=1024)]
    """Name of the property to set."""
    source: Annotated[str, Field(min_length=1, max_length=1024, alias="from")]
    """Where the value comes from: a property's name (`customer.name`), a JSONPath (`$.lines[*].net`), or a placeholder
    such as `${body}`, `${query.page}` or `${fixed:web}`."""


Mapping = Annotated[tuple[MappingPair, ...], items(200)]
SCHEMA_ONCE = at_most_one("Give schema or schemaRef, not both.", "schema", "schemaRef")

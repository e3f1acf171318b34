"""Company: a tenant's frame. At most one in a namespace."""

from typing import Annotated, Literal

from pydantic import Field

from tidegate_crds.common import Days, Priority, Slug, Text
from tidegate_crds.model import EMPTY, Model
from tidegate_crds.rules import Rule

Fields = Annotated[
    dict[str, Text],
    Field(max_length=100),
    Rule(
        message="Name the field otherwise: ${tenant.id} is the company's own identifier.",
        holds=lambda fields: "id" not in fields,
        cel="!('id' in self)",
    ),
]


class CompanySpec(Model):
    """What a namespace is to the outside: its slug, and defaults for its endpoints and tasks."""

    slug: Slug | None = None
    """First part of every address of the namespace. Default: the namespace's name."""
    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    orchestrator: Literal["Enabled", "Disabled"] = "Enabled"
    """Whether tasks of the company run. Disabled: none does."""
    retention_days: Days | None = None
    """For how many days its endpoints keep data, unless they say otherwise. Absent: for ever."""
    default_priority: Priority = 50
    """Priority of tasks that name none: 1 to 99, the lower runs first."""
    fields: Fields = EMPTY
    """Values for `${tenant.<name>}` in the headers of integrations."""

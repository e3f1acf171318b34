"""The six kinds: their names, their models, and what `kubectl get` shows of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate_crds import status
from tidegate_crds.agent import AgentSpec
from tidegate_crds.company import CompanySpec
from tidegate_crds.data_schema import DataSchemaSpec
from tidegate_crds.endpoint import EndpointSpec
from tidegate_crds.integration import IntegrationSpec
from tidegate_crds.model import Model
from tidegate_crds.rules import Rule
from tidegate_crds.slugs import PATTERN, is_slug
from tidegate_crds.task import TaskSpec

GROUP = "tidegate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CATEGORY = "tidegate"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `kubectl get`. Priority 1 shows with `-o wide` only."""

    name: str
    path: str
    type: str = "string"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `columns` stand between Ready and Age; `rules` judge the whole object."""

    name: str
    plural: str
    short_name: str
    description: str
    spec: type[Model]
    status: type[status.Status]
    columns: tuple[Column, ...] = ()
    selectable: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def singular(self) -> str:
        """The name as it stands in `kubectl get <singular>`."""
        return self.name.lower()


def _name_or_slug(manifest: Mapping[str, Mapping[str, str]]) -> bool:
    return manifest["spec"].get("slug") is not None or is_slug(manifest["metadata"]["name"])


NAME_IS_SLUG = Rule(
    message="Give spec.slug: metadata.name stands for it and is no slug (lower-case letters, digits and '-' only, "
    "1 to 63 characters, no '-' at either end).",
    holds=_name_or_slug,
    field="metadata.name",
    cel=f"has(self.spec.slug) || self.metadata.name.matches(r'{PATTERN}')",
)

_KINDS = (
    Kind(
        name="Company",
        plural="companies",
        short_name="tgc",
        description="A tenant's frame: its slug, and defaults for its endpoints and tasks. At most one in a namespace.",
        spec=CompanySpec,
        status=status.Status,
        columns=(Column("Slug", ".spec.slug"), Column("Orchestrator", ".spec.orchestrator")),
        selectable=(".spec.slug",),
    ),
    Kind(
        name="DataSchema",
        plural="dataschemas",
        short_name="tgs",
        description="A JSON Schema under a name, for endpoints and tasks to refer to.",
        spec=DataSchemaSpec,
        status=status.Status,
        columns=(Column("Display Name", ".spec.displayName"),),
    ),
    Kind(
        name="Endpoint",
        plural="endpoints",
        short_name="tge",
        description="An address that data can be sent to and read from: /api/endpoint/<company>/<group>/<endpoint>.",
        spec=EndpointSpec,
        status=status.EndpointStatus,
        columns=(Column("URL", ".status.url"), Column("Methods", ".status.methods")),
        selectable=(".spec.group", ".spec.slug", ".spec.security.authentication"),
        rules=(NAME_IS_SLUG,),
    ),
    Kind(
        name="Task",
        plural="tasks",
        short_name="tgt",
        description="Steps that rows flow through: behind an endpoint, on a schedule, or from another task.",
        spec=TaskSpec,
        status=status.Status,
        columns=(Column("Group", ".spec.group"), Column("Schedule", ".spec.schedule")),
        selectable=(".spec.group",),
    ),
    Kind(
        name="Integration",
        plural="integrations",
        short_name="tgi",
        description="A connection to someone else's API: its address, its credentials, its limits, and who may use it.",
        spec=IntegrationSpec,
        status=status.Status,
        columns=(
            Column("Type", ".spec.type"),
            Column("Mode", ".spec.mode"),
            Column("Reachable", '.status.conditions[?(@.type=="Reachable")].status', priority=1),
        ),
        selectable=(".spec.slug", ".spec.type", ".spec.category", ".spec.mode", ".spec.owner"),
        rules=(NAME_IS_SLUG,),
    ),
    Kind(
        name="Agent",
        plural="agents",
        short_name="tga",
        description="A process on someone's premises that makes calls which can't be made from the cluster.",
        spec=AgentSpec,
        status=status.AgentStatus,
        columns=(
            Column("Connected", ".status.connected", "boolean"),
            Column("Last Seen", ".status.lastSeen", "date"),
            Column("Version", ".status.version", priority=1),
        ),
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}

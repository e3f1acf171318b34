"""What Tidegate says of a resource: the status sub-resource of each kind. Nobody writes it by hand."""

from typing import Annotated, Literal

from pydantic import Field

from tidegate_crds.common import Text
from tidegate_crds.model import Model, items
from tidegate_crds.rules import KeyedBy

WAITING = {
    "conditions": [
        {
            "type": "Ready",
            "status": "Unknown",
            "reason": "Pending",
            "message": "Waiting for the operator",
            "lastTransitionTime": "1970-01-01T00:00:00Z",
        }
    ]
}
"""The status that the API server itself gives to a new resource, so that an absent operator shows in `kubectl get`."""

Instant = Annotated[str, Field(max_length=64, json_schema_extra={"format": "date-time"})]


class Condition(Model):
    """One thing that is, or is not, as it should be."""

    type: Annotated[str, Field(min_length=1, max_length=316)]
    """What the condition speaks of: Accepted, ResolvedRefs, Programmed, IndexesReady, Reachable, Connected or Ready."""
    status: Literal["True", "False", "Unknown"]
    """Whether it is so."""
    observed_generation: Annotated[int, Field(ge=0)] | None = None
    """The metadata.generation that the condition was judged on."""
    last_transition_time: Instant
    """When the condition last changed from one status to another."""
    reason: Annotated[str, Field(min_length=1, max_length=1024)]
    """One CamelCase word that says why."""
    message: Annotated[str, Field(max_length=32_768)]
    """A sentence that says what to do."""


class Status(Model):
    """What Tidegate observed."""

    observed_generation: Annotated[int, Field(ge=0)] | None = None
    """The metadata.generation that this status speaks of."""
    conditions: Annotated[tuple[Condition, ...], items(16), KeyedBy("type")] = ()
    """What is as it should be and what is not. Ready sums the others up."""


class IndexStatus(Model):
    """How far an index is."""

    name: Text
    """Name of the index."""
    state: Annotated[str, Field(max_length=63)]
    """Ready when whatever is stored is indexed, Reindexing while what was stored before is, Pending before all that."""
    rows: Annotated[int, Field(ge=0)] | None = None
    """How many values the index held when they were counted last."""
    progress: Annotated[int, Field(ge=0, le=100)] | None = None
    """How much of what was stored before is indexed, in percent, while that goes on."""


class EndpointStatus(Status):
    """What Tidegate observed of the endpoint."""

    url: Annotated[str, Field(max_length=2048)] | None = None
    """Where the endpoint is served."""
    methods: Text | None = None
    """The methods that are served, comma-separated."""
    token_secret_name: Annotated[str, Field(max_length=253)] | None = None
    """The Secret that holds the primary tokens: a key for each method."""
    indexes: Annotated[tuple[IndexStatus, ...], items(32), KeyedBy("name")] = ()
    """How far each index is."""


class AgentStatus(Status):
    """What Tidegate observed of the agent."""

    connected: bool | None = None
    """Whether the agent is connected now."""
    last_seen: Instant | None = None
    """When the agent was last heard of."""
    version: Text | None = None
    """The version of Tidegate that the agent runs."""

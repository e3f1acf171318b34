"""Task: a list of steps that rows flow through."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from tidegate_crds import connectors
from tidegate_crds.common import SCHEMA_ONCE, Duration, Json, Label, NameRef, Priority, Program, Seconds, Slug, Text
from tidegate_crds.model import Model, items
from tidegate_crds.rules import KeyedBy, Rule, exactly_one

CONNECTORS = ("map", "transform", "http", "endpoint", "task", "sql", "job", "delay", "fail")


class StepInput(Model):
    """Which rows a step gets, and what they must fit."""

    RULES: ClassVar[tuple[Rule, ...]] = (SCHEMA_ONCE,)

    step: Label | None = None
    """The earlier step whose rows it gets. Default: the one before it."""
    schema_ref: NameRef | None = None
    """The DataSchema that each row must fit."""
    schema_: Json | None = None
    """The JSON Schema that each row must fit, in place."""


class StepOutput(Model):
    """What the rows that a step hands on must fit."""

    RULES: ClassVar[tuple[Rule, ...]] = (SCHEMA_ONCE,)

    schema_ref: NameRef | None = None
    """The DataSchema that each row must fit."""
    schema_: Json | None = None
    """The JSON Schema that each row must fit, in place."""


class Step(Model):
    """A unit of the task: one connector, and when and how often it is tried."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        exactly_one(f"Give the step exactly one connector: {', '.join(CONNECTORS)}.", *CONNECTORS),
    )

    name: Label
    """Name of the step, its own in the task."""
    timeout_seconds: Duration = 30
    """How long one attempt may take."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 1
    """How often it is tried at most."""
    attempt_wait_seconds: Seconds = 1
    """How long to wait before the next attempt."""
    backoff: Literal["Fixed", "Exponential"] = "Fixed"
    """Whether the wait stays the same or doubles, with jitter."""
    processing: Literal["Bulk", "RowByRow"] = "Bulk"
    """Bulk: the connector runs once, over all rows. RowByRow: once for each row."""
    parallel: Annotated[int, Field(ge=1, le=100)] = 1
    """How many rows are under way at a time (RowByRow)."""
    on_row_error: Literal["Fail", "Continue"] = "Fail"
    """Whether a row that failed ends the step (RowByRow)."""
    when: Program | None = None
    """CEL over `rows`, `steps` and `request`; false: the step is skipped and the rows pass through."""
    input: StepInput = StepInput()
    """Which rows it gets, and what they must fit."""
    output: StepOutput = StepOutput()
    """What the rows it hands on must fit."""
    agent_ref: NameRef | None = None
    """The Agent that makes the call. Absent: the gateway itself."""
    map: connectors.MapConnector | None = None
    """Makes each row anew, property by property."""
    transform: connectors.TransformConnector | None = None
    """Makes rows out of rows: filters, reshapes, aggregates."""
    http: connectors.HttpConnector | None = None
    """A request through an Integration."""
    endpoint: connectors.EndpointConnector | None = None
    """Another endpoint of the company."""
    task: connectors.TaskConnector | None = None
    """Another task."""
    sql: connectors.SqlConnector | None = None
    """A statement at a PostgreSQL database."""
    job: connectors.JobConnector | None = None
    """A container image as a Kubernetes Job."""
    delay: connectors.DelayConnector | None = None
    """A wait."""
    fail: connectors.FailConnector | None = None
    """The end of the run, with a message."""


def _inputs_are_earlier(steps: list[dict[str, Any]]) -> bool:
    names = [step["name"] for step in steps]
    named = [(step["input"]["step"], step["name"]) for step in steps if "step" in step.get("input", {})]
    return all(source in names and names.index(source) < names.index(name) for source, name in named)


EARLIER_INPUT = Rule(
    message="Let input.step name an earlier step of the task.",
    holds=_inputs_are_earlier,
    cel="[self.map(x, x.name)].all(names, self.all(s, !has(s.input) || !has(s.input.step) || "
    "(s.input.step in names && names.indexOf(s.input.step) < names.indexOf(s.name))))",
)


class TaskSpec(Model):
    """What runs behind an endpoint, on a schedule, or from another task."""

    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    group: Slug | None = None
    """The group it is shown under."""
    enabled: bool = True
    """Whether it may run."""
    priority: Priority | None = None
    """1 to 99, the lower runs first. Default: the Company's."""
    max_instances: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many runs may be under way at a time, over all gateways. Absent: any number."""
    schedule: Text | None = None
    """Cron expression in UTC; one run a tick."""
    deadline_seconds: Duration | None = None
    """How long a run may take. Default: the sum of what its steps may take."""
    steps: Annotated[tuple[Step, ...], items(50, 1), KeyedBy("name"), EARLIER_INPUT]
    """What is done, in this order."""

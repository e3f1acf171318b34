"""What an Endpoint does with each method: a request becomes rows, a task runs, its rows become the answer."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tidegate_crds.common import SCHEMA_ONCE, Json, Label, Mapping, NameRef, Text
from tidegate_crds.model import Model, items
from tidegate_crds.rules import Rule

FailStatusCode = Annotated[
    int,
    Field(ge=200, le=599),
    Rule(
        message="Choose another status: 204 and 304 have no body.",
        holds=lambda status: status not in {204, 304},
        cel="!(self in [204, 304])",
    ),
]


class Input(Model):
    """How a body becomes rows, and what the rows must fit."""

    RULES: ClassVar[tuple[Rule, ...]] = (SCHEMA_ONCE,)

    schema_ref: NameRef | None = None
    """The DataSchema that each row must fit."""
    schema_: Json | None = None
    """The JSON Schema that each row must fit, in place."""
    result_path: Text | None = None
    """JSONPath of the part of the body that becomes the rows. Absent: the whole body."""
    mapping: Mapping = ()
    """How each row is made. Absent: a row is taken as it is."""


class FailCondition(Model):
    """What the run's message must be like."""

    type: Literal["Equals", "Contains"]
    """Equals: a line, or the whole, is the value. Contains: the value is in it."""
    value: Text
    """The text to compare with, upper and lower case told apart."""


class FailRule(Model):
    """A text for failures of one kind."""

    conditions: Annotated[tuple[FailCondition, ...], items(10, 1)]
    """What must hold, all of it."""
    message: Text
    """What the caller gets to read."""


class FailMessage(Model):
    """What callers get to read when the run failed."""

    default: Text | None = None
    """The text when no rule holds. Absent: the run's own lines."""
    rules: Annotated[tuple[FailRule, ...], items(50)] = ()
    """Texts for some failures: the first rule that holds wins."""


class TaskBinding(Model):
    """The task that a request starts, and how its end is told."""

    ref: NameRef
    """The Task to run."""
    asynchronous: Annotated[bool, Field(alias="async")] = False
    """Whether to answer as soon as the request is stored, before the task has run."""
    save_input: Literal["Always", "OnError", "Never"] = "Always"
    """Whether the input is kept when the run has ended."""
    fail_status: FailStatusCode | None = None
    """HTTP status of a failed synchronous run. Absent: 500, and 400 for FailedInput."""
    fail_message: FailMessage = FailMessage()
    """Texts in place of the run's own message when it failed."""


class Output(Model):
    """How the task's rows become the answer."""

    RULES: ClassVar[tuple[Rule, ...]] = (SCHEMA_ONCE,)

    step: Label | None = None
    """The step whose rows are the answer. Default: the last one."""
    schema_ref: NameRef | None = None
    """The DataSchema that each row of the answer must fit."""
    schema_: Json | None = None
    """The JSON Schema that each row of the answer must fit, in place."""
    mapping: Mapping = ()
    """How each row of the answer is made. Absent: a row is given as it is."""
    save: bool = False
    """Whether the answer is kept with the datum."""
    include_system_data: bool = True
    """Whether the answer stands in an envelope with ID, Status and Message."""


class MethodSpec(Model):
    """What a method does. `{}` means that it is on, without a task."""

    WHOLE: ClassVar[bool] = True

    input: Input = Input()
    """How the request becomes rows."""
    task: TaskBinding | None = None
    """The task that a request starts. Absent: the request is stored, or stored data are read."""
    output: Output = Output()
    """How the task's rows become the answer."""


class Methods(Model):
    """The methods that are on: at least one."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="Turn at least one of post, get, put, patch and delete on; {} is enough: on, without a task.",
            holds=bool,
            cel="has(self.post) || has(self.get) || has(self.put) || has(self.patch) || has(self.delete)",
            reads=(),
        ),
    )

    post: MethodSpec | None = None
    """POST: stores the body, or runs a task with it."""
    get: MethodSpec | None = None
    """GET: lists stored data, or runs a task with the query parameters."""
    put: MethodSpec | None = None
    """PUT: replaces a stored input, or runs a task."""
    patch: MethodSpec | None = None
    """PATCH: merges into a stored input, or runs a task."""
    delete: MethodSpec | None = None
    """DELETE: runs a task. Deleting stored data hangs on security.allowDeleting alone."""

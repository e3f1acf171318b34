"""Endpoint: an inbound address, who may call it, what it keeps and which task stands behind each method."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tidegate_crds import addresses
from tidegate_crds.common import (
    SCHEMA_ONCE,
    Days,
    Json,
    Kilobytes,
    Label,
    Mapping,
    Method,
    NameRef,
    Seconds,
    SecretKeyRef,
    Slug,
    Text,
)
from tidegate_crds.model import Model, items
from tidegate_crds.rules import Distinct, KeyedBy, Rule, matching

RESERVED = ("limit", "after", "from", "to", "status", "wait", "access_token")

SourceAddress = Annotated[str, Field(max_length=64), addresses.PATTERN_RULE, addresses.HOST_BITS_RULE]
IndexName = Annotated[
    str,
    Field(max_length=63),
    matching("^[a-z][a-z0-9_]*$", "Use lower-case letters, digits and '_' only, beginning with a letter."),
    Rule(
        message=f"Choose another name: {', '.join(RESERVED)} are query parameters already.",
        holds=lambda name: name not in RESERVED,
        cel=f"!(self in [{', '.join(map(repr, RESERVED))}])",
    ),
]
TokenName = Annotated[
    Label,
    Rule(
        message="Choose another name: primary stands for the endpoint's own token.",
        holds=lambda name: name != "primary",
        cel="self != 'primary'",
    ),
]
FailStatusCode = Annotated[
    int,
    Field(ge=200, le=599),
    Rule(
        message="Choose another status: 204 and 304 have no body.",
        holds=lambda status: status not in {204, 304},
        cel="!(self in [204, 304])",
    ),
]


class Token(Model):
    """A secondary token: one calling application."""

    name: TokenName
    """Name of the calling application. Stored data name it."""
    secret_ref: SecretKeyRef
    """The token's value. `<key>.next` of the same Secret is a second valid value while it is rotated."""
    methods: Annotated[tuple[Method, ...], items(5), Distinct()] = ()
    """The methods it opens. Default: every method of the endpoint."""


class Security(Model):
    """Who may call."""

    authentication: Literal["None", "Token", "Internal"] = "Token"
    """None: anyone. Token: who has a token. Internal: steps of the company's own tasks only."""
    token_in_query: bool = True
    """Whether `?access_token=` is taken beside the Authorization header."""
    tokens: Annotated[tuple[Token, ...], items(64), KeyedBy("name")] = ()
    """Secondary tokens, one for each calling application."""
    allowed_ips: Annotated[tuple[SourceAddress, ...], items(256), Distinct(), Field(alias="allowedIPs")] = ()
    """Addresses that may call: exact, a network, or IPv4 with `*` for a segment. Absent, empty or `*`: anyone."""
    max_message_kb: Annotated[Kilobytes | None, Field(alias="maxMessageKB")] = None
    """Largest body in kB of 1024 bytes. Absent: the gateway's own cap."""
    allow_deleting: bool = False
    """Whether callers may delete stored data: `DELETE /<id>` and `DELETE /all`."""


class Index(Model):
    """A value of the stored data that `GET /` can be filtered by."""

    name: IndexName
    """Name of the query parameter."""
    method: Method = "POST"
    """The method whose data are indexed."""
    source: Literal["Input", "Output"] = "Input"
    """Whether the value is taken from what came in or from what the task answered."""
    path: Annotated[str, Field(min_length=1, max_length=1024)]
    """Where the value is, as PostgreSQL's jsonpath: `$.customer.id`."""
    type: Literal["Text", "Number", "Boolean", "Timestamp"] = "Text"
    """How values compare."""


class Data(Model):
    """What is kept of requests, and for how long."""

    output_type: Literal["Input", "Output", "InputAndOutput"] = "Input"
    """What `GET /<id>` and `GET /` show of a datum."""
    retention_days: Days | None = None
    """For how many days data are kept. 0: not past the answer. Absent: as the Company says."""
    redact: Annotated[tuple[Text, ...], items(100), Distinct()] = ()
    """JSONPaths of what is replaced by `[redacted]` before anything is stored."""
    indexes: Annotated[tuple[Index, ...], items(32), KeyedBy("name")] = ()
    """Values of the stored data that `GET /` can be filtered by."""


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


class EndpointSpec(Model):
    """An address that data can be sent to and read from."""

    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    slug: Slug | None = None
    """Last part of the address. Default: metadata.name."""
    group: Slug
    """Second part of the address: the slug of a group of endpoints."""
    paused: bool = False
    """Whether every request is refused with 503 for now."""
    security: Security = Security()
    """Who may call."""
    data: Data = Data()
    """What is kept of requests, and for how long."""
    wait_time_seconds: Seconds = 5
    """How long a synchronous caller waits beyond the task's own timeout."""
    methods: Methods
    """The methods that are on, and what each does."""

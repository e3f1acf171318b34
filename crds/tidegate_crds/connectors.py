"""What a step can do: one model a connector. A step has exactly one of them."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tidegate_crds.common import (
    AnyMethod,
    Kilobytes,
    Mapping,
    MediaType,
    NameRef,
    Program,
    SecretKeyRef,
    Slug,
    Templates,
    Text,
    Values,
)
from tidegate_crds.model import EMPTY, Model
from tidegate_crds.rules import Rule, needs, needs_when

MapConnector = Annotated[Mapping, Field(min_length=1)]


class TransformConnector(Model):
    """Makes rows out of rows."""

    expression: Annotated[Program, Field(min_length=1)]
    """CEL over `rows`, `steps` and `request` that gives a list of objects."""


class Pagination(Model):
    """How further pages of an answer are found."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs_when(
            "type", "Page", "parameter", message="Pagination by Page needs parameter: the query parameter's name."
        ),
        needs_when(
            "type", "Skip", "parameter", message="Pagination by Skip needs parameter: the query parameter's name."
        ),
        needs_when("type", "Token", "path", "parameter", message="Pagination by Token needs path and parameter."),
        needs_when("type", "NextUrl", "path", message="Pagination by NextUrl needs path: where the next URL stands."),
    )

    type: Literal["Page", "Skip", "Token", "NextUrl", "LinkHeader"]
    """Page and Skip count in a query parameter, Token sends a cursor back, NextUrl and LinkHeader follow a URL."""
    parameter: Text | None = None
    """Query parameter of the page's number, of the rows to skip, or of the cursor."""
    start: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    """The first page's number, or the first number of rows to skip. Default: 1 for Page, 0 for Skip."""
    limit_parameter: Text | None = None
    """Query parameter of a page's size (Skip)."""
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """A page's size (Skip)."""
    path: Text | None = None
    """JSONPath of the cursor (Token) or of the next URL (NextUrl) in the answer."""
    max_pages: Annotated[int, Field(ge=1, le=10_000)] = 100
    """At how many pages to end."""


class HttpConnector(Model):
    """A request through an Integration."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs("successValues", "successPath", message="successValues needs successPath: where the value stands."),
        needs("failValues", "failPath", message="failValues needs failPath: where the value stands."),
    )

    integration_ref: NameRef
    """The Integration whose address and credentials are used."""
    method: AnyMethod = "GET"
    """HTTP method."""
    relative_uri: Text | None = None
    """Handlebars template that is appended to the integration's apiBaseUri."""
    query: Templates = EMPTY
    """Query parameters; values are Handlebars templates."""
    headers: Templates = EMPTY
    """Headers; values are Handlebars templates. Those of the integration win."""
    body: Program | None = None
    """Handlebars template of the body. Absent: POST, PUT and PATCH send the rows, the others nothing."""
    media_type: MediaType | None = None
    """Form of the body. Default: the integration's."""
    result_path: Text | None = None
    """JSONPath of the part of the answer that becomes the rows. Absent: the whole answer."""
    success_path: Text | None = None
    """JSONPath of a value that must be there (and true, or one of successValues) for the call to count as done."""
    success_values: Values = ()
    """Values at successPath that mean success."""
    fail_path: Text | None = None
    """JSONPath of a value that means failure if it is there (and true, or one of failValues)."""
    fail_values: Values = ()
    """Values at failPath that mean failure."""
    pagination: Pagination | None = None
    """How further pages are found. Absent: one page."""
    follow_redirects: bool = False
    """Whether redirects are followed. Credentials never go to another origin."""
    idempotency_key: bool | None = None
    """Whether an Idempotency-Key is sent. Default: on POST and PATCH."""
    max_response_kb: Annotated[Kilobytes, Field(alias="maxResponseKB")] = 8192
    """Largest answer in kB of 1024 bytes, decoded."""


class EndpointConnector(Model):
    """Another endpoint of the company, inside the gateway."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs_when("request", "Get", "id", message="A request of the kind Get needs id: the datum to read."),
    )

    group: Slug
    """The endpoint's group."""
    slug: Slug
    """The endpoint's slug."""
    request: Literal["Post", "Get", "GetNew"] = "Post"
    """Post sends a body, Get reads one datum, GetNew reads what is new since the last time."""
    body: Program | None = None
    """Handlebars template of what Post sends. Absent: the rows."""
    id: Text | None = None
    """Handlebars template of the id that Get reads."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many data GetNew reads at most."""


class TaskConnector(Model):
    """Starts another task."""

    ref: NameRef
    """The Task to start."""
    wait: bool = True
    """Whether to wait for it and take its rows. False: the row is its RunID."""


class SqlConnector(Model):
    """A statement at a PostgreSQL database, run once for each row."""

    secret_ref: SecretKeyRef
    """The Secret that holds the connection string."""
    statement: Annotated[Program, Field(min_length=1)]
    """One SQL statement; `$1`, `$2` stand for the parameters."""
    parameters: Values = ()
    """Where each parameter comes from: `row.id`, a JSONPath, or `${fixed:…}`."""
    read_only: bool = True
    """Whether the transaction may only read."""


Quantities = Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=16)]


class JobResources(Model):
    """What the pod's container may use."""

    limits: Quantities = EMPTY
    """The most it may use: `{cpu: "1", memory: 256Mi}`."""
    requests: Quantities = EMPTY
    """What is set aside for it. Default: the limits."""


class JobConnector(Model):
    """A container image as a Kubernetes Job: rows on standard input as JSON lines, rows back from standard output."""

    image: Annotated[Text, Field(min_length=1)]
    """The image; best by its digest."""
    args: Values = ()
    """Arguments of the image's entry point."""
    resources: JobResources = JobResources()
    """What the container may use."""


class DelayConnector(Model):
    """Waits, and hands on what it got."""

    seconds: Annotated[float, Field(ge=0, le=604_800)]
    """How long to wait."""


class FailConnector(Model):
    """Ends the run with a message."""

    message: Text
    """Handlebars template of the message, which callers get to read."""
    status: Literal["FailedConnector", "FailedCancelled", "FailedRuntime", "FailedOutput", "FailedInput"] = (
        "FailedRuntime"
    )
    """How the run ends."""

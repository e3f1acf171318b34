"""Endpoint: an inbound address, who may call it and what it keeps. What each method does is in `methods`."""

from typing import Annotated, Literal

from pydantic import Field

from tidegate_crds import addresses
from tidegate_crds.common import (
    SMALL,
    Days,
    Kilobytes,
    Label,
    Method,
    Seconds,
    SecretKeyRef,
    Slug,
    Text,
)
from tidegate_crds.examples import Example
from tidegate_crds.methods import Methods
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
    """Largest body in kB of 1024 bytes. The gateway's own cap holds beside it, and alone where this is absent."""
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
    examples: Annotated[tuple[Example, ...], items(50), KeyedBy("name"), SMALL] = ()
    """Contract examples: the resource is accepted only if each is answered as it says."""

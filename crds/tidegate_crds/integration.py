"""Integration: a way out to someone else's API, its credentials and its limits."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tidegate_crds import auth
from tidegate_crds.common import (
    AnyMethod,
    Json,
    MediaType,
    NameRef,
    Origin,
    Program,
    Prose,
    Slug,
    Templates,
    Text,
    Texts,
    Uri,
    Values,
)
from tidegate_crds.model import EMPTY, Model, items
from tidegate_crds.rules import Distinct, KeyedBy, Rule, needs, needs_when

StatusCode = Annotated[int, Field(ge=100, le=599)]

AUTH_OBJECTS = {
    "OAuth2": "oAuth2",
    "ApiKey": "apiKey",
    "Basic": "basic",
    "Bearer": "bearer",
    "Token": "token",
    "Cookie": "cookie",
    "Custom": "custom",
}


class Network(Model):
    """From where the integration is called."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs_when("mode", "OnPremise", "agentRef", message="mode OnPremise needs agentRef: the Agent that calls."),
    )

    mode: Literal["Cloud", "OnPremise"] = "Cloud"
    """Cloud: from the gateway. OnPremise: through an agent."""
    agent_ref: NameRef | None = None
    """The Agent that makes the calls (OnPremise)."""


class AuthFailure(Model):
    """What an answer is like that means: log in again."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs("values", "path", message="values needs path: where the value stands in the answer."),
    )

    statuses: Annotated[tuple[StatusCode, ...], items(50), Distinct()] = (401,)
    """HTTP statuses that mean it."""
    path: Text | None = None
    """JSONPath of a value in the answer that means it if it is there (and true, or one of values)."""
    values: Values = ()
    """Values at path that mean it."""


class Ping(Model):
    """A request that shows whether the integration works."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs("successValues", "successPath", message="successValues needs successPath: where the value stands."),
        needs("failValues", "failPath", message="failValues needs failPath: where the value stands."),
    )

    method: AnyMethod = "GET"
    """HTTP method."""
    relative_uri: Text | None = None
    """Handlebars template that is appended to apiBaseUri. Absent: there is no ping."""
    body: Program | None = None
    """Handlebars template of the body."""
    success_path: Text | None = None
    """JSONPath of a value that must be there (and true, or one of successValues). Absent: any 2xx will do."""
    success_values: Values = ()
    """Values at successPath that mean success, compared exactly."""
    fail_path: Text | None = None
    """JSONPath of a value that means failure if it is there (and true, or one of failValues)."""
    fail_values: Values = ()
    """Values at failPath that mean failure."""
    error_path: Text | None = None
    """JSONPath of the text that says what went wrong."""
    interval_seconds: Annotated[int, Field(ge=10, le=86_400)] = 300
    """How long from one ping to the next."""


class Limits(Model):
    """How much is asked of the integration, over all gateways."""

    concurrency: Annotated[int, Field(ge=1, le=10_000)] = 25
    """How many requests are under way at a time."""
    requests_per_second: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How many requests begin in a second. Absent: any number."""
    rate_limit_status: StatusCode = 429
    """The status with which the other side says: too many."""
    retry_header: Annotated[Text, Field(min_length=1)] = "Retry-After"
    """The header that says when to come again."""


class Share(Model):
    """Someone else who may use the integration."""

    principal_id: Annotated[str, Field(min_length=1, max_length=253)]
    """A user or a group."""
    access_level: Annotated[int, Field(ge=1, le=3)] = 1
    """1: see and use. 2: edit. 3: manage."""


class IntegrationSpec(Model):
    """A connection to someone else's API."""

    RULES: ClassVar[tuple[Rule, ...]] = tuple(
        needs_when("authType", kind, member, message=f"authType {kind} needs {member}: add that object.")
        for kind, member in AUTH_OBJECTS.items()
    )

    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    slug: Slug | None = None
    """Short name in addresses of the REST API. Default: metadata.name."""
    type: Annotated[Text, Field(min_length=1)]
    """The driver: custom, or the name of a known service."""
    category: Text | None = None
    """Where it stands in a gallery."""
    description: Prose | None = None
    """What it is for."""
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=253)], ...], items(100), Distinct()] = ()
    """Words to find it by."""
    mode: Literal["PerUser", "Shared"] = "PerUser"
    """PerUser: everyone connects for themselves. Shared: one connection for all, which tasks need."""
    network: Network = Network()
    """From where it is called."""
    api_base_uri: Uri
    """What every request's address begins with."""
    allowed_hosts: Annotated[tuple[Origin, ...], items(64), Distinct()] = ()
    """Further origins that a task may call through it. Default: none."""
    media_type: MediaType = "Json"
    """Form of bodies."""
    headers: Templates = EMPTY
    """Headers of every request; `${user.*}` and `${tenant.*}` are filled in."""
    auth_type: Literal["None", "OAuth2", "ApiKey", "Basic", "Bearer", "Token", "Cookie", "Custom"] = "None"
    """How requests prove themselves. Each but None needs the object of its name."""
    oauth2: Annotated[auth.OAuth2 | None, Field(alias="oAuth2")] = None
    """authType OAuth2."""
    api_key: auth.ApiKey | None = None
    """authType ApiKey."""
    basic: auth.Basic | None = None
    """authType Basic."""
    bearer: auth.Bearer | None = None
    """authType Bearer."""
    token: auth.TokenAuth | None = None
    """authType Token."""
    cookie: auth.Cookie | None = None
    """authType Cookie."""
    custom: auth.Custom | None = None
    """authType Custom."""
    encrypted_ref: NameRef | None = None
    """The Secret each key of which is `{{connection.http.encrypted.<key>}}`."""
    unencrypted: Texts = EMPTY
    """Values for `{{connection.http.unencrypted.<key>}}`."""
    auth_failure: AuthFailure = AuthFailure()
    """What an answer is like that means: log in again."""
    ping: Ping | None = None
    """A request that shows whether it works. Absent: there is none."""
    limits: Limits = Limits()
    """How much is asked of it, over all gateways."""
    image_url: Text | None = None
    """Its picture, if no icon was uploaded."""
    data: Json = EMPTY
    """The driver's own settings."""
    supports_upload: bool = False
    """Whether files can be uploaded through it."""
    embedded: bool = False
    """Whether it is left out of the lists."""
    owner: Text | None = None
    """The user that it belongs to."""
    sharing: Annotated[tuple[Share, ...], items(128), KeyedBy("principalId")] = ()
    """Who else may use it."""

"""The contract between operator and gateways: what one row of the `config` table holds, as versioned JSON.

It is written by the operator and read by every gateway of this major version or an older minor one. A field may be
added with a default (minor); anything else is a new major version. It must never hold a secret in clear.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MAJOR, MINOR = 1, 1
PREFIX = "/api/endpoint/"  # of the paths of all Endpoints

Method = Literal["POST", "GET", "PUT", "PATCH", "DELETE"]


class Part(BaseModel):
    """A piece of configuration; unknown fields are of a newer minor version and are passed over."""

    # NaN and infinity are no JSON: they must not turn into null on the way, but be refused where rows are made.
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, ser_json_inf_nan="constants"
    )


class Pair(Part):
    """One mapping pair: `property` of the row gets what `source` (the manifest's `from`) names."""

    property: str
    source: str = Field(alias="from")


class Schema(Part):
    """A JSON Schema and every DataSchema that it reaches, by the URI `schema:<name>`."""

    root: Any
    resources: dict[str, Any] = {}


class Input(Part):
    """How a body becomes rows."""

    result_path: str | None = None
    mapping: tuple[Pair, ...] = ()
    validation: Schema | None = None


class FailCondition(Part):
    type: Literal["Equals", "Contains"]
    value: str


class FailRule(Part):
    conditions: tuple[FailCondition, ...]
    message: str


class FailMessage(Part):
    default: str | None = None
    rules: tuple[FailRule, ...] = ()


class TaskBinding(Part):
    """The task behind a method. `uid` is None while the Task is not there: its runs are not runnable."""

    name: str
    uid: str | None = None
    asynchronous: bool = False
    save_input: Literal["Always", "OnError", "Never"] = "Always"
    fail_status: int | None = None
    fail_message: FailMessage = FailMessage()


class Output(Part):
    step: str | None = None
    mapping: tuple[Pair, ...] = ()
    validation: Schema | None = None
    save: bool = False
    include_system_data: bool = True


class MethodConfig(Part):
    input: Input = Input()
    task: TaskBinding | None = None
    output: Output = Output()


class SecretSource(Part):
    """Where the operator reads a value: a key of a Secret in the namespace. Gateways have no use for it."""

    name: str
    key: str


class TokenDigest(Part):
    """SHA-256 digests (hex) of one token's valid values and the methods it opens. `primary` is the operator's own.

    `secret` lets a token that is taken away close at once, even while an earlier generation is served.
    """

    name: str
    methods: tuple[Method, ...]
    digests: tuple[str, ...]
    secret: SecretSource | None = None


class Index(Part):
    """What is indexed. `id` is what its values are stored under: see `index_id`; None is of a 1.0 operator."""

    id: int | None = None
    name: str
    method: Method
    source: Literal["Input", "Output"]
    path: str
    type: Literal["Text", "Number", "Boolean", "Timestamp"] = "Text"


class ExampleRequest(Part):
    """A request to the endpoint's own address: of `body` and `text` (sent as it stands) one at most is given."""

    method: Method = "POST"
    query: dict[str, str | list[str]] = {}
    headers: dict[str, str] = {}
    body: Any = None
    text: str | None = None
    token: bool = True


class ExampleResponse(Part):
    """The expected status, and what the body must at least hold; `has_body` tells null from nothing."""

    status: int
    has_body: bool = False
    body: Any = None


class Example(Part):
    """A contract example: what the endpoint must answer, without side effects, before it is served."""

    name: str
    request: ExampleRequest = ExampleRequest()
    response: ExampleResponse


class Config(Part):
    """What every row has. `version` is [major, minor] of the writer."""

    version: tuple[int, int] = (MAJOR, MINOR)
    namespace: str
    name: str


class EndpointConfig(Config):
    """`retention_days` is the Company's where the Endpoint has none; `reindex` is the annotation's value."""

    kind: Literal["Endpoint"] = "Endpoint"
    company: str
    group: str
    slug: str
    paused: bool = False
    authentication: Literal["None", "Token", "Internal"] = "Token"
    token_in_query: bool = True
    tokens: tuple[TokenDigest, ...] = ()
    allowed_ips: Annotated[tuple[str, ...], Field(alias="allowedIPs")] = ()
    max_message_bytes: int | None = None
    allow_deleting: bool = False
    output_type: Literal["Input", "Output", "InputAndOutput"] = "Input"
    retention_days: int | None = None
    redact: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    reindex: str | None = None
    wait_time_seconds: float = 5
    display_name: str | None = None
    examples: tuple[Example, ...] = ()
    methods: dict[Method, MethodConfig]

    @property
    def address(self) -> str:
        """Three slugs."""
        return f"{self.company}/{self.group}/{self.slug}"

    @property
    def path(self) -> str:
        """Where it is served."""
        return PREFIX + self.address


class CompanyConfig(Config):
    kind: Literal["Company"] = "Company"
    slug: str
    display_name: str
    orchestrator: bool = True
    retention_days: int | None = None
    default_priority: int = 50
    fields: dict[str, str] = {}


class TaskConfig(Config):
    """`spec` is the manifest's, defaults filled in; the rest is what its references came to."""

    kind: Literal["Task"] = "Task"
    spec: dict[str, Any]
    priority: int
    schemas: dict[str, Any] = {}
    integrations: dict[str, str] = {}
    tasks: dict[str, str] = {}


class IntegrationConfig(Config):
    """`spec` is the manifest's, defaults filled in. Credentials are in the row's sealed part, never here."""

    kind: Literal["Integration"] = "Integration"
    slug: str
    spec: dict[str, Any]


class AgentConfig(Config):
    kind: Literal["Agent"] = "Agent"
    display_name: str
    digests: tuple[str, ...] = ()
    secret: SecretSource | None = None
    allowed_hosts: tuple[str, ...] = ()


AnyConfig = EndpointConfig | CompanyConfig | TaskConfig | IntegrationConfig | AgentConfig
MODELS: dict[str, type[AnyConfig]] = {
    "Endpoint": EndpointConfig,
    "Company": CompanyConfig,
    "Task": TaskConfig,
    "Integration": IntegrationConfig,
    "Agent": AgentConfig,
}

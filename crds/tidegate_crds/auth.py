"""How an integration proves itself: one model for each `authType`. None holds a secret, only where it is."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tidegate_crds.common import MediaType, NameRef, Program, SecretKeyRef, Templates, Text, Uri
from tidegate_crds.model import EMPTY, Model
from tidegate_crds.rules import Rule, needs_when

LoginMethod = Literal["GET", "POST", "PUT"]


class OAuth2(Model):
    """OAuth 2.0: who the client is and where the provider's addresses are."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        needs_when(
            "grant",
            "AuthorizationCode",
            "authUri",
            default="AuthorizationCode",
            message="The grant AuthorizationCode needs authUri: where people are sent to consent.",
        ),
        needs_when(
            "grant",
            "ClientCredentials",
            "clientSecretRef",
            message="The grant ClientCredentials needs clientSecretRef.",
        ),
    )

    grant: Literal["AuthorizationCode", "ClientCredentials"] = "AuthorizationCode"
    """AuthorizationCode: a person consents. ClientCredentials: the client speaks for itself."""
    auth_uri: Uri | None = None
    """Authorization endpoint, where people are sent to consent."""
    token_uri: Uri
    """Token endpoint."""
    revocation_uri: Uri | None = None
    """Revocation endpoint; tokens are revoked there when a connection is deleted."""
    scope: Text | None = None
    """Scopes, separated by spaces."""
    client_id: Annotated[Text, Field(min_length=1)]
    """The client's identifier at the provider."""
    client_secret_ref: SecretKeyRef | None = None
    """The client's secret. Absent: a public client."""
    basic_token_auth: bool = False
    """Whether identifier and secret go to the token endpoint by Basic authentication instead of in the body."""
    pkce: bool = True
    """Whether PKCE (S256) protects the authorization code."""


class ApiKey(Model):
    """A key that goes with each request."""

    WHOLE: ClassVar[bool] = True

    secret_ref: SecretKeyRef | None = None
    """The key. Absent: each connection brings its own."""
    location: Literal["Header", "Query"] = "Header"
    """Where the key goes."""
    name: Annotated[Text, Field(min_length=1)] = "X-API-Key"
    """Name of the header or of the query parameter."""


class Basic(Model):
    """User name and password."""

    WHOLE: ClassVar[bool] = True

    secret_ref: NameRef | None = None
    """The Secret with the keys `username` and `password`. Absent: each connection brings its own."""


class Bearer(Model):
    """A bearer token that stays as it is."""

    WHOLE: ClassVar[bool] = True

    secret_ref: SecretKeyRef | None = None
    """The token. Absent: each connection brings its own."""


class Revoke(Model):
    """The request that makes a token invalid when its connection is deleted."""

    method: LoginMethod = "POST"
    """HTTP method."""
    relative_uri: Text
    """Handlebars template that is appended to apiBaseUri."""
    headers: Templates = EMPTY
    """Headers; values are Handlebars templates."""
    body: Program | None = None
    """Handlebars template of the body."""


class Refresh(Model):
    """The request that gets a new token when the old one has run out."""

    method: LoginMethod = "POST"
    """HTTP method."""
    relative_uri: Text | None = None
    """Handlebars template that is appended to apiBaseUri."""
    headers: Templates = EMPTY
    """Headers; values are Handlebars templates."""
    body: Program | None = None
    """Handlebars template of the body; `{{connection.http.encrypted.<key>}}` reaches encryptedRef."""
    media_type: MediaType | None = None
    """Form of the body. Default: the integration's."""
    token_path: Annotated[Text, Field(min_length=1)] = "$.access_token"  # noqa: S105 - a path, not a token
    """JSONPath of the new token in the answer. Nothing there: the refresh has failed."""
    revoke: Revoke | None = None
    """The request that makes a token invalid when its connection is deleted."""


class TokenAuth(Model):
    """A token, how it is sent and how it is renewed."""

    WHOLE: ClassVar[bool] = True
    RULES: ClassVar[tuple[Rule, ...]] = (
        needs_when("sendVia", "Url", "parameterName", message="sendVia Url needs parameterName: the query parameter."),
        needs_when(
            "sendVia", "Body", "parameterName", message="sendVia Body needs parameterName: the property or form field."
        ),
    )

    secret_ref: SecretKeyRef | None = None
    """The token. Absent: each connection brings its own, or refresh gets one."""
    send_via: Literal["Header", "Url", "Body"] = "Header"
    """Where the token goes."""
    header_name: Annotated[Text, Field(min_length=1)] = "Authorization"
    """Name of the header (Header)."""
    header_scheme: Text | None = None
    """What stands before the token in the header, such as Bearer. Absent: nothing."""
    parameter_name: Annotated[Text, Field(min_length=1)] | None = None
    """The query parameter (Url), or the body's property or form field (Body)."""
    refresh: Refresh | None = None
    """How a new token is got. Absent: the token stays as it is."""


class Cookie(Model):
    """A login whose cookie goes with each request."""

    method: LoginMethod = "POST"
    """HTTP method of the login."""
    relative_uri: Text
    """Handlebars template that is appended to apiBaseUri."""
    body: Program | None = None
    """Handlebars template of the login's body; `{{connection.http.encrypted.<key>}}` reaches encryptedRef."""
    success_status: Annotated[int, Field(ge=100, le=599)] | None = None
    """The status that means logged in. Absent: any 2xx."""


class Custom(Model):
    """Headers and query parameters of one's own making, over `connection.http.*`."""

    WHOLE: ClassVar[bool] = True

    headers: Templates = EMPTY
    """Headers; values are Handlebars templates."""
    query: Templates = EMPTY
    """Query parameters; values are Handlebars templates."""

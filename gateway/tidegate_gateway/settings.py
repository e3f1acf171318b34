"""What the environment may say: every `TIDEGATE_*` variable, once. Only composition roots read it."""

import secrets
import socket
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def pod_name() -> str:
    """A name for this process that no other has, not even an earlier one of the same pod."""
    return f"{socket.gethostname()}-{secrets.token_hex(3)}"


class Settings(BaseSettings):
    """Settings of the gateway and the operator; unknown `TIDEGATE_*` variables are not an error."""

    model_config = SettingsConfigDict(env_prefix="TIDEGATE_", extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    database_listen_url: SecretStr | None = None
    listen: str = "0.0.0.0:8080"
    admin_listen: str = "0.0.0.0:9090"
    public_url: str | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=16)] = 0
    max_body_kb: Annotated[int, Field(ge=1)] = 102_400
    max_bodies_mb: Annotated[int, Field(ge=1)] = 512
    watch_namespaces: Annotated[str, NoDecode] = ""
    grace_seconds: Annotated[float, Field(gt=0)] = 25
    encryption_keys: SecretStr | None = None
    pod_name: str = Field(default_factory=pod_name)
    pgbouncer: bool = False
    lease_name: str = "tidegate-operator"
    lease_namespace: str | None = None

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces to watch; empty means all."""
        return tuple(name for part in self.watch_namespaces.split(",") if (name := part.strip()))

    @property
    def listen_url(self) -> str:
        """Where to LISTEN: PostgreSQL itself, also where everything else goes through PgBouncer."""
        return (self.database_listen_url or self.database_url).get_secret_value()

"""Configurations for tests, made short: what a test does not name has a sound value."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from tidegate_gateway.config.model import EndpointConfig, IntegrationConfig
from tidegate_gateway.config.rows import ConfigRow, make_row
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.secrets import Key, Sealer

SEALER = Sealer([Key("2025", b"n" * 32)])


def uid_of(name: str) -> str:
    """A uid that goes with a name."""
    return str(uuid5(UUID(int=0), name))


def endpoint(name: str = "orders", **changes: Any) -> EndpointConfig:
    """An Endpoint in the namespace `acme`, at acme/main/<name>."""
    values = {"namespace": "acme", "name": name, "company": "acme", "group": "main", "slug": name, "methods": {}}
    return EndpointConfig.model_validate(values | changes)


def endpoint_row(name: str = "orders", generation: int = 1, uid: str | None = None, **changes: Any) -> ConfigRow:
    """The row of an Endpoint."""
    return make_row(endpoint(name, **changes), uid or uid_of(name), generation)


def integration_row(name: str = "crm", sealer: Sealer = SEALER, **secrets: bytes) -> ConfigRow:
    """The row of an Integration with credentials."""
    config = IntegrationConfig(namespace="acme", name=name, slug=name, spec={})
    return make_row(config, uid_of(name), 1, secrets, sealer)


def rows_of(rows: Iterable[ConfigRow]) -> dict[Ref, ConfigRow]:
    """As a publisher wants them."""
    return {row.ref: row for row in rows}

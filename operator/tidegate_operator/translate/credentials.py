"""The credentials that Integrations and Tasks take from Secrets: which there are, what is missing, their values.

They are read off a configuration, so that those of an earlier generation follow their Secrets as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate_gateway.config.model import AnyConfig, IntegrationConfig, SecretSource, TaskConfig
from tidegate_operator.store import Secret
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import SPEC, At
from tidegate_operator.translate.secret_values import read_value, value_of
from tidegate_operator.translate.view import View

ENCRYPTED = "encrypted"
AUTH_MEMBERS = {"OAuth2": "oAuth2", "ApiKey": "apiKey", "Basic": "basic", "Bearer": "bearer", "Token": "token"}


@dataclass(frozen=True, slots=True)
class Credential:
    """One value: the field that it is sealed under, where it is read, where that is written, and what it is."""

    field: str
    source: SecretSource
    at: At
    what: str


def credentials_of(config: AnyConfig) -> Iterator[Credential]:
    """The single values that a configuration needs."""
    match config:
        case IntegrationConfig():
            yield from _of_integration(config.spec)
        case TaskConfig():
            yield from _of_task(config.spec)


def values(config: AnyConfig, view: View) -> dict[str, bytes]:
    """All that there is now, by field. What is missing is left out."""
    found = {credential.field: read_value(credential.source, view) for credential in credentials_of(config)}
    if name := _encrypted_ref(config):
        secret = view.secret(name)
        data = secret.data if isinstance(secret, Secret) else {}
        found |= {f"{ENCRYPTED}.{key}": value_of(secret, key) for key in data if isinstance(secret, Secret)}
    return {field: value for field, value in found.items() if value}


def need(config: AnyConfig, findings: Findings) -> None:
    """Say what is wanted; what there is, is served, and calls fail for want of the rest."""
    for credential in credentials_of(config):
        findings.need(credential.source.name, credential.source.key, credential.at, credential.what)
    if name := _encrypted_ref(config):
        findings.need(name, None, (*SPEC, "encryptedRef"), "a key for each encrypted field of the connection")


def _of_integration(spec: Mapping[str, Any]) -> Iterator[Credential]:
    member = AUTH_MEMBERS.get(spec.get("authType", "None"), "")
    auth = spec.get(member, {})
    if member == "oAuth2" and "clientSecretRef" in auth:
        source = SecretSource(**auth["clientSecretRef"])
        yield Credential("oAuth2.clientSecret", source, (*SPEC, member, "clientSecretRef"), "the client's secret")
    elif member == "basic" and "secretRef" in auth:
        for key in ("username", "password"):
            source = SecretSource(name=auth["secretRef"]["name"], key=key)
            yield Credential(f"basic.{key}", source, (*SPEC, member, "secretRef"), f"the {key}")
    elif "secretRef" in auth:
        source = SecretSource(**auth["secretRef"])
        yield Credential(f"{member}.secret", source, (*SPEC, member, "secretRef"), "the credential")


def _of_task(spec: Mapping[str, Any]) -> Iterator[Credential]:
    for index, step in enumerate(spec.get("steps", ())):
        if sql := step.get("sql"):
            source = SecretSource(**sql["secretRef"])
            at = (*SPEC, "steps", index, "sql", "secretRef")
            yield Credential(f"sql.{step['name']}", source, at, "the connection string")


def _encrypted_ref(config: AnyConfig) -> str | None:
    if not isinstance(config, IntegrationConfig):
        return None
    name: str | None = config.spec.get("encryptedRef", {}).get("name")
    return name

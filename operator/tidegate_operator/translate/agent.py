"""Agent: what it proves itself with, and where it may call."""

import ipaddress
import re

from tidegate_crds.agent import AgentSpec
from tidegate_crds.conditions import Reason
from tidegate_gateway.config.model import AgentConfig, SecretSource
from tidegate_operator.store import Resource
from tidegate_operator.translate.facts import Built
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.places import SPEC, At
from tidegate_operator.translate.view import View

HOST_PORT = re.compile(r"(\[(?P<v6>[0-9A-Fa-f:.]+(/\d+)?)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")
HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
NUMERIC = re.compile(r"[0-9./]+")


def build(resource: Resource, view: View) -> Built:
    """The agent's configuration. Without its Secret it is served all the same: nobody can connect as it."""
    findings = Findings()
    spec = read_spec(AgentSpec, resource, findings)
    if spec is None:
        return findings.built()
    for index, host in enumerate(spec.allowed_hosts):
        _check_host(host, findings, (*SPEC, "allowedHosts", index))
    findings.need(spec.secret_ref.name, spec.secret_ref.key, (*SPEC, "secretRef"), "the agent's token")
    draft = AgentConfig(
        namespace=resource.key.namespace,
        name=resource.key.name,
        display_name=spec.display_name or resource.key.name,
        secret=SecretSource(name=spec.secret_ref.name, key=spec.secret_ref.key),
        allowed_hosts=spec.allowed_hosts,
    )
    return findings.built(draft)


def _check_host(text: str, findings: Findings, at: At) -> None:
    parts = HOST_PORT.fullmatch(text)
    if parts is None or not 1 <= int(parts["port"]) <= 65_535:
        findings.refuse(
            Reason.INVALID_ADDRESS, at, "Give a host and a port from 1 to 65535, such as db.example.com:5432."
        )
    elif mistake := _mistake(parts["v6"] or parts["host"]):
        findings.refuse(Reason.INVALID_ADDRESS, at, mistake)


def _mistake(host: str) -> str | None:
    if not NUMERIC.fullmatch(host) and ":" not in host:
        return None if HOST_NAME.fullmatch(host) else "Give a host name, an address or a network before the port."
    try:
        network = ipaddress.ip_network(host, strict=False)
    except ValueError:
        return "Give an address such as 10.20.0.7 or a network such as 10.20.0.0/16 before the port."
    if ipaddress.ip_address(host.partition("/")[0]) != network.network_address:
        return f"{host} has host bits: give the network itself, {network}."
    return None

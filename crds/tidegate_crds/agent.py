"""Agent: a process on someone's premises that makes calls which can't be made from here."""

from typing import Annotated

from tidegate_crds.common import Host, SecretKeyRef, Text
from tidegate_crds.model import Model, items
from tidegate_crds.rules import Distinct


class AgentSpec(Model):
    """An on-premise agent, what it proves itself with and where it may call."""

    display_name: Text | None = None
    """Name for people. Default: the resource's name."""
    secret_ref: SecretKeyRef
    """The token with which the agent connects."""
    allowed_hosts: Annotated[tuple[Host, ...], items(256), Distinct()] = ()
    """Where the agent may call: `host:port`, `address:port` or `network:port`. Empty: nowhere."""

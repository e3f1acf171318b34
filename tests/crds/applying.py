"""Applying manifests to the real API server as one of several managers, and looking at what became of them."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from tests.controlplane.kubectl import Kubectl
from tidegate_crds.kinds import GROUP, KINDS


@contextmanager
def passing_namespace(kubectl: Kubectl) -> Iterator[str]:
    """A fresh namespace for several tests; it begins to go at the end."""
    name = f"crds-{secrets.token_hex(4)}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def apply(kubectl: Kubectl, namespace: str, manager: str, manifest: dict[str, Any]) -> str:
    """Server-side apply under a manager's name; what the server says against it, or nothing."""
    options = ("--server-side", f"--field-manager={manager}", f"--namespace={namespace}", "--filename=-")
    return kubectl("apply", *options, stdin=yaml.safe_dump(manifest), check=False).stderr


def stored(kubectl: Kubectl, namespace: str, kind: str, name: str = "test") -> dict[str, Any]:
    """The resource as the API server has it."""
    shown = kubectl("get", f"{KINDS[kind].plural}.{GROUP}", name, f"--namespace={namespace}", "--output=json")
    found: dict[str, Any] = json.loads(shown.stdout)
    return found

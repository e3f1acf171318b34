"""Applying manifests to the real API server as one of several managers, and looking at what became of them."""

import json
from typing import Any

import yaml

from tests.controlplane.kubectl import Kubectl
from tidegate_crds.kinds import GROUP, KINDS


def apply(kubectl: Kubectl, namespace: str, manager: str, manifest: dict[str, Any]) -> str:
    """Server-side apply under a manager's name; what the server says against it, or nothing."""
    options = ("--server-side", f"--field-manager={manager}", f"--namespace={namespace}", "--filename=-")
    return kubectl("apply", *options, stdin=yaml.safe_dump(manifest), check=False).stderr


def stored(kubectl: Kubectl, namespace: str, kind: str, name: str = "test") -> dict[str, Any]:
    """The resource as the API server has it."""
    shown = kubectl("get", f"{KINDS[kind].plural}.{GROUP}", name, f"--namespace={namespace}", "--output=json")
    found: dict[str, Any] = json.loads(shown.stdout)
    return found

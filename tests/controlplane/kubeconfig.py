"""Kubeconfig files: one cluster, one user with a token, readable by their owner alone."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def cluster_entry(url: str, authority: bytes) -> dict[str, str]:
    """The `cluster` of a kubeconfig: its address and the PEM of the authority that signed its certificate."""
    return {"server": url, "certificate-authority-data": base64.b64encode(authority).decode()}


def write_kubeconfig(path: Path, cluster: Mapping[str, Any], token: str, namespace: str = "default") -> Path:
    """Write a kubeconfig that speaks to a cluster with a bearer token."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "tests",
        "clusters": [{"name": "tests", "cluster": dict(cluster)}],
        "users": [{"name": "tests", "user": {"token": token}}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests", "namespace": namespace}}],
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content))
    return path

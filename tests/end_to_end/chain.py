"""What runs in a cluster: two operators and two gateways in processes of their own, watching one namespace."""

import base64
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import aiohttp

from tests.controlplane.kubectl import Kubectl
from tests.controlplane.ports import free_port
from tests.end_to_end.callers import Caller
from tests.processes import Process


class Chain:
    """The processes, and what a person does with them."""

    def __init__(self, namespace: str, kubectl: Kubectl, database_url: str, kubeconfig: Path, folder: Path) -> None:
        self.namespace, self._kubectl = namespace, kubectl
        self.env = {"TIDEGATE_DATABASE_URL": database_url, "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}
        operator = self.env | {
            "KUBECONFIG": str(kubeconfig),
            "TIDEGATE_WATCH_NAMESPACES": namespace,
            "TIDEGATE_LEASE_NAMESPACE": namespace,
        }
        self.ports = [free_port(), free_port()]
        self.operators = [Process("operator", env=operator, log=folder / f"operator-{n}.log") for n in (1, 2)]
        self.gateways = [
            Process(
                "gateway", env=self.env | {"TIDEGATE_LISTEN": f"127.0.0.1:{port}"}, log=folder / f"gateway-{port}.log"
            )
            for port in self.ports
        ]

    def kubectl(self, *arguments: str, stdin: str = "", check: bool = True) -> CompletedProcess[str]:
        """kubectl in the namespace."""
        return self._kubectl(*arguments, f"--namespace={self.namespace}", stdin=stdin, check=check)

    def apply(self, manifests: str) -> None:
        """`kubectl apply` of manifests in which SLUG stands for the namespace."""
        self.kubectl("apply", "-f", "-", stdin=manifests.replace("SLUG", self.namespace))

    def wait(self, name: str, condition: str = "Ready") -> None:
        """Until a condition of an Endpoint is True, or as it is given: `Ready=False`."""
        self.kubectl("wait", f"--for=condition={condition}", "--timeout=90s", f"endpoints.tidegate.dev/{name}")

    def status(self, name: str) -> dict[str, Any]:
        """The status of an Endpoint."""
        found = self.kubectl("get", f"endpoints.tidegate.dev/{name}", "-o", "json")
        status: dict[str, Any] = json.loads(found.stdout)["status"]
        return status

    def tokens(self, name: str) -> dict[str, str]:
        """The primary tokens of an Endpoint, by method."""
        found = self.kubectl("get", "secret", f"{name}-tokens", "-o", "json")
        return {method: base64.b64decode(text).decode() for method, text in json.loads(found.stdout)["data"].items()}

    def callers(self, session: aiohttp.ClientSession, group: str, name: str, tokens: dict[str, str]) -> list[Caller]:
        """A caller of an Endpoint at each gateway."""
        path = f"/api/endpoint/{self.namespace}/{group}/{name}"
        return [Caller(session, f"http://127.0.0.1:{port}{path}", tokens) for port in self.ports]

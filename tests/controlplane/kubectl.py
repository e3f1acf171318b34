"""kubectl, bound to a kubeconfig: how the tests speak to the API server as a person would."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.controlplane.build import cache_folder
from tests.controlplane.errors import KubectlError

PATIENCE = 120.0


def find_kubectl(environment: Mapping[str, str]) -> str:
    """The kubectl on PATH, else the one beside the servers. KubectlError when there is none."""
    servers = environment.get("KUBEBUILDER_ASSETS") or str(cache_folder(environment))
    found = shutil.which("kubectl", path=environment.get("PATH", "")) or shutil.which("kubectl", path=servers)
    if found is None:
        raise KubectlError(
            "kubectl is neither on PATH nor beside the servers: install it, or run `python -m tests.controlplane build`"
        )
    return found


class Kubectl:
    """Runs kubectl with one kubeconfig; its discovery cache lies beside that file, never in the user's home."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self._program = find_kubectl(os.environ)
        self._environment = {**os.environ, "KUBECACHEDIR": str(kubeconfig.parent / "kubectl-cache")}

    def __call__(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `kubectl <arguments>` with this standard input; KubectlError if it fails, unless `check` is off."""
        outcome = subprocess.run(
            [self._program, "--kubeconfig", str(self.kubeconfig), *arguments],
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if check and outcome.returncode:
            raise KubectlError(f"kubectl {' '.join(arguments)} failed: {outcome.stderr.strip()}", outcome.stderr)
        return outcome

    def cluster(self) -> dict[str, Any]:
        """The `cluster` of the kubeconfig's current context: its address and what makes it trusted."""
        view = self("config", "view", "--raw", "--minify", "--flatten", "--output=json")
        found: dict[str, Any] = json.loads(view.stdout)["clusters"][0]["cluster"]
        return found

"""Puts custom resource definitions on a cluster and waits until the API server serves them."""

from pathlib import Path

from tests.controlplane.errors import KubectlError
from tests.controlplane.kubectl import Kubectl

CRDS = Path(__file__).parents[2] / "crds"


def apply_crds(kubeconfig: Path, folder: Path = CRDS) -> None:
    """Apply each `*.yaml` of a folder (by default the repository's) server-side; returns when all are established."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise KubectlError(f"{folder} holds no *.yaml: generate the definitions first (`make crds`)")
    files = [f"--filename={path}" for path in paths]
    kubectl = Kubectl(kubeconfig)
    kubectl("apply", "--server-side", "--force-conflicts", *files)
    kubectl("wait", "--for=condition=Established", "--timeout=60s", *files)

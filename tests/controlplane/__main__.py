"""`python -m tests.controlplane build` builds the servers ahead of the tests; `… run` starts them for a person."""

import os
import signal
import tempfile
import threading
from pathlib import Path

import typer

from tests.controlplane.binaries import find_binaries
from tests.controlplane.crds import apply_crds
from tests.controlplane.errors import ControlPlaneError
from tests.controlplane.launcher import ControlPlane

app = typer.Typer(add_completion=False, no_args_is_help=True, help="A real Kubernetes control plane for tests.")


@app.command()
def build() -> None:
    """Build kube-apiserver, kube-controller-manager, etcd and kubectl, unless that was done before."""
    typer.echo(f"the servers are in {find_binaries(os.environ, typer.echo).folder}")


@app.command()
def run() -> None:
    """Start a control plane with Tidegate's resources, print how to use it, and end it with Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    binaries = find_binaries(os.environ, lambda line: typer.echo(line, err=True))
    with tempfile.TemporaryDirectory(prefix="tidegate-") as folder, ControlPlane(binaries, Path(folder)) as plane:
        apply_crds(plane.kubeconfig)
        typer.echo(f"export KUBECONFIG={plane.kubeconfig}")
        threading.Event().wait()


def main() -> None:
    """Run a command; what goes wrong is one sentence, not a traceback."""
    try:
        app(prog_name="python -m tests.controlplane")
    except ControlPlaneError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.controlplane.binaries import Binaries
from tests.controlplane.kubectl import Kubectl
from tests.supervise import ROOT

CLI = [sys.executable, "-m", "tests.controlplane"]


def test_build_says_where_the_servers_are(control_plane_binaries: Binaries) -> None:
    outcome = subprocess.run([*CLI, "build"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert outcome.stdout == f"the servers are in {control_plane_binaries.folder}\n"


def test_what_goes_wrong_is_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "KUBEBUILDER_ASSETS": str(tmp_path)}
    outcome = subprocess.run([*CLI, "build"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("The tests need a real Kubernetes API server, and KUBEBUILDER_ASSETS names")


def test_run_serves_until_it_is_ended(control_plane_binaries: Binaries) -> None:
    with subprocess.Popen([*CLI, "run"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            assert said.startswith("export KUBECONFIG=/")
            kubeconfig = Path(said.removeprefix("export KUBECONFIG=").strip())
            assert "endpoints.tidegate.dev" in Kubectl(kubeconfig)("get", "crds", "--output=name").stdout
        finally:
            process.send_signal(signal.SIGTERM)
    assert not kubeconfig.exists()

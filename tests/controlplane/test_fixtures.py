"""The fixtures as others use them: in a pytest run of its own, over several workers or on a cluster that is given."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.ports import is_served
from tests.controlplane.waiting import until
from tests.supervise import ROOT

SUITE = """
import json, os, pathlib, threading, pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number, control_plane, namespace, kubectl):
    kubectl("get", "namespace", namespace)
    seen = {"url": control_plane.url, "namespace": namespace, "worker": os.environ.get("PYTEST_XDIST_WORKER")}
    note = pathlib.Path(f"{number}.unfinished")
    note.write_text(json.dumps(seen))
    note.rename(f"{number}.json")
    if "HANG" in os.environ:
        threading.Event().wait()
"""


def start_suite(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """SUITE in a pytest of its own."""
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.controlplane.fixtures", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        [*command, f"--basetemp={folder / 'temp'}"],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def run_suite(folder: Path, *arguments: str, **environment: str) -> str:
    """What SUITE prints in a pytest of its own."""
    with start_suite(folder, *arguments, **environment) as run:
        return run.communicate()[0]


def seen_in(folder: Path) -> list[dict[str, Any]]:
    """What each of SUITE's tests saw."""
    return [json.loads(path.read_text()) for path in folder.glob("?.json")]


def test_all_workers_share_one_control_plane_that_ends_with_them(tmp_path: Path) -> None:
    assert "4 passed" in run_suite(tmp_path, "-n2")
    seen = seen_in(tmp_path)
    assert {test["worker"] for test in seen} == {"gw0", "gw1"}
    assert len({test["namespace"] for test in seen}) == 4
    [url] = {test["url"] for test in seen}
    until(lambda: not is_served(url), "the servers' end")


def test_a_killed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with start_suite(tmp_path, "-n2", HANG="1") as run:
        until(lambda: len(seen_in(tmp_path)) == 2, "two tests at once", seconds=60)
        [url] = {test["url"] for test in seen_in(tmp_path)}
        assert is_served(url)
        run.kill()
    until(lambda: not is_served(url), "the servers' end", seconds=60)


def test_a_given_cluster_is_used_as_it_is_and_left_clean(
    tmp_path: Path, control_plane: Cluster, kubectl: Kubectl
) -> None:
    assert "4 passed" in run_suite(tmp_path, "-n0", TIDEGATE_TEST_KUBECONFIG=str(control_plane.kubeconfig))
    assert {test["url"] for test in seen_in(tmp_path)} == {control_plane.url}
    for test in seen_in(tmp_path):
        phase = kubectl(
            "get", "namespace", test["namespace"], "--ignore-not-found", "--output=jsonpath={.status.phase}"
        )
        assert phase.stdout in ("", "Terminating")


def test_without_a_control_plane_the_tests_fail_with_a_sentence_and_none_is_skipped(tmp_path: Path) -> None:
    printed = run_suite(tmp_path, "-n0", TIDEGATE_TEST_KUBECONFIG="/nowhere")
    assert "TIDEGATE_TEST_KUBECONFIG names /nowhere, which is no file." in printed
    assert "4 errors in" in printed

import os
from pathlib import Path

import pytest

from tests.controlplane.binaries import NAMES, Binaries, find_binaries, given_cluster
from tests.controlplane.build import cache_folder
from tests.controlplane.errors import NoBinariesError


def silent(line: str) -> None:
    """Says nothing."""


def test_without_the_variable_no_cluster_is_given() -> None:
    assert given_cluster({}) is None
    assert given_cluster({"TIDEGATE_TEST_KUBECONFIG": ""}) is None


def test_a_given_cluster_is_taken(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.touch()
    assert given_cluster({"TIDEGATE_TEST_KUBECONFIG": str(kubeconfig)}) == kubeconfig


def test_a_given_cluster_without_a_file_is_refused() -> None:
    with pytest.raises(NoBinariesError, match=r"TIDEGATE_TEST_KUBECONFIG names /nowhere, which is no file\. Do one of"):
        given_cluster({"TIDEGATE_TEST_KUBECONFIG": "/nowhere"})


def test_given_servers_come_before_built_ones(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).touch()
    found = find_binaries({**os.environ, "KUBEBUILDER_ASSETS": str(tmp_path)}, silent)
    assert found == Binaries(tmp_path)
    assert found.etcd == tmp_path / "etcd"


def test_given_servers_that_are_incomplete_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "kube-apiserver").touch()
    with pytest.raises(NoBinariesError, match="which has no kube-controller-manager and no etcd"):
        find_binaries({"KUBEBUILDER_ASSETS": str(tmp_path)}, silent)


def test_built_servers_are_the_last_choice(tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    cache_folder(environment).mkdir(parents=True)
    assert find_binaries(environment, silent) == Binaries(cache_folder(environment))

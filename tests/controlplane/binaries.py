"""Which control plane the tests use: a cluster that is given, servers that are given, or servers built here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.build import Say, build
from tests.controlplane.errors import NoBinariesError

NAMES = ("kube-apiserver", "kube-controller-manager", "etcd")


@dataclass(frozen=True)
class Binaries:
    """A folder that holds the three servers."""

    folder: Path

    @property
    def apiserver(self) -> Path:
        """kube-apiserver."""
        return self.folder / "kube-apiserver"

    @property
    def controller_manager(self) -> Path:
        """kube-controller-manager."""
        return self.folder / "kube-controller-manager"

    @property
    def etcd(self) -> Path:
        """etcd, which keeps the API server's data."""
        return self.folder / "etcd"


def given_cluster(environment: Mapping[str, str]) -> Path | None:
    """The kubeconfig of a cluster to use as it is (TIDEGATE_TEST_KUBECONFIG); NoBinariesError if it names no file."""
    named = environment.get("TIDEGATE_TEST_KUBECONFIG")
    if not named:
        return None
    if not Path(named).is_file():
        raise NoBinariesError(f"TIDEGATE_TEST_KUBECONFIG names {named}, which is no file")
    return Path(named)


def find_binaries(environment: Mapping[str, str], say: Say) -> Binaries:
    """The servers in KUBEBUILDER_ASSETS, else those built from go.mod. NoBinariesError, BuildError."""
    named = environment.get("KUBEBUILDER_ASSETS")
    if not named:
        return Binaries(build(environment, say))
    missing = [name for name in NAMES if not (Path(named) / name).is_file()]
    if missing:
        raise NoBinariesError(f"KUBEBUILDER_ASSETS names {named}, which has no {' and no '.join(missing)}")
    return Binaries(Path(named))

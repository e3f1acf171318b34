"""The command lines of the three servers: everything on loopback, nothing that tests do not use."""

from collections.abc import Sequence
from pathlib import Path

from tests.controlplane.binaries import Binaries
from tests.controlplane.certificates import Certificates

Command = list[str | Path]
CONTROLLERS = "namespace-controller,garbage-collector-controller,serviceaccount-controller"


def etcd(binaries: Binaries, data: Path, url: str) -> Command:
    """One member that elects itself at once and never waits for the disk."""
    return [
        binaries.etcd,
        f"--data-dir={data}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        "--listen-peer-urls=http://127.0.0.1:0",
        "--heartbeat-interval=10",
        "--election-timeout=100",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def apiserver(
    binaries: Binaries, certificates: Certificates, tokens: Path, port: int, etcd_url: str, more: Sequence[str]
) -> Command:
    """An API server with RBAC that knows the users of a token file and service accounts; `more` is added at the end."""
    return [
        binaries.apiserver,
        f"--etcd-servers={etcd_url}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--secure-port={port}",
        f"--tls-cert-file={certificates.server}",
        f"--tls-private-key-file={certificates.server_key}",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={certificates.account_key}",
        f"--service-account-key-file={certificates.account_key}",
        "--etcd-compaction-interval=0",
        "--shutdown-watch-termination-grace-period=0s",
        "--profiling=false",
        *more,
    ]


def controller_manager(binaries: Binaries, kubeconfig: Path) -> Command:
    """Only what tests see: namespaces and dependents go away, namespaces get their default account."""
    return [
        binaries.controller_manager,
        f"--kubeconfig={kubeconfig}",
        f"--controllers={CONTROLLERS}",
        "--leader-elect=false",
        "--secure-port=0",
        "--profiling=false",
    ]

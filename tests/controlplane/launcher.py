"""A private control plane: starts the servers in order, and stops, pauses and ages the API server for tests of faults.

The shared one is never treated so: it only runs here, inside its supervisor.
"""

import base64
import json
import secrets
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.controlplane import flags
from tests.controlplane.binaries import Binaries
from tests.controlplane.certificates import make_certificates
from tests.controlplane.errors import DeadlineError, StartError
from tests.controlplane.kubeconfig import cluster_entry, write_kubeconfig
from tests.controlplane.ports import free_port
from tests.controlplane.server import Server
from tests.controlplane.waiting import until

READY_WITHIN = 90.0


class ControlPlane:
    """A context manager: inside it an API server answers at `url`, and `kubeconfig` makes its reader an administrator.

    `apiserver_flags` are added to the API server's command line. Files and logs are in `folder`. StartError, with the
    log, if a server does not come up.
    """

    def __init__(self, binaries: Binaries, folder: Path, apiserver_flags: Sequence[str] = ()) -> None:
        self.folder = folder
        self.url = f"https://127.0.0.1:{(port := free_port())}"
        self._token = secrets.token_urlsafe(24)
        self._etcd_url = f"http://127.0.0.1:{free_port()}"
        folder.mkdir(parents=True, exist_ok=True)
        certificates = make_certificates(folder, datetime.now(UTC))
        authority = certificates.authority.read_bytes()
        self.kubeconfig = write_kubeconfig(folder / "admin.kubeconfig", cluster_entry(self.url, authority), self._token)
        self._trust = ssl.create_default_context(cadata=authority.decode())
        tokens = _write_tokens(folder / "tokens.csv", self._token)
        command = flags.apiserver(binaries, certificates, tokens, port, self._etcd_url, apiserver_flags)
        self._etcd = Server(flags.etcd(binaries, folder / "etcd", self._etcd_url), folder)
        self._apiserver = Server(command, folder)
        self._controllers = Server(flags.controller_manager(binaries, self.kubeconfig), folder)

    def __enter__(self) -> Self:
        try:
            self._etcd.start()
            self.start_apiserver()
            self._controllers.start()
            self._wait_for("the controller manager", self._controllers, self._has_default_account)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def start_apiserver(self) -> None:
        """Start the API server, at the port and on the data it had before, and wait until it is ready."""
        self._apiserver.start()
        self._wait_for("the API server", self._apiserver, self._is_ready)

    def stop_apiserver(self) -> None:
        """End the API server; etcd and the controllers stay."""
        self._apiserver.stop()

    @contextmanager
    def paused_apiserver(self) -> Iterator[None]:
        """Freeze the API server meanwhile: connections stay open and nothing comes."""
        self._apiserver.pause()
        try:
            yield
        finally:
            self._apiserver.resume()

    def forget_history(self) -> None:
        """Make older resource versions 410 Gone: compact etcd, and restart the API server, which remembers too."""
        every_key = base64.b64encode(b"\0").decode()
        revision = self._ask_etcd("range", {"key": every_key})["header"]["revision"]
        self._ask_etcd("compaction", {"revision": revision, "physical": True})
        self.stop_apiserver()
        self.start_apiserver()

    def _stop(self) -> None:
        for server in (self._controllers, self._apiserver, self._etcd):
            server.stop()
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)

    def _wait_for(self, name: str, server: Server, ready: Callable[[], bool]) -> None:
        def answer() -> bool:
            self._etcd.check()
            server.check()
            return ready()

        try:
            until(answer, f"{name} becoming ready", seconds=READY_WITHIN)
        except DeadlineError as error:
            raise StartError(f"{error}. {server.said()}") from error

    def _is_ready(self) -> bool:
        return self._status_of("/readyz") == 200

    def _has_default_account(self) -> bool:
        return self._status_of("/api/v1/namespaces/default/serviceaccounts/default") == 200

    def _status_of(self, path: str) -> int | None:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self._token}"})
        try:
            with urllib.request.urlopen(request, timeout=5, context=self._trust) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return None

    def _ask_etcd(self, method: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(f"{self._etcd_url}/v3/kv/{method}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def _write_tokens(path: Path, token: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(f'{token},admin,admin,"system:masters"\n')
    return path

"""Every command of the README, run in its order as a newcomer runs it, in a folder that is like a checkout."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.ports import free_port
from tests.end_to_end.blocks import ROOT, blocks
from tests.postgres import open_folder
from tests.processes import Process
from tests.waiting import eventually

README = ROOT / "README.md"
COMMANDS = blocks(README, "sh")
MAKE_RUN, MAKE_TEST, VALIDATE_AND_UP, POST, LIST, CLUSTER = COMMANDS
WRITTEN = "127.0.0.1:8080"
CURL = re.compile(r"^curl .*$", re.MULTILINE)
CTRL_C = (0, 2, -signal.SIGINT)  # Tidegate says 0; make, which gets the signal too, either of the others


class Reader:
    """Somebody who reads the README and pastes from it; another address stands in for the one it names."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.listen = folder, f"127.0.0.1:{free_port()}"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("TIDEGATE_")}
        self.env |= {"TIDEGATE_LISTEN": self.listen, "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}

    def paste(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run lines in a shell; the test fails if one of them does."""
        script = "set -e\n" + commands.replace(WRITTEN, self.listen)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    @asynccontextmanager
    async def running(self, command: str) -> AsyncIterator[Callable[[], str]]:
        """A command that goes on until Ctrl-C, after which it must end well; gives what it has printed so far."""
        log = self.folder / "running.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command.split(), cwd=self.folder, env=self.env, stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield log.read_text
            os.killpg(process.pid, signal.SIGINT)
            async with asyncio.timeout(30):
                assert await process.wait() in CTRL_C, log.read_text()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def reader() -> Iterator[Reader]:
    with open_folder("tidegate-readme-") as folder:
        for name in (".venv", "Makefile", "requirements", "examples", "crds", "pyproject.toml"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "my").mkdir()
        (folder / "my" / "orders.yaml").write_text(blocks(README, "yaml")[0])
        yield Reader(folder)


async def test_make_run_prints_a_curl_line_that_works_and_finds_the_data_again(reader: Reader) -> None:
    for times in (1, 2):
        async with reader.running(MAKE_RUN.strip()) as output:
            assert '"ID"' in reader.paste(await _curl_line(output)).stdout
            token = reader.paste(".venv/bin/tidegate tokens default/sales/orders --method GET").stdout.strip()
            listed = reader.paste(
                f'curl -s http://{WRITTEN}/api/endpoint/default/sales/orders -H "Authorization: Bearer {token}"'
            )
            assert listed.stdout.count('"ID"') == times


async def _curl_line(output: Callable[[], str]) -> str:
    found = await eventually(lambda: CURL.search(output()), within=60)
    return found.group()


def test_make_test_is_what_it_says(reader: Reader) -> None:
    assert "pytest" in reader.paste(f"{MAKE_TEST.strip()} --dry-run").stdout


async def test_a_first_endpoint(reader: Reader) -> None:
    validate, up = VALIDATE_AND_UP.strip().splitlines()
    reader.paste(validate)
    async with reader.running(up) as output:
        await eventually(lambda: "curl " in output(), within=60)
        assert "201 Created" in reader.paste(POST).stdout
        assert '"Input":{"id": 1}' in reader.paste(LIST).stdout


async def test_on_a_cluster(
    reader: Reader,
    crds: Cluster,
    kubectl: Kubectl,
    namespace: str,
    account: Callable[[Path], Path],
    database_url: str,
) -> None:
    kubeconfig = account(ROOT / "charts/tidegate/files/operator-roles.yaml")
    common = {"TIDEGATE_DATABASE_URL": database_url, "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}
    operator = {"KUBECONFIG": str(kubeconfig), "TIDEGATE_WATCH_NAMESPACES": namespace}
    operator["TIDEGATE_LEASE_NAMESPACE"] = namespace
    reader.env["KUBECONFIG"] = str(_in_namespace(kubectl, namespace, reader.folder))
    async with (
        Process("operator", env=common | operator, log=reader.folder / "operator.log"),
        Process("gateway", env=common | {"TIDEGATE_LISTEN": "127.0.0.1:0"}, log=reader.folder / "gateway.log"),
    ):
        done = await asyncio.to_thread(reader.paste, CLUSTER)
    assert "endpoint.tidegate.dev/orders condition met" in done.stdout


def _in_namespace(kubectl: Kubectl, namespace: str, folder: Path) -> Path:
    """An administrator's kubeconfig whose context is in the test's namespace."""
    path = folder / "admin.kubeconfig"
    path.write_text(kubectl.kubeconfig.read_text())
    Kubectl(path)("config", "set-context", "--current", f"--namespace={namespace}")
    return path

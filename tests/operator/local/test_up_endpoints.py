"""`tidegate up` with what endpoints can do: the examples themselves, indexed, re-indexed, rehearsed and counted."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.operator.local.running import TIDEGATE, Up, up
from tests.waiting import eventually

EXAMPLES = Path(__file__).parents[3] / "examples" / "endpoints"
SALES, BOOKINGS = "default/features/sales", "default/features/bookings"


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    folder = tmp_path / "manifests"
    shutil.copytree(EXAMPLES, folder)
    return folder


def tidegate(data: Path, *arguments: str) -> str:
    """What a command that finds the database in the data folder prints."""
    command = [TIDEGATE, *arguments, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def token(data: Path, address: str, method: str) -> str:
    return tidegate(data, "tokens", address, "--method", method).strip()


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


async def posted(running: Up, data: Path, address: str, body: object) -> tuple[int, str | None]:
    secret = await asyncio.to_thread(token, data, address, "post")
    status, answer = await running.request("POST", address, body, secret)
    return status, answer.get("ID", answer.get("code"))


async def test_indexes_and_sources_with_the_data_folder_alone(manifests: Path, data: Path, tmp_path: Path) -> None:
    edit(manifests / "indexes.yaml", "      - {name: express, path: $.express, type: Boolean}\n", "")
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says(f"/api/endpoint/{SALES}\n")
        status, id_ = await posted(running, data, SALES, {"customer": {"id": 42}, "total": 99.5, "express": True})
        assert status == 201
        reader = await asyncio.to_thread(token, data, SALES, "get")

        async def found(query: str) -> bool:
            status, page = await running.request("GET", f"{SALES}?{query}", token=reader)
            return status == 200 and [item["ID"] for item in page["Items"]] == [id_]

        await eventually(lambda: found("customer=42&total[lt]=100"), within=20)
        edit(
            manifests / "indexes.yaml",
            "      - {name: placed",
            "      - {name: fast, path: $.express, type: Boolean}\n      - {name: placed",
        )
        edit(manifests / "indexes.yaml", 'reindex: "1"', 'reindex: "2"')
        await eventually(lambda: found("fast=true"), within=40)
        said = await asyncio.to_thread(tidegate, data, "reindex", SALES, "--wait")
        assert said.startswith(f"4 indexes of {SALES}: what is stored is being indexed.\n")
        assert said.rstrip().endswith("total done")

        async def counted() -> bool:
            return "127.0.0.1" in await asyncio.to_thread(tidegate, data, "sources", SALES)

        await eventually(counted, within=20)
        pasted = await asyncio.to_thread(tidegate, data, "sources", SALES, "--allowed-ips")
        assert pasted == "spec:\n  security:\n    allowedIPs:\n    - 127.0.0.1\n"


async def test_an_example_that_fails_is_told_with_its_place_and_changes_nothing(
    manifests: Path, data: Path, tmp_path: Path
) -> None:
    async with up(manifests, data, logs=tmp_path) as running:
        await running.says(f"/api/endpoint/{BOOKINGS}\n")
        edit(manifests / "contract.yaml", "minimum: 1", "minimum: 0")
        await running.says("contract.yaml:29:7: spec.examples[1]: The answer is 201, not 400.\n")
        refused = await posted(running, data, BOOKINGS, {"room": "12", "nights": 0})
        assert refused == (400, "schema_violation")
        judged = subprocess.run([TIDEGATE, "validate", str(manifests)], capture_output=True, text=True, check=False)
        assert judged.returncode == 1
        (line,) = [line for line in judged.stdout.splitlines() if not line.endswith(" is fine")]
        assert "contract.yaml:29:7: Endpoint default/bookings is not accepted (ExampleFailed)" in line
        assert line.endswith("spec.examples[1]: The answer is 201, not 400.")

"""The generated files: in step, whole, and told about when they are not."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.crds.manifests import ROOT
from tidegate_crds.generate import crd, crds_yaml, files
from tidegate_crds.kinds import KINDS

CRDS = ROOT / "crds"


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tidegate_crds.generate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_committed_files_are_in_step() -> None:
    assert {path.name: path.read_text("utf-8") for path in CRDS.glob("*.yaml")} == files()


def test_the_stream_holds_every_kind_in_order() -> None:
    made = list(yaml.safe_load_all(crds_yaml()))
    assert [definition["spec"]["names"]["kind"] for definition in made] == list(KINDS)
    assert made == [crd(kind) for kind in KINDS.values()]


def test_the_kinds_are_those_of_the_documentation() -> None:
    assert {name: (kind.plural, kind.singular, kind.short_name) for name, kind in KINDS.items()} == {
        "Company": ("companies", "company", "tgc"),
        "DataSchema": ("dataschemas", "dataschema", "tgs"),
        "Endpoint": ("endpoints", "endpoint", "tge"),
        "Task": ("tasks", "task", "tgt"),
        "Integration": ("integrations", "integration", "tgi"),
        "Agent": ("agents", "agent", "tga"),
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_definition_has_status_columns_and_a_category(kind: object) -> None:
    definition = crd(KINDS[getattr(kind, "name", "")])["spec"]
    (version,) = definition["versions"]
    assert definition["names"]["categories"] == ["tidegate"]
    assert version["subresources"] == {"status": {}}
    columns = [(column["name"], column.get("priority", 0)) for column in version["additionalPrinterColumns"]]
    assert columns[0] == ("Ready", 0)
    assert columns[-3:] == [("Reason", 1), ("Message", 1), ("Age", 0)]
    status = version["schema"]["openAPIV3Schema"]["properties"]["status"]
    assert status["default"]["conditions"][0]["message"] == "Waiting for the operator"


def test_a_definition_is_small_enough_for_client_side_apply() -> None:
    assert max(map(len, files().values())) < 262_144


def test_files_are_written_and_checked(tmp_path: Path) -> None:
    assert generate("--check", str(tmp_path)).returncode == 1
    assert generate(str(tmp_path)).returncode == 0
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == files()
    assert generate("--check", str(tmp_path)).returncode == 0
    (tmp_path / "tasks.yaml").write_text("kind: Task\n")
    refused = generate("--check", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr == f"{tmp_path}/tasks.yaml is not in step with the models: run `make crds`.\n"

"""Every example is accepted; what it asks of a later version is the only thing that may be missing."""

from pathlib import Path

import pytest
import yaml

from tests.operator.translate.worlds import cluster, resource, secret
from tidegate_crds.conditions import Reason
from tidegate_operator.translate.drafts import BUILDERS
from tidegate_operator.translate.model import Translation

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDERS = sorted({path.parent for path in EXAMPLES.rglob("*.yaml")})
LATER = {Reason.NOT_YET_AVAILABLE}


def translated(folder: Path) -> Translation:
    world = cluster()
    for file in sorted(folder.glob("*.yaml")):
        for manifest in yaml.load_all(file.read_text(), yaml.CSafeLoader):
            kind, name = manifest["kind"], manifest["metadata"]["name"]
            if kind == "Secret":
                world.put(secret(name, manifest["stringData"]))
            elif kind in BUILDERS:
                world.put(resource(kind, name, manifest["spec"]))
    return world.translate()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_example_is_accepted(folder: Path) -> None:
    outcome = translated(folder)
    later = {at.name for at, verdict in outcome.verdicts.items() if any(f.reason in LATER for f in verdict.findings)}
    for verdict in outcome.verdicts.values():
        for finding in verdict.findings:
            named = any(f" {name} " in finding.message for name in later)
            assert finding.reason in LATER or named, finding
    assert outcome.bugs == ()
    assert any(at.kind == "Endpoint" for at in outcome.served)

"""Resources in, configuration and verdicts out: `tests/golden/<case>.in.yaml` → `.out.yaml`."""

from pathlib import Path

import pytest
import yaml

from tests.golden_files import Golden
from tests.operator.translate.scenes import manifests, play, shown
from tidegate_crds.conditions import Reason

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = sorted(path.name.removesuffix(".in.yaml") for path in GOLDEN.glob("*.in.yaml"))

ELSEWHERE = {
    Reason.ACCEPTED: "said by the status when nothing is found",
    Reason.RESOLVED_REFS: "said by the status when nothing is found",
    Reason.PROGRAMMED: "said by the status, from what gateways serve",
    Reason.PENDING: "said by the status, from what gateways serve",
    Reason.NOT_SERVED: "said by the status, from what gateways serve",
    Reason.LAST_GOOD_SERVED: "said by the status, from what gateways serve",
    Reason.NOT_COMPILED: "said by the status, from what gateways serve",
    Reason.NO_GATEWAY: "said by the status, from what gateways serve",
    Reason.HELD: "said by the status while the brake holds",
    Reason.INDEXES_READY: "said by the status once data are indexed",
    Reason.REINDEXING: "said by the status while history is indexed",
    Reason.READY: "sums the others up",
}
"""Reasons that no translation gives, and why."""


@pytest.mark.parametrize("case", CASES)
def test_the_translation_is_the_golden_one(case: str, golden: Golden) -> None:
    outcome = play(GOLDEN / f"{case}.in.yaml")
    assert outcome.bugs == ()
    golden(GOLDEN / f"{case}.out.yaml", shown(outcome))


def test_every_file_is_used() -> None:
    files = {path.name for path in GOLDEN.iterdir()}
    assert files == {f"{case}.{end}.yaml" for case in CASES for end in ("in", "out")}


def test_every_reason_that_a_translation_can_give_is_given() -> None:
    given = {
        finding["reason"]
        for case in CASES
        for verdict in yaml.safe_load((GOLDEN / f"{case}.out.yaml").read_text())["verdicts"].values()
        for finding in verdict.get("findings", ())
    }
    assert given == {str(reason) for reason in Reason} - {str(reason) for reason in ELSEWHERE}


@pytest.mark.parametrize("case", CASES)
def test_every_message_ends_as_a_sentence_and_shows_no_secret(case: str) -> None:
    secrets = [
        value.strip()
        for manifest in manifests(GOLDEN / f"{case}.in.yaml")
        for value in manifest.get("stringData", {}).values()
        if value
    ]
    for verdict in play(GOLDEN / f"{case}.in.yaml").verdicts.values():
        for finding in verdict.findings:
            assert finding.message.endswith((".", "?"))
            assert not any(secret in finding.message for secret in secrets)

"""Examples are taken, and invalid manifests refused with the words beside them: by the API server and by us."""

import pytest

from tests.crds.manifests import Manifest, Refused, examples, local_errors, refused
from tests.crds.server import Judge
from tidegate_crds.errors import FieldError

EXAMPLES = dict(examples())
INVALID = {case.name: case for case in refused()}


def test_there_are_manifests_to_test() -> None:
    assert len(EXAMPLES) >= 20
    assert len(INVALID) >= 130


@pytest.mark.parametrize("manifest", EXAMPLES.values(), ids=EXAMPLES.keys())
async def test_an_example_is_taken_by_both(judge: Judge, manifest: Manifest) -> None:
    assert await judge.refusal(manifest) is None
    assert local_errors(manifest) == ()


@pytest.mark.parametrize("case", INVALID.values(), ids=INVALID.keys())
async def test_an_invalid_manifest_is_refused_by_both(judge: Judge, case: Refused) -> None:
    refusal = await judge.refusal(case.manifest)
    assert refusal is not None
    assert refusal.says(case.path, case.message), refusal
    assert local_errors(case.manifest) == (FieldError(case.path, case.local),)

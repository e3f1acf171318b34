"""The API server and we judge alike, not only the manifests that somebody thought of."""

import asyncio
import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.crds.manifests import Manifest, examples, local_errors
from tests.crds.server import Judge
from tidegate_crds.kinds import KINDS

Place = tuple[Any, ...]

ODD: tuple[Any, ...] = (
    None,
    "",
    "a",
    "A b",
    "x" * 70,
    0,
    -1,
    1.5,
    10**6,
    True,
    [],
    {},
    ["a", "a"],
    [None],
    {"name": "a"},
    "10.0.0.1/8",
)
AT_ONCE = 8
EACH = 60


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Every place in a manifest's spec, but not what is inside of free JSON."""
    yield at
    children: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict) and at[-1:] not in {("schema",), ("data",)}:
        children = iter(value.items())
    elif isinstance(value, list):
        children = iter(enumerate(value))
    for key, child in children:
        yield from places(child, (*at, key))


def mutated(manifest: Manifest, chance: random.Random) -> Manifest:
    """The manifest with one place taken away, renamed, repeated or replaced."""
    made = copy.deepcopy(manifest)
    *parents, last = chance.choice([at for at in places(made["spec"]) if at])
    parent = made["spec"]
    for part in parents:
        parent = parent[part]
    what = chance.randrange(5)
    if what == 0:
        del parent[last]
    elif what == 1 and isinstance(parent, dict):
        parent[f"{last}X"] = parent.pop(last)
    elif what == 1 and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[last]))
    else:
        parent[last] = copy.deepcopy(chance.choice(ODD))
    return made


@pytest.mark.parametrize("kind", KINDS)
async def test_a_manifest_with_something_odd_in_it_is_taken_or_refused_by_both(judge: Judge, kind: str) -> None:
    chance = random.Random(f"tidegate {kind}")  # noqa: S311 - the same manifests in every run
    bases = [manifest for _, manifest in examples() if manifest["kind"] == kind]
    manifests = [mutated(chance.choice(bases), chance) for _ in range(EACH)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(manifest: Manifest) -> object:
        async with gate:
            return await judge.refusal(manifest)

    refusals = await asyncio.gather(*map(ask, manifests))
    assert 0 < sum(refusal is None for refusal in refusals) < EACH
    for manifest, refusal in zip(manifests, refusals, strict=True):
        assert (refusal is None) == (not local_errors(manifest)), (manifest["spec"], refusal, local_errors(manifest))

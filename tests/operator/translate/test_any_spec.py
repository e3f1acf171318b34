"""Whatever stands in a spec, it comes to findings or to a configuration, and never to a bug."""

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.operator.translate.worlds import cluster, resource
from tidegate_crds.paths import split
from tidegate_operator.translate.drafts import BUILDERS

EXAMPLES = Path(__file__).parents[3] / "examples" / "reference"
SPECS = [
    (manifest["kind"], manifest["spec"])
    for file in sorted(EXAMPLES.glob("*.yaml"))
    for manifest in yaml.load_all(file.read_text(), yaml.CSafeLoader)
    if manifest["kind"] in BUILDERS
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["$.a[", "${x}", "{{#if", "rows.(", "schema:order", "10.0.0.1/8", "* * * * *", "\x00", "\ud800"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, child in inner for place in places(child, (*at, key)))]


def changed(spec: Any, at: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at one place."""
    whole = {"spec": copy.deepcopy(spec)}
    container: Any = whole
    path = ("spec", *at)
    for part in path[:-1]:
        container = container[part]
    container[path[-1]] = value
    return whole["spec"]


@st.composite
def almost_right(draw: st.DrawFn) -> tuple[str, Any]:
    """An example with one or two values replaced by something else."""
    kind, spec = draw(st.sampled_from(SPECS))
    for _ in range(draw(st.integers(1, 2))):
        spec = changed(spec, draw(st.sampled_from(places(spec))), draw(JSON))
    return kind, spec


def check(kind: str, spec: Any) -> None:
    thing = resource(kind, "one", spec)
    outcome = cluster(thing).translate()
    assert outcome.bugs == ()
    verdict = outcome.verdicts[thing.key]
    assert verdict.findings or thing.key in outcome.served or kind == "DataSchema"
    for finding in verdict.findings:
        assert finding.message.endswith((".", "?"))
        assert finding.path is None or split(finding.path)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(BUILDERS)), JSON)
def test_anything(kind: str, spec: Any) -> None:
    check(kind, spec)


@settings(max_examples=500, deadline=None)
@given(almost_right())
def test_what_is_almost_right(almost: tuple[str, Any]) -> None:
    check(*almost)

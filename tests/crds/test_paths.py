import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate_crds.paths import join, split

PARTS = st.lists(st.one_of(st.text(min_size=1), st.integers(min_value=0)), min_size=1)


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("spec",), "spec"),
        (("spec", "methods", "post", "input", "mapping", 0, "from"), "spec.methods.post.input.mapping[0].from"),
        (("spec", "headers", "X-Tenant"), "spec.headers.X-Tenant"),
        (("spec", "headers", "a.b"), 'spec.headers["a.b"]'),
        (("spec", "headers", "0"), "spec.headers.0"),
        (("spec", "headers", 'say "hi"'), 'spec.headers["say \\"hi\\""]'),
        (("spec", "headers", ""), 'spec.headers[""]'),
        (("spec", "fields", "žluť"), "spec.fields.žluť"),
    ],
)
def test_a_path_reads_well_and_comes_apart_again(parts: tuple[str | int, ...], path: str) -> None:
    assert join(parts) == path
    assert split(path) == parts


@given(PARTS)
def test_whatever_the_keys_are_a_path_round_trips(parts: list[str | int]) -> None:
    assert split(join(["spec", *parts])) == ("spec", *parts)


@pytest.mark.parametrize("text", ["spec..a", "spec[", "spec[x]", "spec.a b", 'spec["a]'])
def test_a_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a field path"):
        split(text)

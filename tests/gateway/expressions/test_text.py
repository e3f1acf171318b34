"""Values as text."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate_gateway.expressions.text import as_text, dumps, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n", "a\n"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (5, "5"),
        (1.0, "1.0"),
        (10**40, "1" + "0" * 40),
        ([1, None], "[1,null]"),
        ({"a": "é"}, '{"a":"é"}'),
    ],
)
def test_a_value_stands_in_a_text_as_json_has_it_but_for_strings(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("value", [object(), {1, 2}, "\ud800", [object()], {"a": 2**70, "b": object()}])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        dumps(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(values)
def test_json_comes_back_exactly(value: Any) -> None:
    assert json.loads(dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a", '"a"'), ('a"b\\', '"a\\"b\\\\"'), ("a\nb\x00", '"a�b�"'), ("x" * 61, '"' + "x" * 60 + '…"')],
)
def test_a_text_is_shown_on_one_short_line(text: str, quoted: str) -> None:
    assert shown(text) == quoted

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate_operator.local.manifests.documents import Mistake, locate, parse
from tidegate_operator.local.manifests.scalars import plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("y", True),
        ("Off", False),
        ("N", False),
        ("oN", "oN"),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("12", 12),
        ("-1_000", -1000),
        ("012", 10),
        ("0o12", 10),
        ("0x1F", 31),
        ("-0b101", -5),
        ("08", 8),
        ("1e3", 1000),
        ("2.0", 2),
        ("2.5", 2.5),
        (".5", 0.5),
        ("1.5e-3", 0.0015),
        ("18446744073709551615", 18446744073709551615),
        ("99999999999999999999", 10**20),
        ("1e400", "1e400"),
        ("9" * 5000, "9" * 5000),
        ("-" + "9" * 5000, "-" + "9" * 5000),
        ("0" * 5000 + "7", 7),
        ("0b" + "1" * 64, 2**64 - 1),
        ("1:30", "1:30"),
        ("1.2.3", "1.2.3"),
        ("2020-01-02", "2020-01-02"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("-", "-"),
        ("=", "="),
        ("$.a", "$.a"),
    ],
)
def test_unquoted_scalars_are_what_kubectl_makes_of_them(text: str, value: Any) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_quoted_and_tagged_scalars_stay_texts() -> None:
    assert parse("a: \"yes\"\nb: '12'\nc: !!str 12\nd: !!int 12\ne: |-\n  no\n").value == {
        "a": "yes",
        "b": "12",
        "c": "12",
        "d": 12,
        "e": "no",
    }


def test_keys_become_texts() -> None:
    assert parse("{on: 1, 2: 2, 2.5: 3}").value == {"true": 1, "2": 2, "2.5": 3}


def test_merges_give_way_to_own_keys_and_to_earlier_merges() -> None:
    text = "base: &base {a: 1, b: 1, c: 1}\nmore: &more {b: 2, d: 2}\nown: {<<: [*base, *more], c: 3}"
    assert parse(text).value["own"] == {"a": 1, "b": 1, "c": 3, "d": 2}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", Mistake(4, 3, 'the key "c" appears twice.')),
        ("yes: 1\ntrue: 2\n", Mistake(2, 1, 'the key "true" appears twice.')),
        ("a: [1\nb: 2", Mistake(2, 2, "did not find expected ',' or ']'.")),
        ("a:\n\t- b", Mistake(2, 1, "a tab cannot indent: use spaces.")),
        ("a: b\nc: \x01", Mistake(2, 4, "control characters are not allowed.")),
        ("a: *b", Mistake(1, 4, "found undefined alias.")),
        ("&a [*a]", Mistake(1, 1, "this part holds itself.")),
        ("a: .inf", Mistake(1, 4, ".inf is no number that JSON knows.")),
        ("a: !secret b", Mistake(1, 4, "the tag !secret has no meaning in a manifest.")),
        ("!!set {a}", Mistake(1, 1, "the tag !!set has no meaning in a manifest.")),
        ("a: !!omap [b: c]", Mistake(1, 4, "the tag !!omap has no meaning in a manifest.")),
        ("? {a: b}\n: c", Mistake(1, 3, "a key has to be a text.")),
        ("~: c", Mistake(1, 1, "a key has to be a text.")),
        ("<<: 5", Mistake(1, 5, "<< takes a mapping or a list of mappings.")),
        ("a: b: c", Mistake(1, 5, "mapping values are not allowed in this context.")),
    ],
)
def test_mistakes_have_their_place(text: str, mistake: Mistake) -> None:
    assert parse(text).mistakes == [mistake]


def test_all_mistakes_are_named_at_once() -> None:
    assert [m.line for m in parse("a: .nan\nb: 1\nb: 2\nc: !x 1").mistakes] == [1, 3, 4]


@pytest.mark.parametrize("open_", ["[", "{a: "])
def test_what_is_nested_too_deep_is_a_mistake(open_: str) -> None:
    close = {"[": "]", "{a: ": "}"}[open_]
    said = "this is nested deeper than 250 levels: make it flatter."
    assert parse(open_ * 250 + close * 250).mistakes == []
    assert parse(open_ * 251 + close * 251).mistakes == [Mistake(1, 250 * len(open_) + 1, said)]
    assert [mistake.message for mistake in parse(open_ * 5000).mistakes] == ["exceeded maximum nesting depth."]


@pytest.mark.parametrize(
    "bomb",
    [
        "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(12)),
        "a0: &a0 {k: x}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [{', '.join([f'*a{n}'] * 9)}]}}\n" for n in range(12)),
        f"a: &a {'x' * 500_000}\nb: [*a, *a, *a]\n",
    ],
)
def test_aliases_that_repeat_too_much_are_a_mistake(bomb: str) -> None:
    (mistake,) = parse(bomb).mistakes
    assert mistake.message == "the aliases of this file repeat more than 1,000,000 characters: write out what this is."
    assert 1 <= mistake.line <= 13


def test_aliases_may_repeat_a_lot() -> None:
    text = "a: &a [1, 2, 3]\nb: [" + ", ".join(["*a"] * 10_000) + "]\n"
    assert parse(text).value["b"] == [[1, 2, 3]] * 10_000


def test_a_path_leads_to_its_key_or_item() -> None:
    text = "spec:\n  methods:\n    post:\n      mapping:\n      - {property: id, from: $.id}\n      - property: b\n"
    mapping = ("spec", "methods", "post", "mapping")
    assert locate(text, (*mapping, 0, "from")) == (5, 24)
    assert locate(text, (*mapping, 1)) == (6, 9)
    assert locate(text, (*mapping, 1, "from", "deeper")) == (6, 9)
    assert locate(text, (*mapping, 7)) == (4, 7)
    assert locate(text, ("status",)) == (1, 1)
    assert locate("", ("spec",)) == (1, 1)


def test_a_path_leads_into_what_was_merged() -> None:
    text = "base: &base\n  a: 1\nown:\n  <<: *base\n  b: 2\nlist:\n  <<: [*base]\n"
    assert locate(text, ("own", "a")) == (2, 3)
    assert locate(text, ("own", "b")) == (5, 3)
    assert locate(text, ("list", "a")) == (2, 3)


def test_json_is_read_too_tabs_and_rare_characters_and_all() -> None:
    assert parse('{\n\t"a": "\\ud83d\\ude00",\n\t"b": [true, null, 1.5]\n}').value == {
        "a": "😀",
        "b": [True, None, 1.5],
    }


@given(JSON)
def test_what_json_writes_is_read_back(value: Any) -> None:
    assert parse(json.dumps({"it": value})).value == {"it": value}


@given(st.text())
def test_any_text_gives_a_value_or_mistakes(text: str) -> None:
    parsed = parse(text)
    assert parsed.mistakes or not isinstance(parsed.value, float) or math.isfinite(parsed.value)
    assert all(mistake.line >= 1 and mistake.column >= 1 and mistake.message for mistake in parsed.mistakes)

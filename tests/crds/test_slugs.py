import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate_crds.slugs import LONGEST, PATTERN, is_slug, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Šablona 1", "sablona-1"),
        ("Příliš žluťoučký kůň", "prilis-zlutoucky-kun"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Łódź", "lodz"),
        ("Smørrebrød", "smorrebrod"),
        ("Ærø & Œuvre", "aero-oeuvre"),
        ("Đakovo", "dakovo"),
        ("Þór Ðað", "thor-dad"),
        ("İstanbul ılık", "istanbul-ilik"),
        ("ﬁnance №5", "finance-no5"),
        ("  --a__b..c--  ", "a-b-c"),
        ("orders", "orders"),
        ("2024/05", "2024-05"),
        ("注文", ""),
        ("---", ""),
        ("", ""),
    ],
)
def test_a_slug_is_made_of_any_text(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_slug_that_is_cut_ends_in_no_hyphen() -> None:
    assert slugify("a" * 62 + " b") == "a" * 62
    assert slugify("x" * 100) == "x" * LONGEST


@given(st.text())
def test_what_is_made_is_a_slug_or_nothing(text: str) -> None:
    made = slugify(text)
    assert made == "" or is_slug(made)
    assert slugify(made) == made


@pytest.mark.parametrize("text", ["a", "0", "a-b", "a" * 63, "2024-orders"])
def test_slugs(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "a.b", "ä", "a b", "a\n", "a" * 64])
def test_texts_that_are_none(text: str) -> None:
    assert not is_slug(text)


def test_the_pattern_of_the_crds_is_the_same() -> None:
    assert re.match(PATTERN, "a" * 63)
    assert not re.match(PATTERN, "a" * 64)

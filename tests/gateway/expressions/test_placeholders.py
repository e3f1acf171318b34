"""`${user.…}` and `${tenant.…}` in headers, and that a header stays one line."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import PlaceholderError
from tidegate_gateway.expressions.placeholders import compile_header, header_text

TENANT = {"id": "acme", "region": "eu-central"}
USER = {"email": "jan@example.com", "address": {"city": "Brno"}, "groups": ["a", "b"], "age": 41, "admin": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("${user.email}", "jan@example.com"),
        ("${tenant.id}", "acme"),
        ("${tenant.id}/${user.email};${tenant.region}", "acme/jan@example.com;eu-central"),
        ("${user.address.city}", "Brno"),
        ("${user.age} ${user.admin} ${user.groups}", '41 true ["a","b"]'),
        ("[${user.nope}]", "[]"),
        ("[${user.email.more}]", "[]"),
        ("[${tenant.nope}]", "[]"),
        ("5 $ {user.email}", "5 $ {user.email}"),
        ("$${tenant.id}", "$acme"),
    ],
)
def test_a_header_is_filled_in(text: str, expected: str) -> None:
    assert compile_header(text)(USER, TENANT) == expected


@pytest.mark.parametrize("claim", ["a\r\nX-Admin: true", "a\nb", "a\rb", "a\x00b", ["\r\n"], {"a\r\n": "b"}])
def test_a_claim_can_not_begin_another_line(claim: Any) -> None:
    value = compile_header("${user.name}")({"name": claim}, {})

    assert not {"\r", "\n", "\x00"} & set(value)


def test_line_ends_become_spaces() -> None:
    assert header_text("a\r\nb\x00c") == "a  b c"


OTHERS = "Write ${user.<claim>} or ${tenant.<field>}: there are no others here."


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a ${env.PASSWORD}", OTHERS, 2),
        ("${user}", OTHERS, 0),
        ("${user.}", OTHERS, 0),
        ("${user..a}", OTHERS, 0),
        ("${ user.a }", OTHERS, 0),
        ("${body}", OTHERS, 0),
        ("a ${user.email", "Close the placeholder with }.", 2),
        ("${tenant.id} ${", "Close the placeholder with }.", 13),
        ("a\r\nX-Admin: true", "Write the header on one line.", 1),
        ("a\x00", "Write the header on one line.", 1),
    ],
)
def test_a_wrong_header_is_refused_with_a_sentence_and_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(PlaceholderError) as caught:
        compile_header(text)

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(text))


@settings(deadline=None)
@given(st.text() | st.text(alphabet="${}usertenant. a\n"), st.text())
def test_no_text_raises_anything_else_and_every_value_is_one_line(text: str, claim: str) -> None:
    expand = refused_or(compile_header, text)

    if expand is not None:
        assert not {"\r", "\n", "\x00"} & set(expand({"a": claim}, {"a": claim}))

import sys

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.front.problems import code_of
from tidegate_gateway.front.storable import Body, storable

FINE = [
    b"{}",
    b" \r\n\t[1, 2] ",
    b'"scalar"',
    b"true",
    b"null",
    b"-0",
    b"12345678901234567890123",
    b"1.10",
    b"1e400",
    b"-1E-1000",
    b"1e+01000",
    b"1" * 1000,
    b"0." + b"1" * 999,
    b'{"a": 1e999, "a": 1e2}',
    rb'"\\u0000"',
    rb'"\\\\u0000 \\ud800"',
    rb'["\ud83d\ude00", 1e400]',
    b'"1e99999"',
    b'"' + b"1" * 2000 + b'"',
    b"[" * 64 + b"]" * 64,
    b'[{"a":' * 32 + b"1" + b"}]" * 32,
    b'["' + b"[" * 100 + b'"]',
    rb'["\"' + b"[" * 100 + rb'\\"]',
    b'{"%b": 1}' % ("ž" * 100).encode(),
]
INVALID = [
    b"",
    b" ",
    b"{",
    b'{"a":',
    b"[1,]",
    b"01",
    b"1.",
    b"NaN",
    b"-Infinity",
    b"[1e400, NaN]",
    b"'a'",
    b'"\x01"',
    b'"\xff"',
    b'["\xed\xa0\x80"]',
    b"{} {}",
    b"\x00",
    b"\xef\xbb\xbf\xef\xbb\xbf{}",
    b"[" * 50,
    b'"\\x"',
    b'{"a" 1}',
]
UNSTORABLE = [
    (b"[" * 65 + b"]" * 65, "The body is nested more than 64 levels deep."),
    (b'[{"a":' * 33 + b"1" + b"}]" * 33, "The body is nested more than 64 levels deep."),
    (b'["[", ' * 65 + b"0" + b"]" * 65, "The body is nested more than 64 levels deep."),
    (b'["]", ' * 65 + b"0" + b"]" * 65, "The body is nested more than 64 levels deep."),
    (b"[" * 5000 + b"]" * 5000, "The body is nested more than 64 levels deep."),
    (b"[" * 100_000, "The body is nested more than 64 levels deep."),
    (b"1" * 1001, "A number has more than 1000 digits, or an exponent beyond 1000."),
    (b"-0." + b"1" * 1000, "A number has more than 1000 digits, or an exponent beyond 1000."),
    (b"[1e1001]", "A number has more than 1000 digits, or an exponent beyond 1000."),
    (b"1E-1001", "A number has more than 1000 digits, or an exponent beyond 1000."),
    (b"0e99999999999999999999", "A number has more than 1000 digits, or an exponent beyond 1000."),
    (rb'"\u0000"', "A string holds U+0000."),
    (rb'{"\\\u0000": 1}', "A string holds U+0000."),
    (rb'["\u0000", 1e400]', "A string holds U+0000."),
    (rb'"\ud800"', "A string holds half of a surrogate pair."),
    (rb'"\uDC00"', "A string holds half of a surrogate pair."),
    (rb'"\ud800\ud800\udc00"', "A string holds half of a surrogate pair."),
    (rb'"\ud800\udc00\udc00"', "A string holds half of a surrogate pair."),
    (rb'"\ud83d\\\ude00"', "A string holds half of a surrogate pair."),
]


@pytest.mark.parametrize("body", FINE, ids=lambda body: ascii(body[:30]))
def test_what_postgresql_can_hold_is_passed_on_byte_by_byte(body: bytes) -> None:
    assert storable(body).text == body


@pytest.mark.parametrize("body", INVALID, ids=lambda body: ascii(body[:30]))
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    assert code_of(storable, body)[0] == "invalid_json"


@pytest.mark.parametrize(("body", "detail"), UNSTORABLE, ids=lambda value: ascii(value[:30]))
def test_json_that_cannot_be_held_is_told_apart_and_says_why(body: bytes, detail: str) -> None:
    assert code_of(storable, body) == ("unstorable_json", detail)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert storable(b"\xef\xbb\xbf{}") == Body(b"{}", {})


def test_a_body_that_is_not_in_utf_8_says_so() -> None:
    assert code_of(storable, '"ž"'.encode("iso-8859-2")) == ("invalid_json", "The body is not in UTF-8.")


async def test_postgresql_agrees(connection: asyncpg.Connection) -> None:
    assert [body for body in FINE if not await held(connection, body)] == []
    assert [body for body in INVALID if await held(connection, body.removeprefix(b"\xef\xbb\xbf"))] == []


NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True, alphabet="eE+-.0123456789"
)
ESCAPES = st.sampled_from(
    [r"\n", r"\\", r"\"", r"\u00e9", r"\u0000", r"\ud83d", r"\ude00", r"\ud83d\ude00", r"\uD8", "[", "}", "ž"]
)
STRINGS = st.lists(ESCAPES | st.characters(exclude_characters='"\\'), max_size=6).map(
    lambda parts: f'"{"".join(parts)}"'
)
TEXTS = st.recursive(
    NUMBERS | STRINGS | st.sampled_from(["true", "false", "null", " 1e400 "]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(lambda items: f"[{','.join(items)}]"),
        st.lists(st.tuples(STRINGS, inner), max_size=5).map(lambda p: f"{{{', '.join(f'{k}: {v}' for k, v in p)}}}"),
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS, cut=st.none() | st.integers(0, 200))
async def test_of_everything_that_looks_like_json_postgresql_holds_just_what_is_let_through(
    connection: asyncpg.Connection, text: str, cut: int | None
) -> None:
    body = (text if cut is None else text[:cut] + text[cut + 1 :]).encode("utf-8", "surrogatepass")
    refused, _ = code_of(storable, body)
    assert (refused == "") == await held(connection, body)


async def held(connection: asyncpg.Connection, body: bytes) -> bool:
    try:
        await connection.fetchval("SELECT convert_from($1, 'UTF8')::jsonb", body)
    except asyncpg.DataError:
        return False
    return True


@given(st.binary())
def test_no_bytes_make_it_fail_in_another_way(body: bytes) -> None:
    code_of(storable, body)


MANY = 2_000_001


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"0," * MANY + b"0]",
        b"," * MANY + b'"' * 20_000_000,
        b"[" + b"[]," * MANY + b"0]",
        b"[" + b"{}," * MANY + b"0]",
        b"[" + b"1e1000," * 20_000 + b"0]",
        b"[" + b"1E-999," * 20_000 + b"0]",
    ],
    ids=["numbers", "quotes", "lists", "objects", "exponents", "negative exponents"],
)
def test_what_a_few_bytes_blow_up_to_more_than_a_gateway_can_bear_is_refused(body: bytes) -> None:
    assert code_of(storable, body)[0] == "unstorable_json"


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b"," * MANY + b'"',
        b'["' + b"1e1000," * 3000 + b'"]',
        b"[" + b"1.5e-7," * 50_000 + b"0]",
        b"[" + b"1.6e-35," * 60_000 + b"0]",
        b"[" + b"0," * 100_000 + b"0]",
    ],
    ids=["a text", "a text of exponents", "measurements", "small measurements", "a long list"],
)
def test_what_only_looks_like_that_is_taken(body: bytes) -> None:
    assert storable(body).text == body


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"12345678901234567890123", 12345678901234567890123),
        (b"[1.50, 1e2]", [1.5, 100.0]),
        (b"18446744073709551616", 18446744073709551616),
        (b"1e400", sys.float_info.max),
        (b"-1e400", -sys.float_info.max),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_the_value_has_whole_numbers_exactly_and_others_as_doubles(text: bytes, value: object) -> None:
    document = storable(text).document
    assert document == value
    assert type(document) is type(value)

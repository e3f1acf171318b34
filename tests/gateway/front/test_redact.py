"""What must never be stored is not stored; everything else is, digit by digit."""

import asyncpg
import orjson
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer
from tests.gateway.front.conftest import OpenFront
from tests.gateway.front.problems import code_of
from tests.gateway.logs import Logs
from tidegate_gateway.front.redact import redactor
from tidegate_gateway.front.storable import storable

R = "[redacted]"
CASES = [
    (("$.card.number",), b'{"card": {"number": "4111", "cvc": 123}}', {"card": {"number": "[redacted]", "cvc": 123}}),
    (("$.lines[*].pin",), b'{"lines": [{"pin": 1}, {"x": 2}]}', {"lines": [{"pin": "[redacted]"}, {"x": 2}]}),
    (("$..pin",), b'{"a": [{"pin": {"pin": 1}}]}', {"a": [{"pin": "[redacted]"}]}),
    (("$.a", "$.a.b"), b'{"a": {"b": 1}}', {"a": "[redacted]"}),
    (("$.a.b", "$.a"), b'{"a": {"b": 1}}', {"a": "[redacted]"}),
    (("$[1]",), b"[1, 2]", [1, "[redacted]"]),
    (("$",), b'"secret"', "[redacted]"),
    (("$['a.b']",), b'{"a.b": 1, "a": {"b": 2}}', {"a.b": "[redacted]", "a": {"b": 2}}),
    (("$.card.n",), b'[{"card": {"n": 1}}, 2, {"card": [{"n": 3}]}]', [{"card": {"n": R}}, 2, {"card": [{"n": R}]}]),
    (
        ("$[?@.k == 1].n", "$.b[?@.k == 1].n"),
        b'[{"k": 1, "n": 2}, {"b": [{"k": 1, "n": 3}]}]',
        [{"k": 1, "n": R}, {"b": [{"k": 1, "n": R}]}],
    ),
    (
        ("$.lines[*].pin", "$.first[0].pin"),
        b'{"lines": {"pin": 1}, "first": {"pin": 2}}',
        {"lines": {"pin": R}, "first": {"pin": R}},
    ),
    (("$.a[*]", "$.b[0]"), b'{"a": 1, "b": 2}', {"a": R, "b": R}),
    (("$.a.*.n", "$.b.*"), b'{"a": [{"x": {"n": 1}}], "b": [{"y": 1}]}', {"a": [{"x": {"n": R}}], "b": [R]}),
    (("$.*",), b'{"a": 1, "b": [2]}', {"a": "[redacted]", "b": "[redacted]"}),
]


@pytest.mark.parametrize(("paths", "text", "left"), CASES, ids=lambda value: str(value)[:40])
def test_what_the_paths_meet_goes(paths: tuple[str, ...], text: bytes, left: object) -> None:
    assert orjson.loads(redactor(paths).text(storable(text))) == left


def test_a_body_without_it_stays_the_same_to_the_byte() -> None:
    body = storable(b'{ "a" : 1.10,"b":12345678901234567890123 , "b": 1e2}')
    assert redactor(("$.card",)).text(body) is body.text


def test_no_digit_of_the_rest_is_lost() -> None:
    text = b'{"card": 1, "n": [12345678901234567890123, 1.10, 1e400, -0.0, 1E-7, 0.30000000000000004]}'
    left = redactor(("$.card",)).text(storable(text))
    assert left == b'{"card":"[redacted]","n":[12345678901234567890123,1.10,1E+400,-0.0,1E-7,0.30000000000000004]}'


async def test_it_reaches_neither_the_table_nor_the_log(open_front: OpenFront, pool: asyncpg.Pool, logs: Logs) -> None:
    front = open_front(endpoint(authentication="None", methods={"POST": {}}, redact=["$.card.number"]))
    stored = await answer(front, body=b'{"card": {"number": "4111111111111111"}, "total": 1.10}')
    read = await answer(front, "GET", f"{ORDERS}/{stored.json['ID']}")
    assert read.body == b'{"card": {"number": "[redacted]"}, "total": 1.10}'
    assert not await pool.fetchval("SELECT count(*) FROM datum WHERE input::text LIKE '%4111%'")
    assert "4111" not in str(logs.lines())


async def test_nothing_is_found_by_what_was_redacted(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    index = {"id": 1, "name": "card", "method": "POST", "source": "Input", "path": "$.card.number", "type": "Text"}
    front = open_front(endpoint(authentication="None", methods={"POST": {}}, redact=["$.card.number"], indexes=[index]))
    for body in (b'[{"card": {"number": "4111"}}]', b'{"card": [{"number": "4111"}]}'):
        assert (await answer(front, body=body)).status == 201
    assert {row["text_value"] for row in await pool.fetch("SELECT text_value FROM data_point")} == {R}


def test_a_body_that_cannot_be_searched_is_not_stored() -> None:
    text = b"[" + b'{"a": [1, 2, 3]},' * 60_000 + b"{}]"
    code, detail = code_of(redactor(("$[?(@.a[*] > 2)].b",)).text, storable(text))
    assert code == "unstorable_json"
    assert detail.startswith("The body can't be searched for what must go: ")

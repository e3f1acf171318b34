"""Mapping pairs: every row of the placeholder table, names, paths, and the vocabulary of tasks."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import EvaluationError, MappingError
from tidegate_gateway.expressions.mapping import (
    ENDPOINT_NAMES,
    TASK_NAMES,
    Context,
    Read,
    compile_mapping,
    compile_source,
)

ROW = {
    "orderId": 17,
    "customer": {"name": "Jan", "address": {"city": "Brno"}},
    "lines": [{"net": 1}, {"net": 2}],
    "a.b": "dotted",
    "Order id": "spaced",
    "jméno": "Jan",
    "row": "a property called row",
    "gone": None,
}
BODY = {"orders": [ROW], "big": 2**70}
CONTEXT = Context(
    body=BODY,
    row=ROW,
    headers={"content-type": "application/json", "authorization": "Bearer x", "Cookie": "a=b", "x-request-id": "7"},
    query={"page": "2", "tag": ["a", "b"], "access_token": "secret", "a.b": "dotted"},
    method="POST",
    id=UUID("018F2B7E-0000-7000-8000-0000000000AB"),
    source_ip="203.0.113.7",
    received_at=datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1))),
    rows=[{"id": 1}, {"id": 2}],
    steps={"fetch": [{"id": 3}], "big-only": []},
    request={"method": "GET", "body": {"a": 1}, "headers": {"x-request-id": "7"}, "query": {"page": "2"}},
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${body}", BODY),
        ("${headers}", {"content-type": "application/json", "x-request-id": "7"}),
        ("${body.row}", ROW),
        ("${query.page}", "2"),
        ("${query.tag}", ["a", "b"]),
        ("${query.a.b}", "dotted"),
        ("${query.nope}", None),
        ("${method}", "POST"),
        ("${id}", "018f2b7e-0000-7000-8000-0000000000ab"),
        ("${sourceIp}", "203.0.113.7"),
        ("${receivedAt}", "2026-03-01T11:30:15.123Z"),
        ("${fixed:web}", "web"),
        ("${fixed:}", ""),
        ("${fixed:5}", 5),
        ("${fixed:1.50}", 1.5),
        ("${fixed:true}", True),
        ("${fixed:null}", None),
        ('${fixed:"5"}', "5"),
        ('${fixed:{"a": [1, {"b": null}]}}', {"a": [1, {"b": None}]}),
        ("${fixed:123456789012345678901234567890}", 123456789012345678901234567890),
        ("${fixed:${body}}", "${body}"),
        ("${fixed:{not json}}", "{not json}"),
        ("${fixed:NaN}", "NaN"),
        ("${fixed:Infinity}", "Infinity"),
        ("${fixed:1e999}", "1e999"),
        ("orderId", 17),
        ("customer", ROW["customer"]),
        ("customer.name", "Jan"),
        ("customer.address.city", "Brno"),
        ("customer.address.city.more", None),
        ("lines.net", None),
        ("nope", None),
        ("gone", None),
        ("gone.more", None),
        ("Order id", "spaced"),
        ("jméno", "Jan"),
        ("row", "a property called row"),
        ("rows", None),
        ("$", ROW),
        ("$.orderId", 17),
        ("$['a.b']", "dotted"),
        ("$.lines[0].net", 1),
        ("$.lines[*].net", [1, 2]),
        ("$.lines[?@.net > 1].net", 2),
        ("$.lines[?@.net > 2].net", None),
        ("$..nope", None),
        ("$.nope", None),
    ],
)
def test_every_source_reads_its_value(source: str, expected: Any) -> None:
    assert compile_source(source)(CONTEXT) == expected


def test_the_body_in_base64_is_its_json() -> None:
    encoded = compile_source("${bodyBase64}")

    assert b64decode(encoded(Context(body={"a": [1, "é"]}))) == '{"a":[1,"é"]}'.encode()
    assert b64decode(encoded(Context(body={"big": 2**70}))) == b'{"big":1180591620717411303424}'


def test_what_a_request_does_not_have_is_none() -> None:
    sources = [
        "${body}",
        "${body.row}",
        "${query.a}",
        "${method}",
        "${id}",
        "${sourceIp}",
        "${receivedAt}",
        "a.b",
        "$.a",
    ]

    assert [compile_source(source)(Context()) for source in sources] == [None] * len(sources)
    assert compile_source("${headers}")(Context()) == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("row", ROW),
        ("row.orderId", 17),
        ("row.lines[1].net", 2),
        ("rows", [{"id": 1}, {"id": 2}]),
        ("rows[*].id", [1, 2]),
        ("rows[0].id", 1),
        ("rows[?@.id > 1].id", 2),
        ("rows.id", None),
        ("steps.fetch[0].id", 3),
        ("steps.big-only", []),
        ("steps['big-only']", []),
        ("steps.nope", None),
        ("request.method", "GET"),
        ("request.body.a", 1),
        ("request.headers['x-request-id']", "7"),
        ("$.row", "a property called row"),
        ("orderId", 17),
        ("customer.name", "Jan"),
        ("rowsy", None),
        ("${fixed:web}", "web"),
        ("${body}", BODY),
    ],
)
def test_in_a_task_the_names_come_before_the_properties(source: str, expected: Any) -> None:
    assert compile_source(source, TASK_NAMES)(CONTEXT) == expected


def test_a_row_is_made_of_all_pairs_in_their_order() -> None:
    row = compile_mapping(
        [("id", "$.orderId"), ("customer", "customer.name"), ("source", "${fixed:web}"), ("no", "no")]
    )

    assert list(row(CONTEXT).items()) == [("id", 17), ("customer", "Jan"), ("source", "web"), ("no", None)]


def test_one_context_serves_all_rows_of_a_body() -> None:
    context = Context(body=[{"a": 1}, {"a": 2}])
    row = compile_mapping([("a", "a"), ("all", "${body}")])

    made = []
    for element in context.body:
        context.row = element
        made.append(row(context))
    assert made == [{"a": 1, "all": context.body}, {"a": 2, "all": context.body}]


def test_a_constant_list_is_made_anew_for_each_row() -> None:
    read = compile_source('${fixed:{"tags": []}}')

    read(CONTEXT)["tags"].append("changed on the way")
    assert read(CONTEXT) == {"tags": []}


def test_a_path_over_too_much_gives_up_at_request_time() -> None:
    row = compile_mapping([("all", "$..*..*..*")])

    with pytest.raises(EvaluationError):
        row(Context(row=[[[number] * 10] * 10 for number in range(1000)]))


PLAIN = "Write a JSONPath, as in $.lines[0].id or $['a.b']: in a plain name this character can't stand."
ALONE = "Let the placeholder or path stand alone: nothing may come before it."
PARTS = "Write property names without empty parts and outer spaces, as in customer.id."
LISTED = (
    "Write one of ${body}, ${headers}, ${bodyBase64}, ${body.row}, ${method}, ${id}, ${sourceIp}, ${receivedAt}, "
    "${query.<name>}, ${fixed:<value>}: there is no placeholder "
)


@pytest.mark.parametrize(
    ("source", "message", "position"),
    [
        ("${bdy}", 'Write ${body}: there is no placeholder "bdy".', 2),
        ("${Method}", 'Write ${method}: there is no placeholder "Method".', 2),
        ("${sourceIP}", 'Write ${sourceIp}: there is no placeholder "sourceIP".', 2),
        ("${env.PASSWORD}", LISTED + '"env.PASSWORD".', 2),
        ("${}", LISTED + '"".', 2),
        ("${query}", LISTED + '"query".', 2),
        ("${body", "Close the placeholder with }.", 6),
        ("${fixed:a", "Close the placeholder with }.", 9),
        ("${body}-${id}", "Remove what follows the placeholder: it stands alone.", 7),
        ("order-${id}", ALONE, 6),
        ("a$.b", ALONE, 1),
        ("${query.}", "Name the query parameter, as in ${query.page}.", 8),
        ("${query.access_token}", "Map another parameter: the access token is kept out of all data.", 8),
        (
            '${fixed:"a\\u0000"}',
            "Remove U+0000 and lone surrogates from the constant: they can't be stored.",
            8,
        ),
        (
            '${fixed:{"\\ud800": 1}}',
            "Remove U+0000 and lone surrogates from the constant: they can't be stored.",
            8,
        ),
        ("${fixed:" + "[" * 100_000 + "}", "Make the constant flatter: it is nested too deep.", 8),
        ("", PARTS, 0),
        ("a..b", PARTS, 2),
        ("a.", PARTS, 2),
        (".a", PARTS, 0),
        ("a. b", PARTS, 2),
        ("lines[0].net", PLAIN, 5),
        ("a'b", PLAIN, 1),
        ("a\nb", PLAIN, 1),
        ("$.lines[", "Finish the path: something is missing at its end.", 8),
        ("$.a.`len`", "Remove the function: a path has none, calculate in a transform step instead.", 8),
    ],
)
def test_a_wrong_source_is_refused_with_a_sentence_and_its_place(source: str, message: str, position: int) -> None:
    with pytest.raises(MappingError) as caught:
        compile_mapping([("fine", "a"), ("wrong", source)])

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(source))


@pytest.mark.parametrize(
    ("source", "position"), [("rows[", 5), ("rows.é", 5), ("steps.fetch[?x]", 13), ("row.a.`len`", 10), ("rows..", 6)]
)
def test_the_place_of_a_mistake_counts_from_the_name(source: str, position: int) -> None:
    with pytest.raises(MappingError) as caught:
        compile_source(source, TASK_NAMES)

    assert caught.value.position == position


def test_a_mistake_reads_with_its_place_counted_from_one() -> None:
    with pytest.raises(MappingError) as caught:
        compile_source("${bdy}")

    assert str(caught.value) == 'Write ${body}: there is no placeholder "bdy" (at character 3).'


texts = st.one_of(
    st.text(),
    st.text(alphabet="${}.[]body:fixedquery*'\" \\@?").map("${".__add__),
    st.text().map(lambda constant: f"${{fixed:{constant}}}"),
)


@settings(deadline=None)
@given(texts, st.sampled_from([ENDPOINT_NAMES, TASK_NAMES]))
def test_no_text_raises_anything_else(text: str, names: Mapping[str, Read]) -> None:
    read = refused_or(lambda source: compile_source(source, names), text)

    assert read is None or read(CONTEXT) is read(CONTEXT) or read(CONTEXT) == read(CONTEXT)

"""CEL: conditions and transforms, what is refused with its place, and that an evaluation is bounded."""

import gc
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.cel import (
    MAX_RANGE,
    compile_cel,
    compile_condition,
    compile_transform,
)
from tidegate_gateway.expressions.cel_chunks import PART_SIZE, in_parts
from tidegate_gateway.expressions.errors import CelError, EvaluationError

NAMES = ("row", "rows", "steps", "request")
VALUES: dict[str, Any] = {
    "row": {"a": "x", "n": 1, "f": 1.5, "most": 2**63 - 1, "list": [1, 2], "o": {"k": 1}, "none": None, "yes": True},
    "rows": [{"id": 1, "net": 5}, {"id": 2, "net": 50.5}, {"id": 3, "net": None}],
    "steps": {"fetch": [{"id": 9}]},
    "request": {"method": "GET", "body": {"a": 1}, "headers": {"x-id": "7"}, "query": {}},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2", 3),
        ("row.n + 1", 2),
        ("row.f * 2.0", 3.0),
        ("double(row.n) + 0.5", 1.5),
        ("row.n < 1.5", True),
        ("row.a", "x"),
        ("row", VALUES["row"]),
        ("row.none", None),
        ("row['o']['k']", 1),
        ("row.list[1]", 2),
        ("row.most", 2**63 - 1),
        ("has(row.nope)", False),
        ("'a' in row", True),
        ("rows.size()", 3),
        ("rows[1].net", 50.5),
        ("rows.filter(r, r.id > 1).map(r, r.id)", [2, 3]),
        ("rows.filter(r, r.net != null && double(r.net) > 10.0)", [{"id": 2, "net": 50.5}]),
        ("rows.map(r, {'id': r.id, 'n': null})", [{"id": 1, "n": None}, {"id": 2, "n": None}, {"id": 3, "n": None}]),
        ("rows.exists(r, r.id == 2) && rows.all(r, r.id > 0)", True),
        ("steps.fetch[0].id", 9),
        ("request.method == 'GET' && request.body.a == 1", True),
        ("request.headers['x-id'].matches('^[0-9]$')", True),
        ("'(a+)+$'.size()", 6),
        ("[null, {'a': null}]", [None, {"a": None}]),
        ("10u", 10),
        ("b'abc'", "YWJj"),
        ("timestamp('2026-01-01T01:00:00+01:00')", "2026-01-01T00:00:00Z"),
        ("timestamp('2026-01-01T00:00:00.25Z')", "2026-01-01T00:00:00.250000Z"),
        ("duration('90s')", "90s"),
        ("duration('1.5s')", "1.5s"),
        ("string(row.n) + '/' + row.a", "1/x"),
        ("row.yes ? 'y' : 'n'", "y"),
    ],
)
def test_an_expression_has_a_value(expression: str, value: Any) -> None:
    assert compile_cel(expression, NAMES)(VALUES) == value


def test_whole_numbers_stay_whole_and_others_are_doubles() -> None:
    assert compile_cel("[1, 1.0, row.n, row.f]", NAMES)(VALUES) == [1, 1.0, 1, 1.5]
    assert [type(value) for value in compile_cel("[row.n, row.f, row.n * 2]", NAMES)(VALUES)] == [int, float, int]


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**40])
def test_numbers_beyond_64_bits_are_not_calculated_with(number: int) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_cel("row.n + 1", NAMES)({"row": {"n": number}})

    assert caught.value.message == "The expression leaves the range of 64-bit integers."
    assert str(number) not in str(caught.value)


def test_only_the_variables_that_are_read_are_handed_over() -> None:
    condition = compile_cel("row.a == 'x' && rows.exists(row, row.id == 1)", NAMES)

    assert condition.names == {"row", "rows"}
    assert compile_cel("rows.map(row, row.id)", NAMES).names == {"rows"}
    assert compile_cel("row.a", NAMES)({"row": {"a": 1}, "rows": object(), "steps": object()}) == 1


def test_a_program_is_compiled_once() -> None:
    assert compile_cel("row.n == 1", NAMES) is compile_cel("row.n == 1", reversed(NAMES))  # type: ignore[arg-type]


def test_nulls_leave_the_reference_count_of_none_alone() -> None:
    program = compile_cel("[null, row.none, {'a': null}]", NAMES)
    program(VALUES)
    gc.collect()
    before = sys.getrefcount(None)

    for _ in range(5_000):
        program(VALUES)
    gc.collect()
    assert sys.getrefcount(None) > before - 1_000


NO_VARIABLE = "there is no such variable or function (the variables: request, row, rows, steps)."


@pytest.mark.parametrize(
    ("expression", "message", "position"),
    [
        ("", "Correct the expression here: it does not parse.", 0),
        ("row.a >", "Correct the expression here: it does not parse.", 7),
        ("\n\n  row.a >", "Correct the expression here: it does not parse.", 11),
        ("'é' + é", "Correct the expression here: it does not parse.", 6),
        ("'\U0001f600' + é", "Correct the expression here: it does not parse.", 6),
        ("row.?a", "Correct the expression here: it does not parse.", 0),
        ("'\ud800'", "Correct the expression here: it does not parse.", 0),
        ("1 + foo.bar", 'Correct "foo.bar": ' + NO_VARIABLE, 4),
        ("row.a.split(',')", 'Correct "split": ' + NO_VARIABLE, 6),
        ("math.abs(1)", 'Correct "math": ' + NO_VARIABLE, 0),
        ("rows.foo", "Take an element first: a list has no properties, as in rows[0].id.", 4),
        ("1 + 'x'", 'Convert the values first: "+" does not go with "int, string".', 2),
        ("1 == 1.5", 'Convert the values first: "==" does not go with "int, double".', 2),
        ("row[0]", 'Convert the values first: "[]" does not go with "map(string, dyn), int".', 3),
        ("9223372036854775808", "Write a smaller number: it has to fit into 64 bits.", 0),
        ("(" * 40 + "1" + ")" * 40, "Make the expression flatter: it is nested too deep.", 0),
        ("1" + " + 1" * 40, "Make the expression flatter: it is nested too deep.", 0),
        ("1" * 16_385, "Shorten the expression: it has more than 16384 characters.", 16_384),
    ],
)
def test_a_wrong_expression_is_refused_with_a_sentence_and_its_place(
    expression: str, message: str, position: int
) -> None:
    with pytest.raises(CelError) as caught:
        compile_cel(expression, NAMES)

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(expression))


def test_variables_that_are_not_there_are_refused() -> None:
    compile_cel("rows.size() > 0", ["rows"])
    with pytest.raises(CelError) as caught:
        compile_cel("row.id == 1", ["rows"])

    assert caught.value.message == 'Correct "row.id": there is no such variable or function (the variables: rows).'


RANGE = "The expression leaves the range of 64-bit integers."
CONVERTS = "The expression converts a value that can't be converted."
COMBINES = "The expression combines values that don't go together: use double(...) or string(...)."
PROPERTY = "The expression reads a property that is not there: ask for it with has(...) first."
NO_JSON = "The expression makes a value that JSON does not have: convert it first."


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("row.nope", PROPERTY),
        ("steps.nope", PROPERTY),
        ("row.a.b", "The expression reads a property of a value that has none."),
        ("row.none.b", "The expression reads a property of a value that has none."),
        ("row.list[5]", "The expression reads an element that is not there: compare with size(...) first."),
        ("row.most + 1", RANGE),
        ("int(1e30)", RANGE),
        ("uint(-1)", RANGE),
        ("row.n / 0", "The expression divides by zero."),
        ("row.n % 0", "The expression divides by zero."),
        ("row.a + 1", COMBINES),
        ("row.n + 0.5", COMBINES),
        ("row.a < 1", COMBINES),
        ("row.n ? 1 : 2", COMBINES),
        ("int(row.a)", CONVERTS),
        ("bool(row.a)", CONVERTS),
        ("timestamp(row.a)", CONVERTS),
        ("row.a.matches('(' + row.a)", "The expression uses a regular expression that does not parse."),
        ("string(b'\\xff')", "The expression can't be calculated with these values."),
        ("type(1)", NO_JSON),
        ("1.0 / 0.0", NO_JSON),
        ("0.0 / 0.0", NO_JSON),
        ("{1: 2}", "The expression makes an object with a key that is no text: write string(...) around it."),
    ],
)
def test_a_failure_is_a_sentence_without_values(expression: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_cel(expression, NAMES)(VALUES)

    assert caught.value.message == message
    check_refusal(caught.value, 0)


def test_a_value_that_is_no_json_is_refused() -> None:
    for value in (object(), (1, 2), "\ud800"):
        with pytest.raises(EvaluationError):
            compile_cel("row.a == 1", NAMES)({"row": {"a": value}})
    with pytest.raises(EvaluationError):
        compile_cel("row.a == 1", NAMES)({})


# Conditions and transforms


def test_a_condition_is_true_or_false() -> None:
    assert compile_condition("size(rows) > 0", NAMES)(VALUES) is True
    assert compile_condition("row.yes", NAMES)(VALUES) is True


def test_a_condition_that_can_be_neither_is_refused() -> None:
    with pytest.raises(CelError) as caught:
        compile_condition("size(rows)", NAMES)

    assert caught.value.message == "Write a condition: the value of this expression is neither true nor false."
    with pytest.raises(EvaluationError) as failed:
        compile_condition("row.n", NAMES)(VALUES)
    assert failed.value.message == "The condition is neither true nor false."


def test_a_transform_makes_rows() -> None:
    assert compile_transform("rows.filter(r, r.id > 2)", NAMES)(VALUES) == [{"id": 3, "net": None}]
    assert compile_transform("[row]", NAMES)(VALUES) == [VALUES["row"]]
    assert compile_transform("row.rows", NAMES)({"row": {"rows": []}}) == []


def test_a_transform_that_makes_something_else_is_refused() -> None:
    with pytest.raises(CelError) as caught:
        compile_transform("rows.size()", NAMES)

    assert caught.value.message == "Write an expression that makes a list of objects, as in rows.filter(r, r.id > 0)."
    for expression in ("[1]", "row.n", "rows.map(r, r.id)"):
        with pytest.raises(EvaluationError) as failed:
            compile_transform(expression, NAMES)(VALUES)
        assert failed.value.message == "The transform makes something else than a list of objects."


# Chains over rows are evaluated in parts

MANY = [{"id": number, "tags": ["a", "b"], "note": f"({number})"} for number in range(PART_SIZE * 3 + 1)]


@pytest.mark.parametrize(
    "expression",
    [
        "rows.map(r, {'id': r.id})",
        "rows.filter(r, r.id % 2 == 0)",
        " rows . filter ( r , r.id > 10 )\n.map( r, {'b': r.note + ')'} ) ",
        "rows.map(r, r.id > 5, {'id': r.id})",
        "rows.map(r, {'t': r.tags.map(t, t + '!')})",
        "rows.map(r, {'b': r.note.contains(\")\")})",
        "rows.map(rows, {'id': rows.id})",
        "rows.map(r, {'b': '''it's (''' + \"\"\"a \" (\"\"\" + r'\\(' + \"\\\"(\"})",
        "rows.map(r, {'b': b'(' == b\"(\"} // a comment (\n)",
        "rows.filter(r, r.id in steps.known.map(k, k.id))",
    ],
)
def test_a_chain_over_rows_makes_the_same_in_parts(expression: str) -> None:
    variables = {"rows": MANY, "steps": {"known": [{"id": 3}, {"id": 500}]}}

    assert in_parts(expression) is not None
    assert compile_transform(expression, NAMES)(variables) == compile_cel(expression, NAMES)(variables)


@pytest.mark.parametrize(
    "expression",
    [
        "rows",
        "[row]",
        "rows.map(r, {'n': r.id}).filter(r, true) + rows",
        "rows.map(r, {'n': r.id}) + rows.map(r, {'n': r.id})",
        "[rows.size()].map(n, {'n': n})",
        "rows.exists(r, r.id == 1) ? rows : []",
        "(rows.map(r, r))",
        "rows.map(r, [r])[0]",
        "steps.rows.map(r, r)",
    ],
)
def test_what_is_no_chain_over_rows_is_evaluated_whole(expression: str) -> None:
    assert in_parts(expression) is None
    assert compile_transform(expression, NAMES)({**VALUES, "steps": {"rows": VALUES["rows"]}})


def test_a_chain_that_looks_at_all_rows_is_evaluated_whole() -> None:
    made = compile_transform("rows.map(r, {'n': rows.size()})", NAMES)({"rows": [{}] * (PART_SIZE + 1)})

    assert made == [{"n": PART_SIZE + 1}] * (PART_SIZE + 1)


def test_many_rows_go_through_a_chain() -> None:
    rows = [{"id": number} for number in range(20_000)]

    assert len(compile_transform("rows.filter(r, r.id % 2 == 0).map(r, {'id': r.id})", NAMES)({"rows": rows})) == 10_000


# Bounds


TOO_MANY = f"The expression runs over too many elements: {MAX_RANGE} at a time are the most."
STEPS = "The expression takes too many steps: let it run over fewer elements."
JOINS = "The expression joins too much: let it join fewer or shorter values."
MAKES = "The expression makes too much: let it make fewer or shorter values."
ROWS = [{"id": number, "note": "x" * 40} for number in range(1_500)]
BIG = {"text": "x" * 1_000_000, "more": "y" * 1_000_000}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("rows.map(r, rows.map(q, rows.map(p, 1)))", STEPS),
        ("rows.all(r, !rows.exists(q, q.id == -r.id - 1))", STEPS),
        ("['a']" + ".map(y, y + y)" * 29, TOO_MANY),
        ("[[1]]" + ".map(y, y + y)" * 29, TOO_MANY),
        ("'ab' == 'ab' ? [row.text].map(y, y + y + y + y + y).map(y, y + y + y + y + y + y + y) : []", JOINS),
        ("[1].map(x, " * 4 + "row.text + row.text" + ")" * 4 + ".size() > rows.size()", JOINS),
        ("rows.all(r, size(row.text + row.more) > 0)", JOINS),
        ("(rows + rows).map(r, r.id)", TOO_MANY),
        ("(rows + rows + rows + rows + rows + rows).all(r, r.id >= 0)", TOO_MANY),
        ("rows.map(r, rows)", MAKES),
        ("rows.map(r, row.text)", MAKES),
    ],
)
def test_an_expression_that_multiplies_gives_up(expression: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_cel(expression, NAMES)({"rows": ROWS, "row": BIG})

    assert caught.value.message == message


def test_a_list_that_is_too_long_is_not_run_over() -> None:
    program = compile_cel("row.list.filter(x, x > 1)", NAMES)

    assert len(program({"row": {"list": list(range(MAX_RANGE))}})) == MAX_RANGE - 2
    with pytest.raises(EvaluationError) as caught:
        program({"row": {"list": list(range(MAX_RANGE + 1))}})
    assert caught.value.message == TOO_MANY


def test_a_budget_holds_over_all_parts() -> None:
    rows = [{"text": "x" * 100_000}] * 400

    with pytest.raises(EvaluationError) as caught:
        compile_transform("rows.map(r, r)", NAMES)({"rows": rows})
    assert caught.value.message == MAKES


def test_a_regular_expression_runs_in_linear_time() -> None:
    assert compile_cel("row.a.matches('^(a+)+$')", NAMES)({"row": {"a": "a" * 100_000 + "!"}}) is False


names = st.sampled_from(["a", "n", "id", "x"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
PIECES = (
    "row rows steps request . .a .map( .filter( .all( r , ) ( [ ] { } : ? + - * / % == < in ! && || 1 1.5 1u 'x' null "
    "true has( size("
)
expressions = st.lists(st.sampled_from(PIECES.split()), max_size=12)


@settings(deadline=None)
@given(st.text() | expressions.map("".join) | expressions.map(" ".join), st.dictionaries(names, documents, max_size=3))
def test_no_text_and_no_value_raises_anything_else(text: str, row: dict[str, Any]) -> None:
    refused_or(lambda expression: compile_transform(expression, NAMES), text)
    program = refused_or(lambda expression: compile_cel(expression, NAMES), text)
    variables = {"row": row, "rows": [row], "steps": {"a": [row]}, "request": row}

    if program is not None:
        refused_or(lambda _: program(variables), "")


elements = st.dictionaries(names, st.integers(-5, 5) | st.text(max_size=2), max_size=3)
bodies = st.sampled_from(["r", "{'a': has(r.a)}", "{'id': string(has(r.id)) + ')'}", "{'n': [r].map(x, x)}"])
conditions = st.sampled_from(["true", "has(r.a)", "!has(r.n) || '(' == ')'", "r.size() > 1", "r == {}"])
links = st.one_of(
    bodies.map(lambda body: f".map(r, {body})"),
    conditions.map(lambda condition: f".filter(r, {condition})"),
)


@settings(deadline=None)
@given(st.lists(links, min_size=1, max_size=3).map("".join), st.lists(elements, max_size=PART_SIZE + 20))
def test_any_chain_makes_the_same_in_parts(chain: str, rows: list[dict[str, Any]]) -> None:
    expression = f"rows{chain}"

    assert in_parts(expression)
    whole, parts = compile_cel(expression, NAMES), compile_transform(expression, NAMES)
    assert parts({"rows": rows}) == whole({"rows": rows})

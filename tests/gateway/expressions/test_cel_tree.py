"""What is told from the syntax tree of a CEL program: its free names, and how much it may repeat."""

import pytest
from cel_expr_python import cel

from tidegate_gateway.expressions.cel_tree import Cost, examine

OBJECT = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
ENVIRONMENT = cel.NewEnv(variables={"row": OBJECT, "rows": cel.Type.List(OBJECT)})


def examined(expression: str) -> tuple[frozenset[str], Cost]:
    return examine(ENVIRONMENT.compile(expression).serialize())


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("1 + 2", set()),
        ("row.a", {"row"}),
        ("row['a'] == rows[0].a", {"row", "rows"}),
        ("rows.map(row, row.a)", {"rows"}),
        ("rows.map(r, row.a)", {"row", "rows"}),
        ("{row.a: [rows]}", {"row", "rows"}),
        ("has(row.a) ? 'x' : 'y'", {"row"}),
        ("[1, 2].exists(x, x == row.a)", {"row"}),
    ],
)
def test_free_names_are_found(expression: str, names: set[str]) -> None:
    assert examined(expression)[0] == names


@pytest.mark.parametrize(
    ("expression", "growth", "loops", "range_growth"),
    [
        ("row.a", 1, 0, 1),
        ("row.a + 1", 1, 0, 1),
        ("row.a * row.b - row.c", 1, 0, 1),
        ("row.a + row.b", 2, 0, 1),
        ("row.a + '/' + row.b", 3, 0, 1),
        ("(row.a + row.b) + (row.a + row.b)", 4, 0, 1),
        ("rows + rows + rows", 3, 0, 1),
        ("[row.a + row.a][0]", 2, 0, 1),
        ("{'a': row.a + row.a}.a", 2, 0, 1),
        ("size(row.a + row.a) > 1", 2, 0, 1),
        ("row.b ? row.a : row.a + row.a", 2, 0, 1),
        ("rows.map(r, r.a)", 1, 1, 1),
        ("rows.map(r, r.a + r.b)", 2, 1, 1),
        ("rows.filter(r, r.a + r.b == 'x')", 2, 1, 1),
        ("rows.all(r, size(r.a + r.b) > 1)", 2, 1, 1),
        ("(rows + rows).map(r, 1)", 2, 1, 2),
        ("rows.map(r, rows.map(q, q.a))", 1, 2, 1),
        ("rows.map(r, r.a).map(r, r.b)", 1, 1, 1),
        ("[row.a].map(y, y + y).map(y, y + y)", 4, 1, 2),
        ("[row.a]" + ".map(y, y + y)" * 28, 2**28, 1, 2**27),
    ],
)
def test_repetition_is_bounded_from_above(expression: str, growth: int, loops: int, range_growth: int) -> None:
    cost = examined(expression)[1]

    assert (cost.growth, cost.loops, cost.range_growth) == (growth, loops, range_growth)


def test_joining_texts_is_told_from_joining_lists() -> None:
    assert not examined("rows.map(r, r.a + '!')")[1].joins_lists
    assert not examined("rows.map(r, r.a)")[1].joins_lists
    assert examined("rows + rows")[1].joins_lists
    assert examined("row.a + row.b")[1].joins_lists


def test_the_longest_list_of_the_text_is_found() -> None:
    assert examined("[1, 2, 3].map(x, [x])")[1].literal == 3
    assert examined("row.a")[1].literal == 0

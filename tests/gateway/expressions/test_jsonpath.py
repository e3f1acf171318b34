"""JSONPath: what it matches, held against jsonpath-ng itself, what it refuses, and that its work is bounded."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import ExtendedJsonPathParser

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import EvaluationError, PathError
from tidegate_gateway.expressions.jsonpath import compile_locations, compile_path, compile_value
from tidegate_gateway.expressions.path_budget import STEPS

STORE = {
    "store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
            {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
            {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553", "price": 8.99},
            {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord", "isbn": "0-395", "price": 22.99},
        ],
        "bicycle": {"color": "red", "price": 399, "a.b": 1, "it's": 2, "": 3, "žluť": 4, "where": 5, "0": 6, "null": 7},
    },
    "limit": 9,
    "nothing": None,
    "empty": [],
    "flags": [True, False, None, 0, "", {}, []],
    "matrix": [[1, 2], [3, 4]],
}
BOOKS = STORE["store"]["book"]  # type: ignore[index]
BICYCLE = STORE["store"]["bicycle"]  # type: ignore[index]

# The path, and what RFC 9535 says that it selects from STORE.
SELECTS: list[tuple[str, list[Any]]] = [
    ("$", [STORE]),
    ("$.limit", [9]),
    ("$['limit']", [9]),
    ('$["limit"]', [9]),
    ("$.store.bicycle.color", ["red"]),
    ("$['store']['bicycle']['a.b']", [1]),
    ("$.store.bicycle['it\\'s']", [2]),
    ("$.store.bicycle['']", [3]),
    ("$.store.bicycle['žluť']", [4]),
    ("$.store.bicycle['where']", [5]),
    ("$.store.bicycle['0']", [6]),
    ("$.store.bicycle.null", [7]),
    ("$.nothing", [None]),
    ("$.nothing.more", []),
    ("$.missing", []),
    ("$.limit.more", []),
    ("$.limit[0]", []),
    ("$.store[0]", []),
    ("$.store.book.title", []),
    ("$.store.book[0].title", ["Sayings of the Century"]),
    ("$.store.book[-1].title", ["The Lord"]),
    ("$.store.book[4]", []),
    ("$.store.book[-5]", []),
    ("$.empty[0]", []),
    ("$.empty[*]", []),
    ("$.matrix[1][0]", [3]),
    ("$.matrix[*][0]", [1, 3]),
    ("$.matrix[*][*]", [1, 2, 3, 4]),
    ("$.matrix[*].x", []),
    ("$.store.*.color", ["red"]),
    ("$.limit[*]", []),
    ("$.store.book[*].isbn", ["0-553", "0-395"]),
    ("$.store.book[0,2].price", [8.95, 8.99]),
    ("$.store.book[1:3].price", [12.99, 8.99]),
    ("$.store.book[::-2].price", [22.99, 12.99]),
    ("$.store.book[2:].price", [8.99, 22.99]),
    ("$.matrix[0][:1]", [1]),
    ("$.store.bicycle['color','price']", ["red", 399]),
    ("$..price", [8.95, 12.99, 8.99, 22.99, 399]),
    ("$..book[2].title", ["Moby Dick"]),
    ("$..isbn", ["0-553", "0-395"]),
    ("$.matrix..[0]", [[1, 2], 1, 3]),
    ("$.store.book[?@.isbn].price", [8.99, 22.99]),
    ("$.store.book[?!@.isbn].price", [8.95, 12.99]),
    ("$.store.book[?(@.price < 9)].price", [8.95, 8.99]),
    ("$.store.book[?(@.price < $.limit)].price", [8.95, 8.99]),
    ("$.store.book[?@.category == 'fiction' && @.price > 10].price", [12.99, 22.99]),
    ("$.store.book[?@.price > 20 || @.category == 'reference'].price", [8.95, 22.99]),
    ("$.store.book[?(@.price > 20 || @.price < 8.96) && @.isbn].price", [22.99]),
    ("$.flags[?@ == null]", [None]),
    ("$.flags[?@ == true]", [True]),
    ("$.flags[?@ == 0]", [0]),
    ("$.flags[?@ == '']", [""]),
    ("$.flags[?@ != null]", [True, False, 0, "", {}, []]),
    ("$.store[?@.color == 'red'].price", [399]),
    ("$.matrix[?@[?@ == 3]]", [[3, 4]]),
    ("$..[?@.isbn].title", ["Moby Dick", "The Lord"]),
]


@pytest.mark.parametrize(("path", "expected"), SELECTS)
def test_a_path_selects_what_the_standard_says(path: str, expected: list[Any]) -> None:
    assert compile_path(path)(STORE) == expected


@pytest.mark.parametrize("path", [path for path, _ in SELECTS])
def test_a_path_selects_what_jsonpath_ng_finds(path: str) -> None:
    assert compile_path(path)(STORE) == reference(path, STORE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.limit", 9),
        ("$.missing", None),
        ("$.nothing", None),
        ("$.empty", []),
        ("$.empty[*]", None),
        ("$.matrix[0][*]", [1, 2]),
        ("$.matrix[0][:1]", 1),
        ("$..color", "red"),
        ("$..isbn", ["0-553", "0-395"]),
        ("$..nope", None),
    ],
)
def test_one_match_is_the_value_several_are_a_list_and_none_is_none(path: str, expected: Any) -> None:
    assert compile_value(path)(STORE) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", [()]),
        ("$.store.bicycle.color", [("store", "bicycle", "color")]),
        ("$.missing", []),
        ("$.matrix[*][-1]", [("matrix", 0, -1), ("matrix", 1, -1)]),
        ("$..isbn", [("store", "book", 2, "isbn"), ("store", "book", 3, "isbn")]),
        (
            "$.store.book[?@.isbn]['title','isbn']",
            [("store", "book", n, key) for n in (2, 3) for key in ("title", "isbn")],
        ),
        ("$.matrix[1:]", [("matrix", 1)]),
        ("$.store.bicycle['a.b']", [("store", "bicycle", "a.b")]),
    ],
)
def test_a_match_has_a_location(path: str, expected: list[tuple[str | int, ...]]) -> None:
    assert compile_locations(path)(STORE) == expected


def test_a_place_that_several_ways_lead_to_is_one_location() -> None:
    document: Any = 1
    for _ in range(10):
        document = {"a": document}
    assert len(compile_locations("$" + "[*]" * 20)(document)) <= 11


def reference(path: str, document: Any) -> list[Any]:
    """What the library finds by itself."""
    return [match.value for match in ExtendedJsonPathParser().parse(path).find(document)]


names = st.sampled_from(["a", "b", "c", "a.b", "0", "it's", "", "é", "null", "*", "$", "@x", "where", "a b", 'q"'])
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
steps = st.one_of(
    names.map(lambda name: "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']"),
    names.filter(str.isidentifier).filter(lambda name: name != "where" and name.isascii()).map(lambda name: f".{name}"),
    st.integers(-4, 4).map(lambda index: f"[{index}]"),
    st.just("[*]"),
    st.just(".*"),
)
plain_paths = st.lists(steps, max_size=5).map(lambda path: "$" + "".join(path))
slow_steps = st.sampled_from(
    ["..a", "..*", "..[0]", "[?@.a]", "[?@.a == 1]", "[?@ != $.b]", "[0:2]", "['a','b']", "[0,-1]"]
)
any_paths = st.lists(steps | slow_steps, max_size=4).map(lambda path: "$" + "".join(path))


@settings(deadline=None)
@given(plain_paths, documents)
def test_the_fast_way_finds_what_the_library_finds(path: str, document: Any) -> None:
    assert compile_path(path)(document) == reference(path, document)


@settings(deadline=None)
@given(any_paths, documents)
def test_the_bounded_way_finds_what_the_library_finds(path: str, document: Any) -> None:
    assert compile_path(path)(document) == reference(path, document)


@settings(deadline=None)
@given(any_paths, documents)
def test_a_location_leads_to_its_match(path: str, document: Any) -> None:
    reached = []
    for location in compile_locations(path)(document):
        value = document
        for key in location:
            value = value[key]
        reached.append(value)

    assert all(value in reached for value in compile_path(path)(document))


REFUSED = [
    ("", "Begin the path with $, as in $.customer.id.", 0),
    ("a.b", "Begin the path with $, as in $.customer.id.", 0),
    ("@.a", "Begin the path with $, as in $.customer.id.", 0),
    (
        "$.a[?(@.x =~ 'a')]",
        "Remove the regular expression (=~): a filter compares with ==, !=, <, <=, > and >= only.",
        10,
    ),
    (
        "$.a[?(@.x=~'(a+)+$')]",
        "Remove the regular expression (=~): a filter compares with ==, !=, <, <=, > and >= only.",
        9,
    ),
    ("$.a[?length(@.x) > 1]", "Remove the function: a path has none, calculate in a transform step instead.", 5),
    ("$.a[?match(@.x, '(a+)+')]", "Remove the function: a path has none, calculate in a transform step instead.", 5),
    ("$.length()", "Remove the function: a path has none, calculate in a transform step instead.", 2),
    ("$.a.`len`", "Remove the function: a path has none, calculate in a transform step instead.", 8),
    ("$.a.`sub(/(a+)+$/, b)`", "Remove the function: a path has none, calculate in a transform step instead.", 21),
    ("$.a.`parent`", "Remove the function: a path has none, calculate in a transform step instead.", 11),
    ("$.a + 1", "Remove the operator: a path neither calculates nor sorts, do that in a transform step.", 4),
    ("$.a * 2", "Remove the operator: a path neither calculates nor sorts, do that in a transform step.", 4),
    ("$.a[/x]", "Remove the operator: a path neither calculates nor sorts, do that in a transform step.", 4),
    ("$.a | $.b", "Combine conditions with && and || inside a filter: a path has no other operators.", 4),
    ("$.a[?@.x & @.y]", "Combine conditions with && and || inside a filter: a path has no other operators.", 9),
    ("$.a.$.b", "Use $ and @ at the beginning of a path only.", 4),
    ("$.a.@", "Use $ and @ at the beginning of a path only.", 4),
    ("$.(a)", "Remove the round bracket: it groups conditions in a filter only.", 2),
    ("$.a[?(1 < @.x)]", "Begin the condition with @ or $, as in [?(@.qty > 15)].", 6),
    ("$.a[?(qty > 15)]", "Begin the condition with @ or $, as in [?(@.qty > 15)].", 6),
    ("$.a[?'x' == @.x]", "Begin the condition with @ or $, as in [?(@.qty > 15)].", 5),
    ("$.a[?(@.x == foo)]", "Put the text that is compared in quotes, as in [?(@.state == 'open')].", 13),
    ("$['\\u0041']", "Write the character itself: only a quote or a backslash follows a backslash.", 3),
    ("$.a\n.b", "Write the path on one line, without control characters.", 3),
    ("$['a", "Close the quoted text: its last quote is missing.", 4),
    ("$.a[", "Finish the path: something is missing at its end.", 4),
    ("$.a.", "Finish the path: something is missing at its end.", 4),
    ("$..", "Finish the path: something is missing at its end.", 3),
    ("$.žluť", "Put the name with \"ž\" in brackets and quotes, as in $['name'].", 2),
    ("$.where", "Write ['where'] for this name: without brackets the word means something else.", 2),
    ("$.1a", 'Correct the path from "a" on: it does not parse there.', 3),
    ("$.a 'b'", 'Correct the path from "b" on: it does not parse there.', 4),
    ("$]", 'Correct the path from "]" on: it does not parse there.', 1),
    ("$[0,'a']", 'Correct the path from "a" on: it does not parse there.', 4),
    ("$" + ".a" * 1100, "Shorten the path: it has more than 2048 characters.", 2048),
    ("$..x" + ".a" * 101, "Shorten the path: it has more than 100 parts.", 0),
    ("$" + "[?@" * 60 + "]" * 60, "Shorten the path: it has more than 100 parts.", 0),
]


@pytest.mark.parametrize(("path", "message", "position"), REFUSED)
def test_a_wrong_path_is_refused_with_a_sentence_and_its_place(path: str, message: str, position: int) -> None:
    with pytest.raises(PathError) as caught:
        compile_path(path)

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(path))


@settings(deadline=None)
@given(st.text() | st.text(alphabet="$.@ab0[]?()'\"*,:!&|=<>~`-+/\\ é\n", max_size=30).map("$".__add__))
def test_no_text_raises_anything_else(text: str) -> None:
    find = refused_or(compile_path, text)

    assert find is None or isinstance(find(STORE), list)


TOKENS = "$ . .. [ ] ? ( ) @ a 'b' * , : 0 -1 1.5 ! && || == < null true & | + / =~ `len` where"


@settings(deadline=None)
@given(st.lists(st.sampled_from(TOKENS.split())))
def test_no_row_of_tokens_raises_anything_else(tokens: list[str]) -> None:
    find = refused_or(compile_path, "$" + "".join(tokens))

    assert find is None or isinstance(find(STORE), list)


# Each multiplies: the whole document for each of its values, at least.
BOMBS = [
    "$..*..*..*",
    "$..a..a..a..a",
    "$..[?@..a]..[?@..a]",
    "$.rows[?!$..zzz]",
    "$.rows[?!$.rows[?!@]]",
    "$.rows[?($ == $)]",
    "$.rows[?($.rows == $.rows)]",
    "$.rows[?$.rows[?$.rows[?$.rows[?!@]]]]",
]
WIDE: dict[str, Any] = {"rows": [{"a": {"a": {"a": {"a": number}}}} for number in range(12_000)]}


@pytest.mark.parametrize("path", BOMBS)
def test_a_path_that_multiplies_gives_up(path: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_path(path)(WIDE)

    assert caught.value.message == "The path looks at too much of this document: name what it looks for more closely."


def test_names_that_repeat_give_up() -> None:
    nested: Any = 1
    for _ in range(30):
        nested = {"a": nested}

    with pytest.raises(EvaluationError):
        compile_path("$" + "['a','a']" * 30)(nested)


def test_a_path_that_gave_up_works_on_the_next_document() -> None:
    find = compile_path("$..a..a..a..a")

    with pytest.raises(EvaluationError):
        find(WIDE)
    assert find({"a": {"a": {"a": {"a": 1}}}}) == [1]


def test_a_big_document_is_searched_whole_within_the_budget() -> None:
    document = {"rows": [{"id": number, "note": "x"} for number in range(STEPS // 7)]}

    assert len(compile_path("$..id")(document)) == STEPS // 7


def test_a_plain_path_has_no_budget_to_exceed() -> None:
    document = {"rows": [[{"id": 1}]] * (STEPS + 1)}

    assert len(compile_path("$.rows[*][*].id")(document)) == STEPS + 1


def test_a_path_is_parsed_once() -> None:
    assert compile_path("$.once.and.no.more") is compile_path("$.once.and.no.more")

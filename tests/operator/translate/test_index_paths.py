"""Which paths of indexes are too dear, and that PostgreSQL itself is quick with those that are not."""

import asyncpg
import orjson
import pytest

from tests.operator.translate.worlds import endpoint, findings, verdict_on
from tidegate_crds.conditions import ConditionType, Reason
from tidegate_operator.translate.index_paths import too_costly

CHEAP = [
    "$",
    "$.a.b",
    "$.lines[*].sku",
    "$.lines[0, 1].sku",
    "$.lines[last]",
    "$.**.id",
    "strict $.a",
    "$.*.*.*",
    "$[*][*][*]",
    '$."$"."**"."**"."@"."like_regex"."1e9"',
    r'$."\"$".b',
    "$.a /* $ ** $ ** */ .b",
    "$.lines[*] ? (@.qty > 1 && @.qty < 9).sku",
    '$.lines[*] ? (!(@.kind == "gift") || exists(@.sku)).sku',
    "$.lines.size()",
    "$.a.keyvalue().value",
    "$.line1e2",
    "$.order.date",
    "$.time.datetime.size()",
]
NO_TIMES = "there may be no datetime() and the like in it, the type Timestamp reads times"
DEAR = {
    "$.**.a.**.b": "`**` may stand in it once",
    "$.a[*] ? (@.id == $.id)": "`$` may stand at its beginning only",
    "$[*] ? ($[*] == @)": "`$` may stand at its beginning only",
    '$.a /* " */ ? (@.b == $.c) /* " */': "`$` may stand at its beginning only",
    "$x": "there are no variables, `$` by itself is the datum",
    '$"x".a': "there are no variables, `$` by itself is the datum",
    "$é": "there are no variables, `$` by itself is the datum",
    "$ ? (@.a[*] == @.b[*])": "a filter may compare with a constant, not `@` with `@`",
    "$ ? ((@.a) != (@.b))": "a filter may compare with a constant, not `@` with `@`",
    '$.a ? (@ LIKE_REGEX "^(a+)+$")': "there may be no like_regex in it",
    "$.keyvalue().KeyValue()": "keyvalue() may stand in it once",
    "$[0, 0][0, 0][0, 0][0, 0]": "it may have 3 commas at most",
    "$.a ? (@ > 1e100000)": "numbers may have no exponent",
    "$.a ? (@ > 1.e+9)": "numbers may have no exponent",
    "$.a ? (@ > .5E9)": "numbers may have no exponent",
    r'$.a ? (@ lik\u0065_regex "^(a+)+$")': r'a backslash may stand within quotes only, as in `$."a\"b"`',
    r'$.a\".**.**.**."x"': r'a backslash may stand within quotes only, as in `$."a\"b"`',
    '$.a ? (@.datetime() < "2020-01-01".datetime())': NO_TIMES,
    "$.a.timestamp_tz ()": NO_TIMES,
}
WIDE = {"a": [{"id": number, "b": [number] * 5} for number in range(5000)], "b": list(range(20_000))}


def test_paths_that_look_through_a_document_once_are_fine() -> None:
    assert {path: too_costly(path) for path in CHEAP if too_costly(path)} == {}


@pytest.mark.parametrize(("path", "rule"), DEAR.items())
def test_what_costs_more_is_named(path: str, rule: str) -> None:
    sentence = too_costly(path)
    assert sentence is not None
    assert sentence.endswith(f"because every datum pays for it: {rule}.")


def test_a_costly_path_is_refused_in_its_place() -> None:
    spec = {"data": {"indexes": [{"name": "fine", "path": "$.a"}, {"name": "dear", "path": "$.**.**"}]}}
    orders = endpoint(spec=spec)
    (finding,) = findings(verdict_on(orders.key, orders))
    assert (finding.condition, finding.reason) == (ConditionType.ACCEPTED, Reason.INVALID_INDEX_PATH)
    assert finding.path == "spec.data.indexes[1].path"
    assert finding.message == (
        "Write a path that goes down once, such as $.customer.id or $.lines[*].sku, because every datum pays for it: "
        "`**` may stand in it once."
    )


async def test_postgresql_takes_what_is_fine_and_is_quick_with_it(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for path in CHEAP:
            await connection.fetchval(
                "SELECT jsonb_path_query_first($1::text::jsonb, $2::text::jsonpath, '{}', true)",
                orjson.dumps(WIDE).decode(),
                path,
                timeout=2.0,
            )
    finally:
        await connection.close()

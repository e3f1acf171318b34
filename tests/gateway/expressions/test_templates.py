"""Handlebars templates: what they write, how it is escaped, what is refused, and that rendering is bounded."""

import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import EvaluationError, TemplateError
from tidegate_gateway.expressions.template_check import parse_template
from tidegate_gateway.expressions.template_render import full_renderer, plain_renderer
from tidegate_gateway.expressions.templates import Escape, check, compile_template

VARIABLES: dict[str, Any] = {
    "row": {
        "id": 'a/b "c"\n',
        "n": 1.50,
        "yes": True,
        "no": False,
        "none": None,
        "zero": 0,
        "o": {"a": [1, "é"]},
        "list": ["x", "y"],
        "empty": [],
        "big": 10**30,
        "a b": "spaced",
        "json": "a property called json",
    },
    "rows": [{"id": 1, "tags": ["s", "t"]}, None, {"id": 3}],
    "request": {"method": "get"},
    "connection": {"http": {"encrypted": {"password": "hunter2"}, "unencrypted": {"user": "acme"}}},
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("{{row.n}}", "1.5"),
        ("{{row.yes}} {{row.no}} {{row.zero}} {{row.none}}", "true false 0 "),
        ("{{row.o}}", '{"a":[1,"é"]}'),
        ("{{row.o.a.1}} {{row.list.0}} {{row.list.9}} {{row.list.x}}", "é x  "),
        ("{{row.big}}", "1" + "0" * 30),
        ("{{row.[a b]}}", "spaced"),
        ("{{row.json}}", "a property called json"),
        ("{{row.nope}}{{row.nope.more}}{{row.n.more}}{{nope}}{{nope.more}}", ""),
        ("{{rows.0.id}}", "1"),
        ("{{connection.http.unencrypted.user}}", "acme"),
        ("a{{! a comment }}b{{!-- another }} --}}c", "abc"),
        ("a  {{~row.n~}}  b", "a1.5b"),
        ("\\{{row.n}}", "{{row.n}}"),
        ("{{{{raw}}}}{{row.n}}{{{{/raw}}}}", "{{row.n}}"),
        ("{{#if row.none}}a{{else if row.yes}}b{{else}}c{{/if}}", "b"),
        ("{{#if row.empty}}a{{/if}}{{#unless row.zero}}b{{/unless}}", "b"),
        ("{{#each rows}}{{@index}}={{id}};{{/each}}", "0=1;1=;2=3;"),
        ("{{#each rows}}{{#unless @first}}, {{/unless}}{{id}}{{#if @last}}.{{/if}}{{/each}}", "1, , 3."),
        ("{{#each row.o}}{{@key}}:{{this}}{{/each}}", 'a:[1,"é"]'),
        ("{{#each row.empty}}a{{else}}none{{/each}}", "none"),
        ("{{#each row.n}}a{{else}}none{{/each}}", "none"),
        ("{{#each nope}}a{{else}}none{{/each}}", "none"),
        ("{{#each rows as |r i|}}{{i}}{{r.id}}{{/each}}", "011 23".replace(" ", "")),
        ("{{#each rows}}{{#each tags}}{{this}}{{../id}}{{/each}}{{/each}}", "s1t1"),
        ("{{#each rows}}{{../request.method}}{{/each}}", "getgetget"),
        ("{{#each rows}}{{@root.request.method}}{{/each}}", "getgetget"),
        ("{{#with row.o}}{{a.0}}{{/with}}{{#with row.none}}x{{else}}none{{/with}}", "1none"),
        ("{{#rows}}{{id}},{{/rows}}", "1,,3,"),
        ("{{#row}}{{n}}{{/row}}{{^row.none}}none{{/row.none}}", "1.5none"),
        ("{{json row.o}} {{json row.none}} {{json rows.0.tags}}", '{"a":[1,"é"]} null ["s","t"]'),
        ("{{#each rows}}{{json this}}{{/each}}", '{"id":1,"tags":["s","t"]}null{"id":3}'),
        ("{{#each rows}}[{{this}}{{#if this}}!{{/if}}]{{/each}}", '[{"id":1,"tags":["s","t"]}!][][{"id":3}!]'),
        ("{{join row.list}} {{join row.list ' - '}} {{join row.n}}", "x,y x - y "),
        ("{{uppercase request.method}} {{lowercase 'ABC'}} {{trim '  a '}}", "GET abc a"),
        ("{{default row.none 'd'}} {{default row.n 'd'}}", "d 1.5"),
        ("{{lookup row.list 1}} {{lookup row 'n'}} {{lookup row.o request.method}}", "y 1.5 "),
        ("{{#if (eq row.n 1.5)}}eq{{/if}}{{#if (and row.yes (not row.no))}}and{{/if}}", "eqand"),
        ("{{#if (or (gt row.n 2) (lte row.zero 0))}}or{{/if}}{{ne 1 2}}{{gte 1 'x'}}{{lt 1 2}}", "ortruefalsetrue"),
    ],
)
def test_a_template_writes(source: str, expected: str) -> None:
    assert compile_template(source, Escape.RAW)(VARIABLES) == expected


@pytest.mark.parametrize(
    ("escape", "expected"),
    [
        (Escape.RAW, 'a/b "c"\n|1.5|{"a":[1,"é"]}|a/b "c"\n|a/b "c"\n'),
        (Escape.JSON, 'a/b \\"c\\"\\n|1.5|{\\"a\\":[1,\\"é\\"]}|a/b "c"\n|a/b "c"\n'),
        (
            Escape.URL,
            'a%2Fb%20%22c%22%0A|1.5|%7B%22a%22%3A%5B1%2C%22%C3%A9%22%5D%7D|a/b "c"\n|a/b "c"\n',
        ),
    ],
)
@pytest.mark.parametrize("ending", ["", "{{#if row.no}}{{/if}}"])
def test_two_braces_escape_and_three_do_not(escape: Escape, expected: str, ending: str) -> None:
    source = "{{row.id}}|{{row.n}}|{{row.o}}|{{{row.id}}}|{{&row.id}}"

    assert compile_template(source + ending, escape)(VARIABLES) == expected


def test_what_a_helper_makes_is_escaped_too() -> None:
    assert compile_template("{{uppercase row.id}}", Escape.URL)(VARIABLES) == "A%2FB%20%22C%22%0A"
    assert (
        compile_template("{{#each row.list}}{{lookup @root.row 'id'}}{{/each}}", Escape.JSON)(VARIABLES)
        == 'a/b \\"c\\"\\n' * 2
    )


def test_a_body_beside_braces_of_json_is_read_right() -> None:
    body = compile_template('{"a": {"net": {{row.n}}}, "rows": {{{json rows}}}}', Escape.JSON)(VARIABLES)

    assert json.loads(body) == {"a": {"net": 1.5}, "rows": VARIABLES["rows"]}


@settings(deadline=None)
@given(st.text())
def test_an_escaped_text_comes_back(text: str) -> None:
    in_json = compile_template('{"a": "{{row.a}}"}', Escape.JSON)({"row": {"a": text}})
    in_url = compile_template("/{{row.a}}?", Escape.URL)({"row": {"a": text}})

    assert json.loads(in_json) == {"a": text}
    assert unquote(in_url[1:-1]) == text
    assert not set(in_url[1:-1]) & set("/?#&=+ \r\n")


def test_a_template_knows_what_it_reads() -> None:
    template = compile_template(
        "{{row.id}}{{#each rows}}{{id}}{{../connection.http.encrypted.password}}{{@root.request.method}}{{/each}}",
        Escape.RAW,
    )

    assert template.names == {"row", "rows", "connection", "request"}
    assert ("connection", "http", "encrypted", "password") in template.paths
    assert compile_template("nothing", Escape.RAW).names == set()


@pytest.mark.parametrize(
    "source",
    [
        "{{#each rows}}{{{json this}}}{{/each}}",
        "{{#each rows}}{{#with this}}{{{json this}}}{{/with}}{{/each}}",
        "{{#each rows}}{{#row}}{{{json ../this}}}{{/row}}{{/each}}",
        "{{#row.yes}}{{{json this}}}{{/row.yes}}",
        "{{#with row}}{{{json this}}}{{/with}}",
    ],
)
def test_no_template_writes_out_what_it_does_not_name(source: str) -> None:
    text = compile_template(source, Escape.RAW)({**VARIABLES, "row": {"yes": True}})

    assert "hunter2" not in text


KNOWN = {"row", "rows", "request", "run.id", "connection.http.encrypted.password", "connection.http.unencrypted.user"}


@pytest.mark.parametrize(
    "source",
    [
        "/{{row.id}}/{{run.id}}",
        "{{connection.http.encrypted.password}}",
        "{{#each rows}}{{anything}}{{../row.id}}{{@root.run.id}}{{/each}}",
        "{{#with row}}{{anything}}{{/with}}",
        "{{#if row.a}}{{row.b}}{{else}}{{rows}}{{/if}}",
        "{{#each rows as |r|}}{{r.id}}{{/each}}",
        "{{#each rows}}{{#each this}}{{.}}{{/each}}{{/each}}",
        "no placeholder",
    ],
)
def test_known_variables_and_what_lies_below_them_may_be_read(source: str) -> None:
    check(source, KNOWN)


ROOTS = "Write one of connection, request, row, rows, run: "
ALL = "Name what you mean: all variables at once are never written out."
HELPER = (
    "Use a helper that there is (and, default, eq, gt, gte, join, json, lookup, lowercase, lt, lte, ne, not, or, trim, "
    "uppercase): "
)
FLAT = "Make the template flatter: "


@pytest.mark.parametrize(
    ("source", "message", "position"),
    [
        ("a {{foo.bar}}", ROOTS + '"foo.bar" names nothing here.', 4),
        ("{{rwos}}", 'Write rows: "rwos" names nothing here.', 2),
        (
            "{{run}}",
            ROOTS.replace("one of connection, request, row, rows, run", "run.id") + '"run" names nothing here.',
            2,
        ),
        (
            "{{connection.http.encrypted.pasword}}",
            'Write connection.http.encrypted.password: "connection.http.encrypted.pasword" names nothing here.',
            2,
        ),
        ("{{#each foo}}{{/each}}", ROOTS + '"foo" names nothing here.', 8),
        ("{{#if row}}{{else}}{{foo}}{{/if}}", ROOTS + '"foo" names nothing here.', 21),
        ("{{#each rows}}{{../foo}}{{/each}}", ROOTS + '"foo" names nothing here.', 16),
        ("{{#each rows}}{{@root.foo}}{{/each}}", ROOTS + '"foo" names nothing here.', 16),
        ("{{json (default foo 1)}}", ROOTS + '"foo" names nothing here.', 16),
        ("{{#foo}}{{/foo}}", ROOTS + '"foo" names nothing here.', 3),
        ("{{this}}", ALL, 2),
        ("{{{json .}}}", ALL, 8),
        ("{{{json @root}}}", ALL, 8),
        ("{{#if row}}{{this}}{{/if}}", ALL, 13),
        ("{{#each rows}}{{../this}}{{/each}}", ALL, 16),
        ("{{../row}}", "Remove ../: there is nothing further out.", 2),
        ("{{@secret}}", "Use @index, @key, @first, @last or @root: there are no others.", 2),
        ("{{log row}}", HELPER + '"log" is none.', 2),
        ("{{truncate row.id 5}}", HELPER + '"truncate" is none.', 2),
        ("{{json (open '/etc/passwd')}}", HELPER + '"open" is none.', 8),
        ("{{json}}", 'Give "json" a value; a property of that name is this.json.', 2),
        ("{{#if}}{{/if}}", 'Give "if" a value; a property of that name is this.if.', 3),
        ("{{json row indent=2}}", 'Give "json" its values without names.', 2),
        ("{{'json' row}}", "Begin with the name of a helper, as in {{json row}}.", 0),
        ("{{#json row}}{{/json}}", 'Begin the block with if, unless, each or with: "json" is none of them.', 3),
        ("{{#foo row}}{{/foo}}", 'Begin the block with if, unless, each or with: "foo" is none of them.', 3),
        (
            "{{#each rows}}{{#each this}}{{#each this}}{{/each}}{{/each}}{{/each}}",
            "Take a loop out: they nest at most 2 deep.",
            3,
        ),
        (
            "{{#rows}}{{#rows}}{{#each this}}{{/each}}{{/rows}}{{/rows}}",
            "Take a loop out: they nest at most 2 deep.",
            21,
        ),
        ("{{> header}}", "Remove the partial: a template stands alone.", 0),
        ("{{#if row}}", "Close the block, as in {{#if row.id}}…{{/if}}.", 11),
        ("{{/if}}", "Remove the closing tag: no block is open here.", 0),
        ("{{#if row}}{{/each}}", "Close the blocks in the order in which they were opened.", 18),
        ("a\n  {{!-- b", "Close the comment.", 4),
        ("{{json 'a}}", "Close the quoted text: its last quote is missing.", 7),
        ("a\n  {{row", "Correct the template here: it does not parse.", 9),
        ("{{}}", "Correct the template here: it does not parse.", 2),
        ("{{row.a}", "Correct the template here: it does not parse.", 7),
        ("{{else}}", "Correct the template here: it does not parse.", 2),
        ("{{²}}", "Correct the numbers in the template: one of them does not parse.", 0),
        ("{{json " + "9" * 5000 + "}}", "Correct the numbers in the template: one of them does not parse.", 0),
        ("{{#if row}}" * 21 + "{{/if}}" * 21, FLAT + "blocks nest at most 20 deep.", 0),
        ("{{#if row}}" * 1000, FLAT + "it is nested too deep.", 0),
        ("x" * 16_385, "Shorten the template: it has more than 16384 characters.", 16_384),
    ],
)
def test_a_wrong_template_is_refused_with_a_sentence_and_its_place(source: str, message: str, position: int) -> None:
    with pytest.raises(TemplateError) as caught:
        check(source, KNOWN)

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(source))


def test_without_variables_a_template_can_name_none() -> None:
    with pytest.raises(TemplateError) as caught:
        check("{{row}}", ())

    assert caught.value.message == 'Write a text without variables: "row" names nothing here.'


MANY = {"rows": [{"id": number, "note": "x" * 50} for number in range(4000)]}
TOO_LONG = "The template makes too much text: let it write fewer or shorter values."
TOO_MANY = "The template takes too many steps: let it loop over fewer elements."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{#each rows}}{{#each @root.rows}}{{/each}}{{/each}}", TOO_MANY),
        ("{{#rows}}{{#each ../rows}}{{/each}}{{/rows}}", TOO_MANY),
        ("{{#each rows}}{{{json @root.rows}}}{{/each}}", TOO_LONG),
        ("{{join rows (json rows)}}", TOO_LONG),
        ("{{{json (json (json (json (json (json (json (json (json (json rows)))))))))}}}", TOO_LONG),
        ("{{{rows}}}" * 60, TOO_LONG),
    ],
)
def test_a_template_that_multiplies_gives_up(source: str, message: str) -> None:
    template = compile_template(source, Escape.JSON)

    with pytest.raises(EvaluationError) as caught:
        template(MANY)
    assert caught.value.message == message


def test_a_template_over_many_rows_is_written_whole() -> None:
    text = compile_template("{{#each rows}}{{id}};{{/each}}", Escape.JSON)(MANY)

    assert text == "".join(f"{number};" for number in range(4000))


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_template("{{row.a}}", Escape.JSON)({"row": {"a": "\ud800"}})

    assert caught.value.message == "The template can't be written: a value in it is no JSON."


names = st.sampled_from(["a", "b", "0", "1", "-1", "x y", "ř", "json"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)
paths = st.lists(names.map("[{}]".format), max_size=3).map(lambda path: ".".join(["row", *path]))
placeholders = st.tuples(paths, st.sampled_from(["{{%s}}", "{{{%s}}}", "{{&%s}}", "{{! %s }}"])).map(
    lambda pair: pair[1] % pair[0]
)
sources = st.lists(placeholders | st.text(alphabet='{"a: }\\\n', max_size=3), max_size=5).map("".join)


@settings(deadline=None)
@given(sources, documents)
def test_the_fast_way_writes_what_the_library_writes(source: str, document: Any) -> None:
    program = refused_or(parse_template, source)

    if program is not None and (plain := plain_renderer(program, quote)):
        assert plain({"row": document}) == full_renderer(program, quote)({"row": document})


PIECES = (
    "{{ }} {{{ }}} {{# {{/ {{^ {{! {{> {{else}} row rows this . ../ @root @index each if json ( ) ' 1 = as |r| ~ [ ] "
    "\\ & ²"
)
pieces = st.lists(st.sampled_from(PIECES.split()))


@settings(deadline=None)
@given(st.text() | pieces.map(" ".join) | pieces.map("".join), st.sampled_from(Escape))
def test_no_text_raises_anything_else(text: str, escape: Escape) -> None:
    template = refused_or(lambda source: compile_template(source, escape), text)
    refused_or(lambda source: check(source, KNOWN), text)

    assert template is None or isinstance(template(VARIABLES), str)

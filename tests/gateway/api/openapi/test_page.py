"""The page of a document, as a browser reads it: by an HTML5 parser that takes no mistake."""

import json
import shlex
from base64 import b64encode
from hashlib import sha256

import pytest
from justhtml import Element, JustHTML

from tests.gateway.api.openapi.samples import HOSTILE, SERVER, SHAPES, described
from tests.gateway.config.samples import endpoint
from tests.gateway.serving import ORDERS
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.api.openapi.page import POLICY, page_of

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "details", "summary"),
    *("h1", "h2", "h3", "p", "pre", "code", "span", "div", "ul", "li", "a", "br"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "id", "class", "href", "open", "aria-label"}


def read(page: str) -> JustHTML:
    """The page; a mistake in it is an error."""
    return JustHTML(page, strict=True, sanitize=False)


def parsed(*shapes: str) -> JustHTML:
    return read(page_of(described(*(SHAPES[shape] for shape in shapes))))


def elements(page: JustHTML, selector: str) -> list[Element]:
    return [found for found in page.query(selector) if isinstance(found, Element)]


def texts(page: JustHTML, selector: str) -> list[str]:
    return [found.to_text() for found in page.query(selector)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_a_page_without_mistakes_that_fetches_nothing(shape: str) -> None:
    found = elements(parsed(shape), "*")
    assert {one.name for one in found} <= TAGS
    attributes = {(name, value) for one in found for name, value in one.attrs.items()}
    assert {name for name, _ in attributes} <= ATTRIBUTES
    assert all(value and value.startswith("#") for name, value in attributes if name == "href")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_link_leads_to_a_place_that_is_there_once(shape: str) -> None:
    found = elements(parsed(shape), "*")
    ids = [one.attrs["id"] for one in found if "id" in one.attrs]
    assert len(ids) == len(set(ids))
    assert {f"#{id_}" for id_ in ids} >= {one.attrs["href"] for one in found if "href" in one.attrs}


def test_what_somebody_wrote_is_text() -> None:
    page = parsed("hostile")
    assert texts(page, "h1") == [HOSTILE]
    assert texts(page, "title") == [HOSTILE]
    assert HOSTILE in " ".join(texts(page, "td code"))
    assert json.loads(texts(page, ".operation > div > details > pre")[0]) == {"id": HOSTILE}


def test_the_policy_lets_the_style_of_the_page_through_and_nothing_else() -> None:
    (style,) = texts(parsed("least"), "style")
    text = page_of(described(SHAPES["least"])).partition("<style>")[2].partition("</style>")[0]
    assert style.strip() == text.strip()
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ) == POLICY
    assert "url(" not in text
    assert "@import" not in text


def test_each_operation_has_a_place() -> None:
    assert [one.attrs["id"] for one in elements(parsed("full"), ".operation > div")] == [
        *("main.orders.list", "main.orders.store", "main.orders.read", "main.orders.replace", "main.orders.change"),
        *("main.orders.delete", "main.orders.delete_all"),
    ]


def lines(shape: str) -> list[list[str]]:
    """The commands of a page, as a shell takes them apart."""
    return [shlex.split(text.replace("\\\n", "")) for text in texts(parsed(shape), ".operation > div > pre")]


def test_each_operation_has_a_line_to_copy() -> None:
    token = ["-H", "Authorization: Bearer $TOKEN"]
    found = lines("full")
    assert found[0] == ["curl", f"{SERVER}{ORDERS}", *token]
    assert found[1] == ["curl", f"{SERVER}{ORDERS}", *token, "--json", '{"id": "it\'s 7"}']
    assert found[2] == ["curl", f"{SERVER}{ORDERS}/$ID", *token]
    assert found[3][:4] == ["curl", "-X", "PUT", f"{SERVER}{ORDERS}/$ID"]
    assert found[-1] == ["curl", "-X", "DELETE", f"{SERVER}{ORDERS}/all", *token]
    assert lines("open")[0] == ["curl", f"{SERVER}{ORDERS}"]


def test_a_body_that_nobody_has_shown_is_made_up() -> None:
    made = json.loads(lines("full")[3][-1])
    assert made == {"id": "text"}


def test_the_document_can_be_fetched_with_the_line_at_the_top() -> None:
    (line,) = texts(parsed("least"), "header pre")
    assert f"{SERVER}{ORDERS}/openapi.json" in line
    assert "$TOKEN" in line
    two = [SHAPES["open"], SHAPES["open"].model_copy(update={"slug": "other"})]
    (line,) = texts(read(page_of(document(two, ""))), "header pre")
    assert line == "curl /api/endpoint/acme/openapi.json"


def test_refusals_and_members_are_tables() -> None:
    page = parsed("full")
    assert "unsupported_media_type" in texts(page, ".operation > div > details > table code")
    rows = [row.to_text(separator="|", strip=True) for row in page.query("#schemas tr")]
    assert "id|required|id" in rows
    assert [row for row in rows if row.startswith("lines")] == ["lines|array of|main.orders.post|1 elements or more"]


def test_a_page_of_many_operations_is_closed_at_first() -> None:
    assert all("open" in one.attrs for one in elements(parsed("full"), ".operation"))
    many = [SHAPES["full"].model_copy(update={"slug": f"s{number}"}) for number in range(2)]
    closed = read(page_of(document(many, SERVER)))
    assert not [one for one in elements(closed, ".operation") if "open" in one.attrs]


def test_a_page_is_no_larger_than_a_schema_is() -> None:
    members = {f"n{number}": {"$ref": "#/$defs/a"} for number in range(12)}
    root = {"$ref": "#/$defs/a", "$defs": {"a": {"properties": members}}}
    large = {"properties": {f"p{number}": {"type": "string"} for number in range(3000)}}
    for schema in (root, large):
        page = page_of(described(endpoint(methods={"POST": {"input": {"validation": {"root": schema}}}})))
        assert len(page) < 200_000
    assert "(The rest is in the OpenAPI document.)" in page

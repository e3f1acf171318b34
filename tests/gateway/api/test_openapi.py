"""OpenAPI documents say what the front door does, and the page of them shows nothing but text."""

import re
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from openapi_spec_validator import validate

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.serving import ORDERS, serving
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.api.openapi.page import page_of
from tidegate_gateway.api.openapi.references import moved
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.problems import CODES

ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "schema:id"}, "next": {"$ref": "#"}}}
INPUT = {"validation": {"root": ITEM, "resources": {"schema:id": {"type": "string", "writeOnly": True}}}}
INDEXES = [
    {"id": 1, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"},
    {"id": 2, "name": "paid", "method": "POST", "source": "Input", "path": "$.paid", "type": "Boolean"},
]
EXAMPLE = {
    "name": "taken",
    "request": {"body": {"id": "1"}},
    "response": {"status": 201, "hasBody": True, "body": {"Status": None}},
}
EVERY: dict[str, Any] = {"POST": {"input": INPUT}, "GET": {}, "PUT": {"input": INPUT}, "PATCH": {}, "DELETE": {}}
SHAPES = {
    "least": endpoint(methods={"POST": {}}),
    "open": endpoint(authentication="None", methods={"GET": {}}),
    "full": endpoint(
        methods=EVERY,
        allow_deleting=True,
        indexes=INDEXES,
        allowed_ips=("10.0.0.0/8",),
        paused=True,
        examples=[EXAMPLE],
    ),
    "mapped": endpoint(
        methods={"POST": {"input": INPUT | {"resultPath": "$.rows", "mapping": [{"property": "id", "from": "$.n"}]}}}
    ),
    "tasks": endpoint(methods={method: {"task": {"name": "t"}} for method in EVERY}),
    "bare": endpoint(methods={"POST": {"output": {"includeSystemData": False}}}),
}


def made(name: str) -> dict[str, Any]:
    return document([SHAPES[name]], "https://gw.example.com")


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_a_valid_document(name: str) -> None:
    validate(made(name))


@pytest.mark.parametrize("name", SHAPES)
def test_every_operation_can_be_told_apart(name: str) -> None:
    ids = [
        one["operationId"]
        for place in made(name)["paths"].values()
        for key, one in place.items()
        if key != "parameters"
    ]
    assert len(ids) == len(set(ids))
    assert ids


def test_routes_are_those_of_the_front_door() -> None:
    paths = {path: {*place} - {"parameters"} for path, place in made("full")["paths"].items()}
    assert paths == {
        ORDERS: {"get", "post"},
        f"{ORDERS}/{{id}}": {"get", "put", "patch", "delete"},
        f"{ORDERS}/all": {"delete"},
    }
    assert {*made("tasks")["paths"][ORDERS]} == {"get", "post", "put", "patch", "delete"}


def test_refusals_stand_there_with_their_codes() -> None:
    responses = made("full")["paths"][ORDERS]["post"]["responses"]
    codes = {
        status: response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"]
        for status, response in responses.items()
        if int(status) >= 400
    }
    assert codes == {
        "400": ["too_large", "invalid_json", "unstorable_json", "schema_violation"],
        "401": ["unauthorized"],
        "403": ["address_not_allowed"],
        "415": ["unsupported_media_type"],
        "500": ["internal"],
        "503": ["paused", "unavailable"],
    }
    patch = made("full")["paths"][f"{ORDERS}/{{id}}"]["patch"]["responses"]
    assert {"400", "404", "409", "412"} <= patch.keys()
    assert set(CODES) >= {code for found in codes.values() for code in found}


def test_filters_are_parameters() -> None:
    names = [one["name"] for one in made("full")["paths"][ORDERS]["get"]["parameters"]]
    assert names[:6] == ["limit", "after", "from", "to", "status", "total"]
    assert "total[gte]" in names
    assert [name for name in names if name.startswith("paid")] == ["paid", "paid[ne]"]


def test_who_may_call_stands_there() -> None:
    assert made("least")["paths"][ORDERS]["post"]["security"] == [{"bearer": []}, {"query": []}]
    assert "security" not in made("open")["paths"][ORDERS]["get"]


def test_bodies_have_the_endpoints_own_schema_and_examples() -> None:
    media = made("full")["paths"][ORDERS]["post"]["requestBody"]["content"]["application/json"]
    reference = {"$ref": "#/components/schemas/main.orders.POST"}
    assert media["schema"] == {"anyOf": [reference, {"type": "array", "items": reference}]}
    assert media["examples"] == {"taken": {"value": {"id": "1"}}}
    schemas = made("full")["components"]["schemas"]
    assert schemas["main.orders.POST"]["properties"] == {
        "id": {"$ref": "#/components/schemas/schema.id"},
        "next": {"$ref": "#/components/schemas/main.orders.POST"},
    }
    assert schemas["schema.id"] == {"type": "string", "writeOnly": True}
    mapped = made("mapped")["paths"][ORDERS]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert mapped["description"] == (
        "Any JSON. Rows are at `$.rows`. Of each row is read: `id` from `$.n`."
        " What was read must fit the schema main.orders.POST."
    )


class Reader(HTMLParser):
    """Keeps tags, and where they point to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_the_page_shows_nothing_but_text() -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    example = EXAMPLE | {"request": {"body": {"id": hostile}}}
    schema = {"validation": {"root": {"description": hostile}}}
    config = endpoint(display_name=hostile, methods={"POST": {"input": schema}}, examples=[example])
    page = page_of(document([config], "https://gw.example.com"))
    reader = Reader()
    reader.feed(page)
    assert not {"script", "img", "iframe", "form"} & set(reader.tags)
    assert reader.links == ["openapi.json"]
    assert "&lt;script&gt;alert(1)" in page


def test_each_operation_has_a_place_and_a_line_to_copy() -> None:
    page = page_of(made("full"))
    assert re.findall(r'<details id="(main[^"]*)"', page) == [
        *("main.orders.list", "main.orders.store", "main.orders.read", "main.orders.replace", "main.orders.change"),
        *("main.orders.delete", "main.orders.delete_all"),
    ]
    line = "curl -X POST -H &#34;Authorization: Bearer $TOKEN&#34; --json @body.json"
    assert f"{line} &#34;https://gw.example.com{ORDERS}&#34;" in page


def configs() -> list[EndpointConfig]:
    other = token("other", name="erp", methods=("GET",))
    return [
        endpoint(methods={"POST": {}}, tokens=(token(SECRET),)),
        endpoint("others", methods={"GET": {}}, tokens=(other,)),
        endpoint("open", authentication="None", methods={"GET": {}}),
        endpoint("inner", authentication="Internal", methods={"GET": {}}),
    ]


async def test_documents_are_served_to_whom_they_are_for(database_url: str) -> None:
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows) as caller:
        own = await caller.send("GET", f"{ORDERS}/openapi.json", headers=bearer())
        assert (own.status, own.headers["content-type"]) == (200, "application/json")
        assert [*own.json["paths"]] == [ORDERS, f"{ORDERS}/{{id}}"]
        assert own.json["servers"] == [{"url": caller.gateway.url}]
        assert (await caller.send("GET", f"{ORDERS}/openapi.json")).status == 401
        company = await caller.send("GET", "/api/endpoint/acme/openapi.json", headers=bearer())
        assert [tag["name"] for tag in company.json["tags"]] == ["main/open", "main/orders"]
        page = await caller.send("GET", "/api/endpoint/acme/openapi.html", headers=bearer("other"))
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert ">main/others<" in page.body.decode()
        assert ">main/orders<" not in page.body.decode()
        assert (await caller.send("GET", "/api/endpoint/nobody/openapi.json")).status == 404
    assert SECRET not in orjson.dumps([own.json, company.json]).decode()


def test_references_within_data_are_data() -> None:
    schema = {
        "$id": "a",
        "enum": [{"$ref": "#"}],
        "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "schema:b#/x"}],
        "$defs": {},
    }
    assert moved(schema, "c") == {
        "enum": [{"$ref": "#"}],
        "allOf": [{"$ref": "#/components/schemas/c/$defs/a"}, {"$ref": "#/components/schemas/schema.b/x"}],
        "$defs": {},
    }

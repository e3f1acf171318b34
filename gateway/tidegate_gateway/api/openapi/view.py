"""An OpenAPI document, arranged for a page: what stands together there, in the order in which it is read."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tidegate_gateway.api.openapi.curl import curl
from tidegate_gateway.api.openapi.outline import Row, limits_of, outline, type_of
from tidegate_gateway.api.openapi.resolving import name_of, resolved
from tidegate_gateway.api.openapi.sampling import sample

MOST_CHARACTERS = 20_000  # of one schema or example as JSON
METHODS = ("get", "post", "put", "patch", "delete")
JSON, PROBLEM = "application/json", "application/problem+json"


class Parameter(NamedTuple):
    """A parameter; `place` is where it is sent."""

    name: str
    place: str
    type: str
    limits: str
    description: str


class Answer(NamedTuple):
    """One status of an answer; `schema` is the name of its body's, if it has one."""

    status: str
    description: str
    headers: list[tuple[str, str]]
    schema: str


class Example(NamedTuple):
    """A body that somebody has written, and how it is answered."""

    name: str
    summary: str
    text: str


class Operation(NamedTuple):
    """An operation, and how it is called. `refusals` are the codes by status, each with what it means."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    curl: str
    parameters: list[Parameter]
    body: str
    schema: str
    examples: list[Example]
    answers: list[Answer]
    refusals: list[tuple[str, str, str]]


class Schema(NamedTuple):
    """A schema among the components: its members, and its text."""

    name: str
    description: str
    rows: list[Row]
    text: str


def operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    """The operations of a document with the tag of each."""
    for path, place in document["paths"].items():
        for method in METHODS:
            if method in place:
                yield place[method]["tags"][0], _operation(document, path, method)


def schemas(document: dict[str, Any]) -> list[Schema]:
    """The schemas of a document, the endpoints' own first."""
    found = document["components"]["schemas"].items()
    ordered = sorted(found, key=lambda item: item[0][0].isupper())
    return [Schema(name, _described(schema), outline(schema), _text(schema)) for name, schema in ordered]


def needs_token(document: dict[str, Any]) -> bool:
    """Whether any operation does."""
    return any(
        place[method]["security"] for place in document["paths"].values() for method in METHODS if method in place
    )


def _operation(document: dict[str, Any], path: str, method: str) -> Operation:
    place = document["paths"][path]
    one = place[method]
    body = one.get("requestBody", {})
    parameters = [resolved(document, given) for given in (*place["parameters"], *one.get("parameters", ()))]
    return Operation(
        one["operationId"],
        method.upper(),
        path,
        one["summary"],
        one["description"],
        _curl(document, path, method),
        [_parameter(given) for given in parameters],
        body.get("description", ""),
        _component(_media(body).get("schema")),
        [Example(name, given["summary"], _text(given["value"])) for name, given in _examples(body)],
        [_answer(document, status, told) for status, told in one["responses"].items() if "$ref" not in told],
        list(_refusals(document, one["responses"])),
    )


def _curl(document: dict[str, Any], path: str, method: str) -> str:
    one = document["paths"][path][method]
    body = one.get("requestBody", {})
    given = [example["value"] for _, example in _examples(body) if "with 2" in example["summary"]]
    value = given[0] if given else sample(document, _media(body).get("schema", {}))
    url = document["servers"][0]["url"].rstrip("/") + path
    return curl(method.upper(), url, token=bool(one["security"]), body=value, has_body=bool(body))


def _parameter(given: dict[str, Any]) -> Parameter:
    schema = given["schema"]
    return Parameter(given["name"], given["in"], type_of(schema), limits_of(schema), given["description"])


def _media(body: dict[str, Any]) -> dict[str, Any]:
    media: dict[str, Any] = body.get("content", {}).get(JSON, {})
    return media


def _examples(body: dict[str, Any]) -> Any:
    return _media(body).get("examples", {}).items()


def _answer(document: dict[str, Any], status: str, told: dict[str, Any]) -> Answer:
    headers = [(name, resolved(document, header)["description"]) for name, header in told["headers"].items()]
    return Answer(status, told["description"], headers, _component(_media(told).get("schema")))


def _refusals(document: dict[str, Any], responses: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for status, told in responses.items():
        media = resolved(document, told).get("content", {}).get(PROBLEM, {})
        for code, example in media.get("examples", {}).items():
            yield status, code, resolved(document, example)["value"]["detail"]


def _component(schema: Any) -> str:
    """The component that a schema refers to, alone or for each of several rows; empty for any other."""
    while isinstance(schema, dict) and "anyOf" in schema:
        schema = schema["anyOf"][0]
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return name_of(reference) if reference else ""


def _described(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""


def _text(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return (
        text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…\n(The rest is in the OpenAPI document.)"
    )

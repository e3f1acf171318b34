"""An OpenAPI document as a page for people: one HTML file without scripts, readable on a phone and in the dark."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined, Template

METHODS = ("get", "post", "put", "patch", "delete")


class Shown(NamedTuple):
    """An operation, and how it is called."""

    anchor: str
    method: str
    path: str
    operation: dict[str, Any]
    curl: str
    body: str


def page_of(document: dict[str, Any]) -> str:
    """The page; whatever stands in the document is text on it."""
    groups = {tag["name"]: (tag, list(_operations(document, tag["name"]))) for tag in document["tags"]}
    schemas = {name: _json(schema) for name, schema in document["components"]["schemas"].items()}
    return _template().render(info=document["info"], groups=groups.values(), schemas=schemas)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))


def _operations(document: dict[str, Any], tag: str) -> Iterator[Shown]:
    server = document["servers"][0]["url"].rstrip("/")
    for path, place in document["paths"].items():
        for method in METHODS:
            operation = place.get(method)
            if operation and tag in operation["tags"]:
                body = _body(operation)
                curl = _curl(method.upper(), server + path, operation, with_body=bool(body))
                yield Shown(operation["operationId"], method.upper(), path, operation, curl, body)


def _curl(method: str, url: str, operation: dict[str, Any], *, with_body: bool) -> str:
    token = ' -H "Authorization: Bearer $TOKEN"' if "security" in operation else ""
    body = " --json @body.json" if with_body else ""
    shown = url.replace("{id}", "$ID")
    return f'curl -X {method}{token}{body} "{shown}"'


def _body(operation: dict[str, Any]) -> str:
    """An example of a body, or what it must be."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    for example in content.get("examples", {}).values():
        return _json(example["value"])
    return _json(content["schema"]) if content["schema"] else "any JSON"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)

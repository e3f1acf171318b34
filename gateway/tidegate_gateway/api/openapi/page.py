"""An OpenAPI document as a page for people: one HTML file without scripts, readable on a phone and in the dark.

Whatever stands in the document is text on it. It fetches nothing, and its policy lets the browser fetch nothing.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from tidegate_gateway.api.openapi.curl import curl
from tidegate_gateway.api.openapi.view import Operation, needs_token, operations, schemas
from tidegate_gateway.config.model import PREFIX

FEW = 12  # operations: all of them are open at first
STYLE = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page_of(document: dict[str, Any]) -> str:
    """The page."""
    listed: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for name, one in operations(document):
        listed[name].append(one)
    return _template().render(
        info=document["info"],
        server=document["servers"][0]["url"],
        style=STYLE,
        groups=[(tag, listed[tag["name"]]) for tag in document["tags"]],
        schemas=schemas(document),
        open=sum(map(len, listed.values())) <= FEW,
        fetch=curl("GET", _own_url(document), token=needs_token(document)),
    )


def _own_url(document: dict[str, Any]) -> str:
    """Where the document is: of its endpoint, or of the company of all."""
    company, group, slug = next(iter(document["paths"])).removeprefix(PREFIX).split("/")[:3]
    place = f"{company}/{group}/{slug}" if len(document["tags"]) == 1 else company
    return f"{document['servers'][0]['url'].rstrip('/')}{PREFIX}{place}/openapi.json"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["prose"] = _prose
    return environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))


def _prose(text: str) -> list[tuple[bool, str]]:
    """The pieces of a text, and whether each stands between backquotes: as code."""
    return [(bool(number % 2), piece) for number, piece in enumerate(text.split("`")) if piece]

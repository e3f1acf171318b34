"""Handlebars, compiled once: URLs, headers and bodies of outgoing calls.

`{{x}}` is escaped for the place where it stands, `{{{x}}}` is raw; what is named and not there is empty. A template
gets the variables that it names and no others: whoever renders it can tell from `names` what to decrypt.
"""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Any
from urllib.parse import quote

from tidegate_gateway.expressions.errors import EvaluationError, TemplateError
from tidegate_gateway.expressions.template_check import Reading, parse_template, readings
from tidegate_gateway.expressions.template_render import renderer
from tidegate_gateway.expressions.text import dumps, shown


class Escape(Enum):
    """What `{{x}}` does with a text."""

    RAW = "Raw"
    JSON = "Json"
    """For the inside of a JSON string: quotes, backslashes and control characters are escaped."""
    URL = "Url"
    """For a part of a path, a query or a form: all but letters, digits and `_.-~` is percent-encoded."""


_ESCAPES: Mapping[Escape, Callable[[str], str]] = {
    Escape.RAW: str,
    Escape.JSON: lambda text: dumps(text)[1:-1].decode(),
    Escape.URL: lambda text: quote(text, safe=""),
}


class Template:
    """A compiled template. `names` are the variables that it reads, `paths` what it reads of them."""

    def __init__(self, source: str, escape: Escape) -> None:
        program = parse_template(source)
        self.paths = frozenset(reading.names for reading in readings(program, source))
        self.names = frozenset(path[0] for path in self.paths)
        self._render = renderer(program, _ESCAPES[escape])

    def __call__(self, variables: Mapping[str, Any]) -> str:
        """The text. Raises EvaluationError when it gets too long or takes too many steps."""
        try:
            return self._render({name: variables[name] for name in self.names if name in variables})
        except ValueError:
            raise EvaluationError("The template can't be written: a value in it is no JSON.") from None


def compile_template(source: str, escape: Escape) -> Template:
    """A template whose `{{x}}` is escaped like this. Raises TemplateError with the place."""
    return Template(source, escape)


def check(source: str, variables: Collection[str]) -> None:
    """Raises TemplateError, with the place, unless the template parses and reads nothing but these variables.

    A variable is a path with dots, such as `row` or `connection.http.encrypted.password`: what lies below it may be
    read, nothing beside or above it.
    """
    known = {tuple(name.split(".")) for name in variables}
    for reading in readings(parse_template(source), source):
        if not any(reading.names[: len(path)] == path for path in known):
            raise TemplateError(_unknown(reading, variables), reading.position)


def _unknown(reading: Reading, variables: Collection[str]) -> str:
    name = ".".join(reading.names)
    close = get_close_matches(name, variables, n=1)
    roots = sorted({variable.partition(".")[0] for variable in variables})
    proposed = close[0] if close else f"one of {', '.join(roots)}" if roots else "a text without variables"
    return f"Write {proposed}: {shown(name)} names nothing here."

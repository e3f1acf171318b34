"""Named statements from `.sql` files, so that SQL is read, linted and planned as SQL and never built from strings.

A statement begins with `-- name: <name>` and a comment that says what it is for.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

HEAD = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
PURPOSE = re.compile(r"(?:-- .+\n)+")


class Queries:
    """The statements of one file: each an attribute, all of them in iteration."""

    def __init__(self, statements: Mapping[str, str]) -> None:
        self._statements = dict(statements)

    def __getattr__(self, name: str) -> str:
        try:
            return self.__dict__["_statements"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"There is no statement named {name!r}.") from None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._statements.items())


def load(package: str, name: str) -> Queries:
    """The statements of the file `name` in a package."""
    return parse(files(package).joinpath(name).read_text(encoding="utf-8"))


def parse(text: str) -> Queries:
    """The statements of a file's text. ValueError: one does not say what it is for, or is there twice."""
    _, *parts = HEAD.split(text)
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        purpose = PURPOSE.match(body)
        if not purpose:
            raise ValueError(f"The statement {name!r} does not say what it is for.")
        if name in statements:
            raise ValueError(f"There are two statements named {name!r}.")
        statements[name] = body[purpose.end() :].strip().removesuffix(";")
    return Queries(statements)

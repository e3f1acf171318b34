"""The documents of one file, each apart from the others: a mistake in one of them is no mistake of the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tidegate_operator.local.manifests import documents
from tidegate_operator.local.manifests.bounds import Copies
from tidegate_operator.local.manifests.nodes import Part

SEPARATOR = re.compile(r"^---(?=\s|$)[^\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, and where, for people. Lines and columns count from 1; 0: the file as a whole."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One document's text, the line of the file that it begins after, and the path to what is meant in it."""

    file: str
    text: str
    skipped: int = 0
    root: tuple[Part, ...] = ()

    def problem(self, message: str, path: Sequence[Part] = ()) -> Problem:
        """A problem at a path of the document."""
        line, column = documents.locate(self.text, (*self.root, *path))
        return Problem(self.file, self.skipped + line, column, message)

    def parse(self, copies: Copies) -> tuple[Any, tuple[Problem, ...]]:
        """The document's value, or everything that is wrong with it. `copies` are those of its whole file."""
        parsed = documents.parse(self.text, copies)
        problems = [Problem(self.file, self.skipped + m.line, m.column, m.message) for m in parsed.mistakes]
        return (None if problems else parsed.value), tuple(problems)

    def item(self, index: int) -> "Piece":
        """The same document, one item of its list."""
        return Piece(self.file, self.text, self.skipped, ("items", index))


def split(file: str, text: str) -> list[Piece]:
    """The documents of a file's text."""
    starts = [0, *(found.start() for found in SEPARATOR.finditer(text))]
    ends = [*starts[1:], len(text)]
    return [
        Piece(file, text[a:b], text.count("\n", 0, a)) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()
    ]

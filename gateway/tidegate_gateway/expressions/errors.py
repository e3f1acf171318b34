"""What a person can get wrong in the small languages, and what an evaluation may refuse.

    ExpressionError
    ├── MappingError         a `from` of a mapping pair
    │   └── PathError        a JSONPath, in a mapping or alone
    ├── SchemaError          a JSON Schema, with every mistake in it
    ├── CelError             a CEL expression
    ├── TemplateError        a Handlebars template
    ├── PlaceholderError     `${user.…}` and `${tenant.…}` in a header
    ├── ScheduleError        a cron line
    ├── AddressError         a pattern of `allowedIPs`
    └── EvaluationError      at run time: the budget is used up, or a value is of the wrong kind

Everything but `EvaluationError` is raised while compiling. A message is one sentence of ours: no other library's
text is ever in it, and no value of a document.
"""

from dataclasses import dataclass

from tidegate_gateway.expressions.text import printable


class ExpressionError(Exception):
    """`message` is a sentence; `position` the offset of the mistake in the text, from 0, where there is one."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message, position)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        """The sentence with the place in it, counted from 1 as editors do."""
        if self.position is None:
            return self.message
        return f"{self.message.removesuffix('.')} (at character {self.position + 1})."


class MappingError(ExpressionError):
    """A `from` that reads nothing, or does not parse."""


class PathError(MappingError):
    """A JSONPath that does not parse, or uses what is refused here."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in a schema: the JSON pointer of its place in the document, and a sentence."""

    pointer: str
    detail: str


class SchemaError(ExpressionError):
    """`mistakes` holds every one that was found; the message tells the first of them."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__(_summary(mistakes))


def _summary(mistakes: tuple[Mistake, ...]) -> str:
    first, more = mistakes[0], len(mistakes) - 1
    others = f"; {more} more {'mistake' if more == 1 else 'mistakes'}" if more else ""
    return f"At {printable(first.pointer) or 'the root'} of the schema: {first.detail.removesuffix('.')}{others}."


class CelError(ExpressionError):
    """A CEL expression that does not compile against the variables there are."""


class TemplateError(ExpressionError):
    """A template that does not parse, or names what is not there."""


class PlaceholderError(ExpressionError):
    """A `${…}` in a header that names nothing."""


class ScheduleError(ExpressionError):
    """A cron line that is none, or that never comes."""


class AddressError(ExpressionError):
    """An address pattern that does not parse."""


class EvaluationError(ExpressionError):
    """A compiled expression gave up on this document; the same expression may be fine on another."""

"""The library's complaints about an expression in our words: its own quote values of the data, so they go nowhere."""

import re
from collections.abc import Collection

from tidegate_gateway.expressions.errors import CelError, EvaluationError
from tidegate_gateway.expressions.text import offset_of, shown

_ISSUE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNDECLARED = re.compile("undeclared reference to '(.+?)'")
_OVERLOAD = re.compile(r"no matching overload for '(.+?)' applied to '\((.*)\)'")

_TOO_DEEP = "Make the expression flatter: it is nested too deep."
_DOES_NOT_PARSE = "Correct the expression here: it does not parse."

# What a message of the runtime holds, and what is said instead.
_AT_RUN_TIME = (
    ("Iteration budget", "The expression takes too many steps: let it run over fewer elements."),
    ("Key not found", "The expression reads a property that is not there: ask for it with has(...) first."),
    ("SELECT to non-message", "The expression reads a property of a value that has none."),
    ("Index error", "The expression reads an element that is not there: compare with size(...) first."),
    ("No matching overloads", "The expression combines values that don't go together: use double(...) or string(...)."),
    ("by zero", "The expression divides by zero."),
    ("overflow", "The expression leaves the range of 64-bit integers."),
    ("out of range", "The expression leaves the range of 64-bit integers."),
    ("int64", "The expression leaves the range of 64-bit integers."),
    ("regular expression", "The expression uses a regular expression that does not parse."),
    ("conver", "The expression converts a value that can't be converted."),
)


def refusal(expression: str, reason: str, variables: Collection[str]) -> CelError:
    """Why an expression did not compile, with the place of the first mistake."""
    issue = _ISSUE.search(reason)
    if issue is None or "recursion" in reason:
        return CelError(_TOO_DEEP if "recursion" in reason else _DOES_NOT_PARSE, 0)
    offset = offset_of(expression, int(issue[1]), int(issue[2]))
    if undeclared := _UNDECLARED.search(issue[3]):
        return _undeclared(expression, undeclared[1], offset, variables)
    return CelError(_mistake(issue[3]), offset)


def failure(reason: str) -> EvaluationError:
    """Why an evaluation came to nothing."""
    for part, sentence in _AT_RUN_TIME:
        if part in reason:
            return EvaluationError(sentence)
    return EvaluationError("The expression can't be calculated with these values.")


def _undeclared(expression: str, name: str, offset: int, variables: Collection[str]) -> CelError:
    """Of `foo.bar` the library points to the dot, of a call to the bracket."""
    listed = ", ".join(sorted(variables)) or "none"
    start = expression.rfind(name, 0, offset + len(name))
    message = f"Correct {shown(name)}: there is no such variable or function (the variables: {listed})."
    return CelError(message, offset if start < 0 else start)


def _mistake(detail: str) -> str:
    if overload := _OVERLOAD.search(detail):
        operator = overload[1].strip("_@!").replace("_", "") or overload[1]
        return f"Convert the values first: {shown(operator)} does not go with {shown(overload[2])}."
    if "select operation" in detail:
        return "Take an element first: a list has no properties, as in rows[0].id."
    if "literal" in detail:
        return "Write a smaller number: it has to fit into 64 bits."
    return _DOES_NOT_PARSE

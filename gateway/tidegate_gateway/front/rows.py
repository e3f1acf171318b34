"""Which rows a body stands for: a task's input is always a list of rows, and mapping and schema are of each of them."""

from collections.abc import Callable
from typing import Any

from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.jsonpath import compile_path
from tidegate_gateway.problems import Problem

Rows = Callable[[Any], list[Any]]
TOO_MUCH = "The path to the rows takes too many steps through this body."


def compile_rows(result_path: str | None) -> Rows:
    """The rows of a document. PathError; in use Problem: `invalid_rows`."""
    if result_path is None:
        return elements
    find = compile_path(result_path)

    def rows(document: Any) -> list[Any]:
        try:
            found = find(document)
        except EvaluationError:
            raise Problem("invalid_rows", TOO_MUCH) from None
        found = elements(found[0]) if len(found) == 1 else found
        return [_row(value, number, result_path) for number, value in enumerate(found)]

    return rows


def elements(document: Any) -> list[Any]:
    """An array's elements, else the document itself."""
    return document if isinstance(document, list) else [document]


def check_objects(rows: list[Any]) -> None:
    """What a task is given must be objects. Problem: `invalid_rows`."""
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Problem("invalid_rows", f"Row {number} is no object: a task takes an object, or an array of objects.")


def _row(value: Any, number: int, result_path: str) -> Any:
    if isinstance(value, dict):
        return value
    raise Problem("invalid_rows", f"Row {number} at {result_path} is no object.")

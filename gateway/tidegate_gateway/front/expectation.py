"""Holds an answer against what an example says of it: its status, and what its body has at least."""

import json
from collections.abc import Iterator
from typing import Any

from tidegate_gateway.asgi import Answer
from tidegate_gateway.config.model import ExampleResponse

MOST_DIFFERENCES = 10
MOST_CHARACTERS = 120
NO_BODY = "The answer has no body."


def differences(expected: ExampleResponse, answer: Answer) -> list[str]:
    """What is not as expected, a sentence each; of another status nothing but that is said."""
    if answer.status != expected.status:
        return [f"The answer is {answer.status}{_problem(answer)}, not {expected.status}."]
    if not expected.has_body:
        return []
    if not answer.body:
        return [NO_BODY]
    found = _in_value(expected.body, json.loads(answer.body), "")
    return [sentence for sentence, _ in zip(found, range(MOST_DIFFERENCES), strict=False)]


def _problem(answer: Answer) -> str:
    """Why a request was refused, with the places in its body."""
    if answer.code is None:
        return ""
    problem = json.loads(answer.body)
    places = [f"At {error['pointer'] or 'the root'}: {error['detail']}" for error in problem.get("errors", ())[:3]]
    said = " ".join([problem["detail"], *places]).rstrip(".")
    return f" ({answer.code}: {said})"


def _in_value(expected: Any, value: Any, at: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(value, dict):
        yield from _in_object(expected, value, at)
    elif isinstance(expected, list) and isinstance(value, list):
        yield from _in_array(expected, value, at)
    elif not _is_same(expected, value):
        yield f"{at or 'The body'} is {_shown(value)}, not {_shown(expected)}."


def _in_object(expected: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
    for name, part in expected.items():
        place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in value:
            yield from _in_value(part, value[name], place)
        else:
            yield f"{place} is not there; it should be {_shown(part)}."


def _in_array(expected: list[Any], value: list[Any], at: str) -> Iterator[str]:
    """Arrays are as long as they should be, element by element."""
    if len(expected) != len(value):
        yield f"{at or 'The body'} has {len(value)} elements, not {len(expected)}."
        return
    for number, part in enumerate(expected):
        yield from _in_value(part, value[number], f"{at}/{number}")


def _is_same(expected: Any, value: Any) -> bool:
    """1 is 1.0, as in JSON, and no `true`."""
    return isinstance(expected, bool) == isinstance(value, bool) and expected == value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"

"""How tests look at the problem that a function raises."""

from collections.abc import Callable
from typing import Any

from tidegate_gateway.problems import Problem


def code_of(function: Callable[..., Any], *given: Any) -> tuple[str, str]:
    """The code and the detail of the problem; two empty texts if there is none."""
    try:
        function(*given)
    except Problem as problem:
        return problem.code, problem.detail
    return "", ""

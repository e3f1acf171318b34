"""CEL, compiled once: conditions and transforms over `row`, `rows`, `steps` and `request`.

An evaluation is bounded in its steps by the runtime, in its memory by us. Only the variables that a program reads are
handed over, since each is copied as a whole.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from tidegate_gateway.expressions.cel_chunks import PART, PART_SIZE, ROWS, in_parts
from tidegate_gateway.expressions.cel_messages import failure, refusal
from tidegate_gateway.expressions.cel_tree import Cost, examine
from tidegate_gateway.expressions.cel_values import Reader, longest
from tidegate_gateway.expressions.errors import CelError, EvaluationError

MAX_LENGTH = 16_384
MAX_RANGE = 2_000
"""Elements of a list that a comprehension runs over: time and memory grow with their square, to 300 MB at the worst."""
MAX_REPEATED = 256 * 1024 * 1024
"""Bytes that `+` may make in one evaluation."""

_ITERATIONS = 10_000
_BYTES_A_MEMBER = 32
_PROGRAMS, _ENVIRONMENTS = 1024, 32

_OBJECT = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_OBJECTS = cel.Type.List(_OBJECT)
_TYPES = {
    "row": _OBJECT,
    ROWS: _OBJECTS,
    PART: _OBJECTS,
    "steps": cel.Type.Map(cel.Type.STRING, _OBJECTS),
    "request": _OBJECT,
}

Variables = Mapping[str, Any]


class Program:
    """A compiled expression. `names` are the variables that it reads, `kind` is the type of its value."""

    def __init__(self, expression: str, variables: frozenset[str]) -> None:
        self._compiled = _compile(expression, variables)
        read, self._cost = examine(self._compiled.serialize())
        self._length = len(expression)
        self.names = read & variables
        self.kind: str = self._compiled.return_type().name().partition("<")[0]

    def __call__(self, variables: Variables) -> Any:
        """The value as JSON has it. Raises EvaluationError."""
        return self.evaluate(variables, Reader())

    def evaluate(self, variables: Variables, reader: Reader) -> Any:
        """The same within the budget of a reader."""
        data = {name: variables.get(name) for name in self.names}
        if self._cost.loops or self._cost.growth > 1:
            _check_size(self._cost, *longest(data), self._length)
        try:
            value = self._compiled.eval(data=data)
        except (RuntimeError, ValueError) as error:
            raise failure(str(error)) from None
        if value.type() == cel.Type.ERROR:
            raise failure(value.value())
        return reader.read(value)


def compile_cel(expression: str, variables: Collection[str]) -> Program:
    """An expression over these variables. Raises CelError with the place of the first mistake."""
    return _program(expression, frozenset(variables))


def compile_condition(expression: str, variables: Collection[str]) -> Callable[[Variables], bool]:
    """A condition. Raises CelError; evaluation, EvaluationError, also for what is neither true nor false."""
    program = compile_cel(expression, variables)
    if program.kind not in ("BOOL", "DYN"):
        raise CelError("Write a condition: the value of this expression is neither true nor false.", 0)

    def holds(values: Variables) -> bool:
        value = program(values)
        if not isinstance(value, bool):
            raise EvaluationError("The condition is neither true nor false.")
        return value

    return holds


def compile_transform(expression: str, variables: Collection[str]) -> Callable[[Variables], list[dict[str, Any]]]:
    """Rows out of rows. Raises CelError; evaluation, EvaluationError, also for what is no list of objects."""
    program = compile_cel(expression, variables)
    if program.kind not in ("LIST", "DYN"):
        raise CelError("Write an expression that makes a list of objects, as in rows.filter(r, r.id > 0).", 0)
    part = _partial(expression, variables)

    def rows(values: Variables) -> list[dict[str, Any]]:
        source = values.get(ROWS)
        made = program(values) if part is None or not isinstance(source, list) else _by_parts(part, values, source)
        if not isinstance(made, list) or not all(isinstance(row, dict) for row in made):
            raise EvaluationError("The transform makes something else than a list of objects.")
        return made

    return rows


def _partial(expression: str, variables: Collection[str]) -> Program | None:
    """The program that does the same with a part of the rows, where there is one."""
    text = in_parts(expression) if ROWS in variables and len(expression) < MAX_LENGTH - len(PART) else None
    if text is None:
        return None
    part = compile_cel(text, {*variables, PART})
    return None if ROWS in part.names else part


def _by_parts(part: Program, values: Variables, rows: list[Any]) -> list[Any]:
    reader, made = Reader(), []
    for start in range(0, len(rows), PART_SIZE):
        made += part.evaluate({**values, PART: rows[start : start + PART_SIZE]}, reader)
    return made


def _check_size(cost: Cost, members: int, letters: int, length: int) -> None:
    members = max(members, cost.literal)
    span = members * cost.range_growth
    if cost.loops and span > MAX_RANGE:
        raise EvaluationError(f"The expression runs over too many elements: {MAX_RANGE} at a time are the most.")
    repeats = min(_ITERATIONS, span**cost.loops)
    largest = max(letters, length, members * _BYTES_A_MEMBER if cost.joins_lists else 0)
    if cost.growth > 1 and repeats * cost.growth * largest > MAX_REPEATED:
        raise EvaluationError("The expression joins too much: let it join fewer or shorter values.")


@lru_cache(maxsize=_PROGRAMS)
def _program(expression: str, variables: frozenset[str]) -> Program:
    return Program(expression, variables)


@lru_cache(maxsize=_ENVIRONMENTS)
def _environment(variables: frozenset[str]) -> cel.Env:
    return cel.NewEnv(variables={name: _TYPES.get(name, cel.Type.DYN) for name in variables})


def _compile(expression: str, variables: frozenset[str]) -> cel.Expression:
    if len(expression) > MAX_LENGTH:
        raise CelError(f"Shorten the expression: it has more than {MAX_LENGTH} characters.", MAX_LENGTH)
    try:
        return _environment(variables).compile(expression)
    except (RuntimeError, TypeError) as error:
        raise refusal(expression, str(error), variables) from None

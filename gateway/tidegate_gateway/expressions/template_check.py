"""What a template reads, and what is refused in it, told from its tree before it ever runs.

Refused are helpers that there are not, loops in loops in loops, and whatever would write out everything at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pydantic_handlebars import HandlebarsParseError
from pydantic_handlebars._ast_nodes import (
    BlockStatement,
    Expression,
    MustacheStatement,
    PathExpression,
    Program,
    SubExpression,
)
from pydantic_handlebars._parser import parse

from tidegate_gateway.expressions.errors import TemplateError
from tidegate_gateway.expressions.template_helpers import BLOCKS, HELPERS
from tidegate_gateway.expressions.text import offset_of, shown

MAX_LENGTH = 16_384
MAX_LOOPS = 2
MAX_DEPTH = 20

_DATA = {"first", "index", "key", "last", "root"}
_MISTAKES = {
    "Unclosed block": "Close the block, as in {{#if row.id}}…{{/if}}.",
    "doesn't match": "Close the blocks in the order in which they were opened.",
    "Unexpected closing block": "Remove the closing tag: no block is open here.",
    "Partials": "Remove the partial: a template stands alone.",
    "Unclosed comment": "Close the comment.",
    "Unterminated string": "Close the quoted text: its last quote is missing.",
}
_DOES_NOT_PARSE = "Correct the template here: it does not parse."


class Reading(NamedTuple):
    """A path from the root that a template reads, and the offset of its text."""

    names: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class _Scope:
    """Where a path is read. `at_root`: names are variables; else those of what `each` or `with` is at."""

    parent: "_Scope | None" = None
    at_root: bool = True
    local: frozenset[str] = frozenset()
    loops: int = 0
    depth: int = 0


def parse_template(source: str) -> Program:
    """The library's tree. Raises TemplateError with the place."""
    if len(source) > MAX_LENGTH:
        raise TemplateError(f"Shorten the template: it has more than {MAX_LENGTH} characters.", MAX_LENGTH)
    try:
        return parse(source)
    except HandlebarsParseError as error:
        sentence = next((told for part, told in _MISTAKES.items() if part in str(error)), _DOES_NOT_PARSE)
        raise TemplateError(sentence, offset_of(source, error.line or 1, error.column or 1)) from None
    except ValueError:
        raise TemplateError("Correct the numbers in the template: one of them does not parse.", 0) from None
    except RecursionError:
        raise TemplateError("Make the template flatter: it is nested too deep.", 0) from None


def readings(program: Program, source: str) -> list[Reading]:
    """Every path from the root that the template reads. Raises TemplateError for what is refused."""
    return list(_Walk(source).program(program, _Scope()))


class _Walk:
    def __init__(self, source: str) -> None:
        self._source = source

    def program(self, program: Program, scope: _Scope) -> Iterator[Reading]:
        """What the statements of a template or of a block read."""
        if scope.depth > MAX_DEPTH:
            raise TemplateError(f"Make the template flatter: blocks nest at most {MAX_DEPTH} deep.", 0)
        for statement in program.body:
            if isinstance(statement, MustacheStatement):
                yield from self._mustache(statement, scope)
            elif isinstance(statement, BlockStatement):
                yield from self._block(statement, scope)

    def _mustache(self, statement: MustacheStatement, scope: _Scope) -> Iterator[Reading]:
        path = statement.path
        called = bool(statement.params or statement.hash_pairs)
        if isinstance(path, PathExpression) and (called or _is_helper(path)):
            path = SubExpression(path, statement.params, statement.hash_pairs)
        elif called:
            raise self._refusal("", "Begin with the name of a helper, as in {{json row}}.")
        yield from self._expression(path, scope)

    def _block(self, statement: BlockStatement, scope: _Scope) -> Iterator[Reading]:
        path = statement.path
        if not isinstance(path, PathExpression):
            raise self._refusal("{{#", "Begin the block with if, unless, each or with.")
        name = path.original
        if name in BLOCKS:
            yield from self._expressions(name, statement.params, statement.hash_pairs, scope)
        elif name in HELPERS or statement.params:
            raise self._refusal(name, f"Begin the block with if, unless, each or with: {shown(name)} is none of them.")
        else:
            yield from self._expression(path, scope)
        yield from self._bodies(name, statement, scope)

    def _bodies(self, name: str, statement: BlockStatement, scope: _Scope) -> Iterator[Reading]:
        loops = scope.loops + (name not in ("if", "unless", "with"))
        if loops > MAX_LOOPS:
            raise self._refusal(name, f"Take a loop out: they nest at most {MAX_LOOPS} deep.")
        at_root = scope.at_root and name in ("if", "unless")
        depth = scope.depth + 1
        yield from self.program(statement.body, _Scope(scope, at_root, frozenset(statement.block_params), loops, depth))
        if statement.inverse is not None:
            other = _Scope(scope, scope.at_root, loops=scope.loops, depth=depth)
            yield from self.program(statement.inverse, other)

    def _expression(self, expression: Expression, scope: _Scope) -> Iterator[Reading]:
        if isinstance(expression, PathExpression):
            yield from self._path(expression, scope)
        elif isinstance(expression, SubExpression):
            name = expression.path.original
            if name not in HELPERS:
                listed = ", ".join(sorted(HELPERS))
                raise self._refusal(name, f"Use a helper that there is ({listed}): {shown(name)} is none.")
            yield from self._expressions(name, expression.params, expression.hash_pairs, scope)

    def _expressions(
        self, name: str, values: list[Expression], named: dict[str, Expression], scope: _Scope
    ) -> Iterator[Reading]:
        if not values:
            raise self._refusal(name, f"Give {shown(name)} a value; a property of that name is this.{name}.")
        if named:
            raise self._refusal(name, f"Give {shown(name)} its values without names.")
        for value in values:
            yield from self._expression(value, scope)

    def _path(self, path: PathExpression, scope: _Scope) -> Iterator[Reading]:
        names = tuple(path.parts)
        if path.data:
            if not names or names[0] not in _DATA:
                raise self._refusal(path.original, "Use @index, @key, @first, @last or @root: there are no others.")
            at_root, names = names[0] == "root", names[1:]
        else:
            target = self._upwards(path, scope)
            at_root = target.at_root and not (path.depth == 0 and names and _is_local(names[0], scope))
        if at_root and not names:
            raise self._refusal(path.original, "Name what you mean: all variables at once are never written out.")
        if at_root:
            yield Reading(names, self._place(path.original))

    def _upwards(self, path: PathExpression, scope: _Scope) -> _Scope:
        for _ in range(path.depth):
            if scope.parent is None:
                raise self._refusal(path.original, "Remove ../: there is nothing further out.")
            scope = scope.parent
        return scope

    def _refusal(self, text: str, message: str) -> TemplateError:
        return TemplateError(message, self._place(text))

    def _place(self, text: str) -> int:
        """Where a text first stands behind an opening bracket: the library's tree has no places."""
        return max(0, self._source.find(text, max(0, self._source.find("{{"))))


def _is_helper(path: PathExpression) -> bool:
    """Whether a bare `{{name}}` names a helper instead of a value."""
    plain = not (path.data or path.depth or path.is_this)
    return plain and path.original in {*HELPERS, *BLOCKS}


def _is_local(name: str, scope: _Scope | None) -> bool:
    while scope is not None:
        if name in scope.local:
            return True
        scope = scope.parent
    return False

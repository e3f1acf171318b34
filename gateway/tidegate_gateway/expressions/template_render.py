"""How a template becomes text: a walk over placeholders where it has nothing else, else the library's renderer.

The renderer is the library's with four changes: escapes of ours, values as JSON writes them, a budget of steps, and
the variables as a whole count as nothing, so that no template can write out all credentials at once.
"""

from collections.abc import Callable
from typing import Any

from pydantic_handlebars import HandlebarsError
from pydantic_handlebars._ast_nodes import (
    CommentStatement,
    ContentStatement,
    Expression,
    MustacheStatement,
    PathExpression,
    Program,
    StripFlags,
    SubExpression,
)
from pydantic_handlebars._compiler import Compiler, Scope

from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.template_helpers import BLOCKS, HELPERS, MAX_OUTPUT, too_long
from tidegate_gateway.expressions.text import as_text

MAX_STEPS = 100_000
"""Bodies of blocks that one rendering may run through: half a second."""

Escaping = Callable[[str], str]
Render = Callable[[dict[str, Any]], str]

_NO_STRIP = StripFlags()


def renderer(program: Program, escape: Escaping) -> Render:
    """The template as a function of its variables. Calling it raises EvaluationError."""
    return plain_renderer(program, escape) or full_renderer(program, escape)


def full_renderer(program: Program, escape: Escaping) -> Render:
    """Any template, by the library's renderer."""

    def render(variables: dict[str, Any]) -> str:
        try:
            return _Renderer(escape).render(program, variables)
        except HandlebarsError:
            raise too_long() from None

    return render


class _Renderer(Compiler):
    def __init__(self, escape: Escaping) -> None:
        super().__init__({**HELPERS, **BLOCKS}, max_output_size=MAX_OUTPUT)
        self._escape = escape
        self._steps = MAX_STEPS

    def _render_program(self, program: Program, scope: Scope) -> str:
        self._steps -= 1
        if self._steps < 0:
            raise EvaluationError("The template takes too many steps: let it loop over fewer elements.")
        return super()._render_program(program, scope)

    def _render_mustache(self, stmt: MustacheStatement, scope: Scope) -> str:
        expression = stmt.path
        if stmt.params and isinstance(expression, PathExpression):
            expression = SubExpression(expression, stmt.params, stmt.hash_pairs)
        text = as_text(self._eval_expression(expression, scope))
        return self._escape(text) if stmt.escaped else text

    def _eval_expression(self, expr: Expression, scope: Scope) -> Any:
        value = super()._eval_expression(expr, scope)
        return None if value is scope.data["root"] else value


def plain_renderer(program: Program, escape: Escaping) -> Render | None:
    """The template as a row of texts and placeholders; None if there is more in it."""
    pieces: list[str | Callable[[Any], str]] = []
    for statement in program.body:
        match statement:
            case ContentStatement(value=text):
                pieces.append(text)
            case CommentStatement(strip=strip) if strip == _NO_STRIP:
                continue
            case MustacheStatement(path=PathExpression() as path, escaped=escaped) if _is_plain(statement, path):
                pieces.append(_placeholder(path.parts, escape if escaped else None))
            case _:
                return None

    def render(variables: dict[str, Any]) -> str:
        text = "".join([piece if isinstance(piece, str) else piece(variables) for piece in pieces])
        if len(text) > MAX_OUTPUT:
            raise too_long()
        return text

    return render


def _is_plain(statement: MustacheStatement, path: PathExpression) -> bool:
    bare = not (statement.params or statement.hash_pairs or path.data or path.is_this or path.depth)
    return bare and statement.strip == _NO_STRIP


def _placeholder(names: list[str], escape: Escaping | None) -> Callable[[Any], str]:
    keys = tuple((name, _index(name)) for name in names)

    def text(value: Any) -> str:
        for name, index in keys:
            if isinstance(value, dict):
                value = value.get(name)
            elif index is not None and isinstance(value, list) and -len(value) <= index < len(value):
                value = value[index]
            else:
                return ""
        written = as_text(value)
        return escape(written) if escape else written

    return text


def _index(name: str) -> int | None:
    try:
        return int(name)
    except ValueError:
        return None

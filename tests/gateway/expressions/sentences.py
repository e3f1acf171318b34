"""What every refusal in the small languages has in common."""

from collections.abc import Callable
from typing import TypeVar

from tidegate_gateway.expressions.errors import ExpressionError

Compiled = TypeVar("Compiled")


def refused_or(compile_text: Callable[[str], Compiled], text: str) -> Compiled | None:
    """What `text` compiles to; None when it is refused as it should be. Any other exception goes through."""
    try:
        return compile_text(text)
    except ExpressionError as error:
        check_refusal(error, len(text))
        return None


def check_refusal(error: ExpressionError, length: int) -> None:
    """One line, one sentence, with a capital and a full stop; the position lies in the text or just behind it."""
    message = error.message
    assert message[0].isupper(), message
    assert message.endswith("."), message
    assert message.isprintable(), message
    assert len(message) < 600, message
    assert error.position is None or 0 <= error.position <= length

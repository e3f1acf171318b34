"""How commands run: the event loop, and the settings of the environment."""

from asyncio import Runner
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop
from pydantic import ValidationError

from tidegate_gateway.settings import Settings
from tidegate_operator.commands.errors import CommandError

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command on an event loop of its own."""
    with Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def read_settings(**given: Any) -> Settings:
    """The environment's settings; `given` comes before it. CommandError names each that is missing or wrong."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise CommandError(" ".join(_sentence(str(e["loc"][0]), e["type"], e["msg"]) for e in error.errors())) from None


def _sentence(name: str, kind: str, message: str) -> str:
    variable = f"TIDEGATE_{name.upper()}"
    if kind == "missing":
        return f"{variable} is not set: set it, as in {variable}=postgresql://user@host/tidegate."
    return f"{variable} is not usable: {message}."

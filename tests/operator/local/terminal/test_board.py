import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console

from tests.waiting import eventually
from tidegate_operator.local.manifests.pieces import Problem
from tidegate_operator.local.terminal.board import Board
from tidegate_operator.loop import Pass
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate.model import Translation, Verdict


class Screen:
    """A board that prints into a text, and what feeds it."""

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.example: str | None = None
        self.board = Board(Console(file=self.out, width=40), "Title", lambda _: None, lambda: self.example)

    def verdicts(self, *keys: Key) -> None:
        translation = Translation({}, {key: Verdict(key, key.name, 1, (), 1) for key in keys})
        self.board.passed(Pass(translation, frozenset(keys), None, {}, {}, False))

    def status(self, key: Key, ready: str = "True", message: str = "", generation: int = 1) -> None:
        status: dict[str, Any] = {"conditions": [{"type": "Ready", "status": ready, "message": message}]}
        if ready == "True" and key.kind == "Endpoint":
            status |= {"url": f"http://127.0.0.1:8080/api/endpoint/acme/sales/{key.name}", "methods": "POST"}
        self.board.note(Resource(key, key.name, generation, "", {}), {}, status)

    async def prints(self, text: str) -> str:
        """Wait for a text; everything that has been printed since the last call."""
        await eventually(lambda: text in self.out.getvalue())
        printed = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return printed


@asynccontextmanager
async def screen() -> AsyncIterator[Screen]:
    made = Screen()
    running = asyncio.create_task(made.board.run())
    yield made
    running.cancel()


def endpoint(name: str) -> Key:
    return Key("Endpoint", "acme", name)


TASK = Key("Task", "acme", "t")


def row(name: str, word: str = "ready") -> str:
    return f"  {word}  POST  http://127.0.0.1:8080/api/endpoint/acme/sales/{name}\n"


async def test_everything_is_printed_once_and_then_what_changes() -> None:
    async with screen() as shown:
        shown.example = "curl " + "x" * 200
        shown.verdicts(endpoint("b"), endpoint("a"), TASK)
        for key in (endpoint("b"), TASK, endpoint("a")):
            shown.status(key)
        assert await shown.prints("curl") == f"Title\n\n{row('a')}{row('b')}\nTry it:\n\n{shown.example}\n\n"
        shown.verdicts(endpoint("b"), endpoint("a"), TASK)
        shown.status(endpoint("b"))
        shown.status(endpoint("a"), "False", "It broke.")
        assert await shown.prints("broke") == "\n  wrong  Endpoint acme/a\n  It broke.\n"


async def test_other_kinds_are_told_of_when_they_are_wrong_and_when_they_heal() -> None:
    async with screen() as shown:
        shown.verdicts(TASK)
        shown.status(TASK, "False", "It broke.")
        assert await shown.prints("broke") == "Title\n\n  wrong  Task acme/t\n  It broke.\n"
        shown.status(TASK)
        assert await shown.prints("ready") == "\n  ready  Task acme/t\n"


async def test_what_is_gone_is_told_of() -> None:
    async with screen() as shown:
        shown.verdicts(endpoint("a"), endpoint("b"), TASK)
        for key in (endpoint("a"), endpoint("b"), TASK):
            shown.status(key)
        await shown.prints("/b")
        shown.verdicts(endpoint("b"))
        assert await shown.prints("gone") == f"\n{row('a', 'gone ')}"


async def test_mistakes_in_files_are_told_of_once_and_when_they_are_mended() -> None:
    async with screen() as shown:
        shown.verdicts()
        await shown.prints("Title")
        shown.board.complain([Problem("a.yaml", 3, 1, "no."), Problem("b.yaml", 0, 0, "it cannot be read.")])
        assert await shown.prints("b.yaml") == "\n  a.yaml:3:1: no.\n  b.yaml: it cannot be read.\n"
        shown.board.complain([Problem("a.yaml", 3, 1, "no."), Problem("a.yaml", 4, 1, "neither.")])
        assert await shown.prints("fine") == "\n  a.yaml:4:1: neither.\n  b.yaml is fine again\n"


async def test_the_example_comes_as_soon_as_there_is_one_and_once() -> None:
    async with screen() as shown:
        shown.verdicts()
        assert await shown.prints("Title") == "Title\n"
        shown.example = "curl one"
        shown.verdicts(endpoint("a"))
        shown.status(endpoint("a"))
        assert await shown.prints("curl") == f"\n{row('a')}\nTry it:\n\ncurl one\n\n"
        shown.example = "curl two"
        shown.status(endpoint("a"), generation=2)
        shown.verdicts(endpoint("a"), endpoint("b"))
        shown.status(endpoint("b"))
        assert await shown.prints("/b") == f"\n{row('b')}"


async def test_it_does_not_wait_for_statuses_for_ever() -> None:
    async with screen() as shown:
        shown.verdicts(endpoint("a"), endpoint("b"))
        shown.status(endpoint("a"))
        assert await shown.prints("/a") == f"Title\n\n{row('a')}"

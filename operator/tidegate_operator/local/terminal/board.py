"""What `tidegate up` prints on standard output: everything once, then whatever changes. Colours on a terminal only."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.text import Text

from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.manifests.pieces import Problem
from tidegate_operator.local.terminal.resource_rows import Row, lines, row_of
from tidegate_operator.loop import Pass
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate.model import Verdict

QUIET_SECONDS = 0.1
FIRST_SECONDS = 3.0


class Board:
    """Takes statuses as they come, and prints those that say something new once it is quiet for a moment.

    `place` finds the manifest of a resource; `example` gives a line that can be pasted, if there is one.
    """

    def __init__(
        self,
        console: Console,
        title: str,
        place: Callable[[Key], Manifest | None],
        example: Callable[[], str | None],
    ) -> None:
        self._console, self._title, self._place, self._example = console, title, place, example
        self._verdicts: Mapping[Key, Verdict] | None = None
        self._rows: dict[Key, Row] = {}
        self._shown: dict[Key, Row] = {}
        self._problems: tuple[Problem, ...] = ()
        self._shown_problems: tuple[Problem, ...] = ()
        self._pasted: str | None = None
        self._news = asyncio.Event()

    def complain(self, problems: Iterable[Problem]) -> None:
        """These are wrong with the files now."""
        self._problems = tuple(problems)
        self._news.set()

    def passed(self, done: Pass) -> None:
        """The loop has translated and published."""
        self._verdicts = done.translation.verdicts
        for key in self._rows.keys() - self._verdicts.keys():
            del self._rows[key]
        self._news.set()

    def note(self, resource: Resource, _: Mapping[str, Any], status: Mapping[str, Any]) -> None:
        """A resource has a new status."""
        if self._verdicts and (verdict := self._verdicts.get(resource.key)):
            self._rows[resource.key] = row_of(verdict, status, self._place(resource.key))
            self._news.set()

    async def run(self) -> None:
        """Print for ever."""
        while self._verdicts is None:
            await self._settled()
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                while self._verdicts.keys() != self._rows.keys():
                    await self._settled()
        self._print(Text(self._title, "bold"))
        while True:
            self._print_news()
            await self._settled()

    async def _settled(self) -> None:
        await self._news.wait()
        while self._news.is_set():
            self._news.clear()
            await asyncio.sleep(QUIET_SECONDS)

    def _print_news(self) -> None:
        changed = [row for key, row in sorted(self._rows.items()) if self._shown.get(key) != row and self._is_told(row)]
        gone = [row for key, row in sorted(self._shown.items()) if key not in self._rows and self._is_told(row)]
        self._shown = dict(self._rows)
        found = lines(changed, gone) + self._file_lines()
        if found:
            self._print(Text(), *found)
        example = self._example()
        if example and self._pasted is None:
            self._pasted = example
            self._print(Text(), Text("Try it:"), Text(), Text(example), Text())

    def _is_told(self, row: Row) -> bool:
        """Endpoints always; of the others what is wrong, and that it is not wrong any more."""
        before = self._shown.get(row.key)
        return row.key.kind == "Endpoint" or not row.is_fine or (before is not None and not before.is_fine)

    def _file_lines(self) -> list[Text]:
        before, now = self._shown_problems, self._problems
        self._shown_problems = now
        mended = sorted({problem.file for problem in before} - {problem.file for problem in now})
        found = [Text(f"  {problem}", "red") for problem in now if problem not in before]
        return found + [Text(f"  {file} is fine again", "green") for file in mended]

    def _print(self, *texts: Text) -> None:
        for text in texts:
            self._console.print(text, soft_wrap=True, highlight=False)

"""`tidegate validate`: prints what the statuses of manifests would say."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import orjson
from rich.console import Console
from rich.text import Text

from tidegate_crds.conditions import ConditionType
from tidegate_operator.commands.database import Database, given_database
from tidegate_operator.local.manifests.folders import Folders, Reading
from tidegate_operator.local.postgres.scratch import scratch_postgres
from tidegate_operator.local.validate import Told, validate
from tidegate_operator.local.world import custom_resources
from tidegate_operator.paths import check_path

WORDS = {ConditionType.ACCEPTED: "not accepted", ConditionType.RESOLVED_REFS: "unresolved"}


class PathChecker:
    """PostgreSQL's word on paths; one is started when the first path comes, unless there is one already."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, path: str) -> str | None:
        pool = self._pool = self._pool or await self._connect()
        return await check_path(pool, path)

    async def _connect(self) -> asyncpg.Pool:
        database = given_database() or Database(await self._stack.enter_async_context(scratch_postgres()))
        return await self._stack.enter_async_context(database.connect(size=1))


async def validate_folders(folders: Sequence[Path], namespace: str) -> tuple[Reading, list[Told]]:
    """What was read, and everything that there is to say of it."""
    reading = Folders(folders, namespace).read()
    async with AsyncExitStack() as stack:
        return reading, await validate(reading, PathChecker(stack))


def print_json(told: Sequence[Told]) -> None:
    """One JSON object a line and finding."""
    for one in told:
        line = {
            "resource": str(one.resource) if one.resource else None,
            "condition": one.condition,
            "reason": one.reason,
            "message": one.place.message,
            "path": one.path,
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
        }
        print(orjson.dumps(line).decode())  # noqa: T201


def print_text(reading: Reading, told: Sequence[Told]) -> None:
    """One line for each resource that is fine, and one for each finding."""
    console = Console(highlight=False, soft_wrap=True)
    wrong = {one.resource for one in told}
    for key, manifest in custom_resources(reading).items():
        if key not in wrong:
            console.print(Text.assemble(manifest.place, ": ", (f"{key} is fine", "green")))
    for one in told:
        console.print(_line(one))


def _line(one: Told) -> Text:
    where, _, message = str(one.place).partition(": ")
    head = f"{one.resource} is {WORDS[one.condition]}" if one.resource and one.refuses else str(one.resource or "")
    style = "red" if one.refuses else "yellow"
    body = f"{one.path}: {message}" if one.path else message
    return Text.assemble(where, ": ", (f"{head} ({one.reason}): " if head else "", style), body)

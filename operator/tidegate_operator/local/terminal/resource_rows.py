"""What the terminal says of one resource: pure, from its verdict, its status and the manifest that it stands in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from tidegate_crds.conditions import ConditionType
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.status import condition_of
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Verdict

WORDS = {"True": ("ready", "green"), "False": ("wrong", "red"), "Unknown": ("waits", "yellow")}
GONE = ("gone", "yellow")
READY_WIDTH = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One resource. `what` is the URL of an Endpoint that is served, else the resource's name."""

    key: Key
    generation: int
    ready: str
    methods: str
    what: str
    problems: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to say but that it is ready."""
        return self.ready == "True" and not self.problems


def row_of(verdict: Verdict, status: Mapping[str, Any], manifest: Manifest | None) -> Row:
    """The row of a status; problems come with file, line and column as long as the manifest is there."""
    ready = condition_of(status, ConditionType.READY)
    problems = tuple(_problems(verdict, manifest))
    if not problems and ready["status"] != "True":
        problems = (f"{manifest.place}: {ready['message']}" if manifest else str(ready["message"]),)
    what = status.get("url") or str(verdict.key)
    return Row(verdict.key, verdict.generation, ready["status"], status.get("methods") or "", what, problems)


def _problems(verdict: Verdict, manifest: Manifest | None) -> Iterable[str]:
    for finding in verdict.findings:
        message = f"{finding.path}: {finding.message}" if finding.path else finding.message
        yield str(manifest.problem(message, finding.path)) if manifest else message


def lines(rows: Sequence[Row], gone: Iterable[Row] = ()) -> list[Text]:
    """The rows as a table, each with its problems below it."""
    width = max((len(row.methods) for row in (*rows, *gone)), default=0)
    found: list[Text] = []
    for row in rows:
        found.append(_line(row, WORDS[row.ready], width))
        found += [Text(f"  {problem}", "red" if row.ready == "False" else "yellow") for problem in row.problems]
    return found + [_line(row, GONE, width) for row in gone]


def _line(row: Row, word: tuple[str, str], width: int) -> Text:
    ready = (word[0].ljust(READY_WIDTH), word[1])
    return Text.assemble("  ", ready, "  ", *((row.methods.ljust(width), "  ") if width else ()), row.what)

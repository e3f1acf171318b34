"""All manifests of the given folders, read again whenever a file changes.

A file that went wrong keeps the resources that it had when it was last right, beside those of its documents that are,
and with a `LastGood` also those of when it was last right in an earlier process.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tidegate_operator.local.manifests.bounds import Copies
from tidegate_operator.local.manifests.files import manifest_files
from tidegate_operator.local.manifests.last_good import LastGood
from tidegate_operator.local.manifests.manifest import Manifest, Read, read_piece
from tidegate_operator.local.manifests.pieces import Piece, Problem, split
from tidegate_operator.store import Key


@dataclass(frozen=True)
class Reading:
    """The folders as they are: a manifest for each key, and what to tell the person who wrote them."""

    manifests: dict[Key, Manifest]
    problems: tuple[Problem, ...]
    passed_over: tuple[str, ...]


@dataclass
class _File:
    content: bytes | None = None
    good: str | None = None  # the last text with nothing wrong in it
    read: Read = field(default_factory=Read)


class Folders:
    """Reads the folders; what did not change since the last time is not parsed again."""

    def __init__(self, folders: Sequence[Path], namespace: str = "default", last_good: LastGood | None = None) -> None:
        self.paths, self._namespace, self._last_good = tuple(folders), namespace, last_good
        self._files: dict[Path, _File] = {}

    def read(self) -> Reading:
        """The present state. FolderError if a folder cannot be read."""
        paths = manifest_files(self.paths)
        self._files = {path: self._refreshed(path) for path in paths}
        reads = [self._files[path].read for path in paths]
        manifests, doubles = _by_key(manifest for read in reads for manifest in read.manifests)
        problems = [problem for read in reads for problem in read.problems]
        passed_over = sorted({name for read in reads for name in read.passed_over})
        return Reading(manifests, (*problems, *doubles), tuple(passed_over))

    def remember(self) -> None:
        """Keep what each file held when it was last right, for the next process. PlaceError."""
        if self._last_good:
            self._last_good.keep({path: file.good for path, file in self._files.items() if file.good is not None})

    def _refreshed(self, path: Path) -> _File:
        old = self._files.get(path) or self._remembered(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            problem = Problem(str(path), 0, 0, f"it cannot be read: {error.strerror}.")
            return _File(None, old.good, _kept(old.read, [problem]))
        return old if content == old.content else self._read(path, content, old)

    def _remembered(self, path: Path) -> _File:
        text = self._last_good.text(path) if self._last_good else None
        return _File() if text is None else _File(text.encode(), text, self._parsed(path, text))

    def _read(self, path: Path, content: bytes, old: _File) -> _File:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            problem = Problem(str(path), line, 1, "this is no UTF-8: save the file as UTF-8.")
            return _File(content, old.good, _kept(old.read, [problem]))
        read = self._parsed(path, text)
        if not read.problems:
            return _File(content, text, read)
        keys = {manifest.key for manifest in read.manifests}
        read.manifests += [manifest for manifest in old.read.manifests if manifest.key not in keys]
        return _File(content, old.good, read)

    def _parsed(self, path: Path, text: str) -> Read:
        copies = Copies()
        return _joined(read_piece(piece, self._namespace, copies) for piece in self._pieces(path, text))

    def _pieces(self, path: Path, text: str) -> list[Piece]:
        return [Piece(str(path), text)] if path.suffix == ".json" else split(str(path), text)


def _kept(old: Read, problems: list[Problem]) -> Read:
    return Read(old.manifests, problems, old.passed_over)


def _joined(reads: Iterable[Read]) -> Read:
    whole = Read()
    for read in reads:
        whole.manifests += read.manifests
        whole.problems += read.problems
        whole.passed_over |= read.passed_over
    return whole


def _by_key(manifests: Iterable[Manifest]) -> tuple[dict[Key, Manifest], list[Problem]]:
    """The first of each key, and a problem for each of the others."""
    first: dict[Key, Manifest] = {}
    problems = []
    for manifest in manifests:
        kept = first.setdefault(manifest.key, manifest)
        if kept is not manifest:
            message = f"{manifest.key} is in {kept.place} already: that one counts, this one is passed over."
            problems.append(manifest.problem(message, "metadata.name"))
    return first, problems

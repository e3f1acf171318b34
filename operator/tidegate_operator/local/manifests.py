"""All manifests of the given folders, read again whenever a file changes.

A file that went wrong keeps the resources that it had when it was last right, beside those of its documents that are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tidegate_operator.local.folders import manifest_files
from tidegate_operator.local.manifest import Manifest, Read, read_piece
from tidegate_operator.local.pieces import Piece, Problem, split
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
    read: Read = field(default_factory=Read)


class Folders:
    """Reads the folders; what did not change since the last time is not parsed again."""

    def __init__(self, folders: Sequence[Path], namespace: str = "default") -> None:
        self.paths, self._namespace = tuple(folders), namespace
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

    def _refreshed(self, path: Path) -> _File:
        old = self._files.get(path, _File())
        try:
            content = path.read_bytes()
        except OSError as error:
            return _File(None, _kept(old.read, [Problem(str(path), 0, 0, f"it cannot be read: {error.strerror}.")]))
        if content == old.content:
            return old
        return _File(content, self._read(path, content, old.read))

    def _read(self, path: Path, content: bytes, old: Read) -> Read:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            return _kept(old, [Problem(str(path), line, 1, "this is no UTF-8: save the file as UTF-8.")])
        read = _joined(read_piece(piece, self._namespace) for piece in self._pieces(path, text))
        if read.problems:
            keys = {manifest.key for manifest in read.manifests}
            read.manifests += [manifest for manifest in old.manifests if manifest.key not in keys]
        return read

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

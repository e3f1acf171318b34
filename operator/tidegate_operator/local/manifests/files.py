"""Which files of the given folders hold manifests. It reads their names only."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tidegate_operator.local.errors import FolderError

ENDINGS = (".yaml", ".yml", ".json")
NOT_OURS = (".", "#", "~")  # hidden, and what editors keep beside a file that is being edited


def manifest_files(folders: Iterable[Path]) -> list[Path]:
    """The files by path, each once however it is reached. FolderError if a folder cannot be read."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in [folder] if folder.is_file() else _below(folder):
            found.setdefault(path.resolve(), path)
    return sorted(found.values(), key=str)


def is_manifest(name: str) -> bool:
    """Whether a file of this name is read."""
    return name.endswith(ENDINGS) and not name.startswith(NOT_OURS)


def _below(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(NOT_OURS)]
        yield from (Path(where) / name for name in files if is_manifest(name))


def _refuse(error: OSError) -> None:
    raise FolderError(str(error.filename), error.strerror or str(error)) from error

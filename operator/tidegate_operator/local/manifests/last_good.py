"""What each file of manifests held when it was last right, kept under `--data` from one process to the next.

It holds what Secrets say too, as the files themselves do, and like them must be closed to others.
"""

from collections.abc import Mapping
from pathlib import Path

from tidegate_operator.local.state import StateFile

FILE = "manifests.json"


class LastGood:
    """The texts of one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data / FILE)
        self._texts: dict[str, str] = self._file.load()

    def text(self, path: Path) -> str | None:
        """The text of a file when it was last right; None if it never was."""
        return self._texts.get(str(path.absolute()))

    def keep(self, texts: Mapping[Path, str]) -> None:
        """Keep these alone. PlaceError."""
        found = {str(path.absolute()): text for path, text in texts.items()}
        if found != self._texts:
            self._file.save(found)
            self._texts = found

"""What local mode keeps between two runs, as small JSON files that nobody else may read, each replaced as a whole."""

import json
import os
from pathlib import Path
from typing import Any

from tidegate_operator.local.errors import PlaceError


class StateFile:
    """A mapping in a JSON file. PlaceError if it can't be read or written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, Any]:
        """What was saved last; nothing if there is no file."""
        try:
            value = json.loads(self._path.read_text())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as error:
            raise PlaceError(f"{self._path} cannot be read: mend or delete it.") from error
        if not isinstance(value, dict):
            raise PlaceError(f"{self._path} is no JSON object: mend or delete it.")
        return value

    def save(self, value: dict[str, Any]) -> None:
        """Replace it; a crash leaves the old or the new, never a part."""
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.unlink(missing_ok=True)
            with open(beside, "w", opener=_for_us_alone) as file:
                json.dump(value, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise PlaceError(f"{self._path} cannot be written: {error.strerror}.") from error


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)

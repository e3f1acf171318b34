"""A folder that one process at a time may work on. The kernel drops the lock when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from tidegate_operator.local.errors import InUseError, PlaceError
from tidegate_operator.local.ownership import open_own


class FolderLock:
    """Taken by `take()`, which raises InUseError while another process has it; given back by `release()`."""

    def __init__(self, folder: Path, name: str = "lock") -> None:
        self._folder = folder
        self._path = folder / name
        self._file: TextIO | None = None

    def take(self) -> None:
        """Take the lock and write this process's id into it. InUseError, PlaceError."""
        try:
            file = os.fdopen(open_own(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND), "a+")
        except OSError as error:
            raise PlaceError(f"{self._folder} cannot be used: {error}. Use another --data.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            with file:
                file.seek(0)
                raise InUseError(self._folder, file.read().strip()) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None

"""Whose files local mode works on. It may run as root, whom a link in another user's folder could lead to any file."""

import errno
import os
import stat
from pathlib import Path

from tidegate_operator.local.errors import PlaceError

ROOT = 0


def open_own(path: Path, flags: int, owner: int | None = None) -> int:
    """The descriptor of a file of root's, of ours or else of `owner`'s; a new one is closed to others.

    PlaceError: it is a link, no file, or another user's. OSError.
    """
    try:
        number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise PlaceError(f"{path} is a link: remove it, or use another --data.") from error
        raise
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_uid not in (ROOT, _ours(owner)):
        os.close(number)
        raise PlaceError(f"{path} belongs to another user, or is no file: remove it, or use another --data.")
    return number


def refuse_foreign(folder: Path) -> None:
    """PlaceError if root is to work in a folder, or by a link, of another user. OSError."""
    if os.geteuid() == ROOT and {folder.lstat().st_uid, folder.stat().st_uid} != {ROOT}:
        raise PlaceError(
            f"{folder} belongs to another user, who could lead root to any file: "
            "run this as that user, or use another --data."
        )


def _ours(owner: int | None) -> int:
    return os.geteuid() if owner is None else owner

"""Where a database's files are, and which user owns them.

PostgreSQL refuses to run as root. Started by root it runs as another user, who must be able to enter the folders. A
data folder closed to that user (below /root, say) gets its files under /var/lib/tidegate, and a note that says so.
"""

import hashlib
import os
import pwd
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.ownership import refuse_foreign

ELSEWHERE = Path("/var/lib/tidegate")
CLUSTER, NOTE = "postgresql", "postgresql.elsewhere"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes; 107 on Linux, 103 on macOS
SERVER_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Owner:
    """The user that the server runs as, when it is not our own."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether the permissions of the folder and of all above it let the user through."""
        return all(self._passes(part.stat()) for part in (folder, *folder.parents))

    def _passes(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


@dataclass(frozen=True)
class Place:
    """A folder with the cluster, its log and its lock. `owner` None: the server runs as our own user."""

    folder: Path
    owner: Owner | None

    @property
    def cluster(self) -> Path:
        return self.folder / CLUSTER

    @property
    def log(self) -> Path:
        return self.folder / "postgresql.log"

    def hand_over(self, folder: Path) -> Path:
        """Give a new folder, open to nobody else, to the user that the server runs as."""
        folder.chmod(0o700)
        if self.owner:
            os.lchown(folder, self.owner.uid, self.owner.gid)
        return folder

    def socket_folder(self, environ: Mapping[str, str]) -> Path:
        """A private folder for the server's socket, short enough for the kernel. PlaceError if another user has it."""
        beside = self.folder / "socket"
        if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET:
            return self._private(beside)
        runtime = None if self.owner else environ.get("XDG_RUNTIME_DIR")
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()
        return self._private(Path(runtime or "/tmp") / f"tidegate-{digest[:16]}")  # noqa: S108 - checked to be ours

    def _private(self, folder: Path) -> Path:
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found, wanted = folder.lstat(), self.owner.uid if self.owner else os.geteuid()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted:
                raise PlaceError(f"{folder} belongs to another user: remove it, or use another --data.") from None
            return folder
        return self.hand_over(folder)


def find_place(data: Path) -> Place:
    """The place of a data folder's database, made if it is new. PlaceError if there can be none."""
    note = data / NOTE
    try:
        as_root = make_data_folder(data)
        if note.exists():
            return _noted(note)
        if not as_root:
            return Place(data, None)
        owner = _owner_of(data / CLUSTER)
        return Place(data, owner) if owner.may_enter(data) else _elsewhere(note, owner)
    except OSError as error:
        raise PlaceError(f"{data} cannot hold the database: {error}. Use another --data.") from error


def known_folder(data: Path) -> Path:
    """The folder that holds the database of a data folder, if there is one; nothing is made."""
    note = data / NOTE
    return Path(note.read_text().strip()) if note.exists() else data


def make_data_folder(data: Path) -> bool:
    """Make the folder for this user alone, or, as root, for the server's user to pass through; says whether as root.

    PlaceError if it is there and root must not work in it. OSError.
    """
    as_root = os.geteuid() == 0
    if not data.is_dir():
        data.mkdir(parents=True)
        data.chmod(0o711 if as_root else 0o700)
    refuse_foreign(data)
    return as_root


def _noted(note: Path) -> Place:
    folder = known_folder(note.parent)
    if not folder.is_dir():
        raise PlaceError(f"{note} says that the database is in {folder}, which is gone: delete {note} to begin anew.")
    refuse_foreign(folder)
    return Place(folder, _owner_of(folder / CLUSTER) if os.geteuid() == 0 else None)


def _elsewhere(note: Path, owner: Owner) -> Place:
    folder = ELSEWHERE / secrets.token_hex(6)
    folder.mkdir(parents=True)
    for made in (ELSEWHERE, folder):
        made.chmod(0o711)
    note.write_text(f"{folder}\n")
    return Place(folder, owner)


def _owner_of(cluster: Path) -> Owner:
    if cluster.exists() and (found := cluster.stat()).st_uid != 0:
        return Owner(found.st_uid, found.st_gid)
    for name in SERVER_USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(user.pw_uid, user.pw_gid)
    raise PlaceError("PostgreSQL does not run as root, and there is no user postgres or nobody: make one.")

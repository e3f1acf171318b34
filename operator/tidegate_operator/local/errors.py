"""What can go wrong in local mode. Every message is a sentence for the person at the terminal and says what to do.

LocalError
├── NoPostgresError      no PostgreSQL that could be started
├── WrongVersionError    the data belong to another major version than what is installed
├── InUseError           another process works on the same folder
├── PlaceError           a folder cannot be used
├── FolderError          a folder of manifests cannot be read
└── StartError           PostgreSQL did not start
"""

from pathlib import Path


class LocalError(Exception):
    """The root of local mode's errors."""


class NoPostgresError(LocalError):
    """No PostgreSQL was found; `reason` says what was looked at."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Tidegate needs PostgreSQL 15 or newer, and {reason}: install it (Debian: apt-get install postgresql), "
            "or `pip install tidegate[local]`, or set PG_BIN to the folder of its initdb, "
            "or set TIDEGATE_DATABASE_URL to a server that runs."
        )


class WrongVersionError(LocalError):
    """The cluster was made by a major version that is not installed."""

    def __init__(self, cluster: Path, made_by: int, found: list[int]) -> None:
        self.cluster, self.made_by, self.found = cluster, made_by, found
        have = " and ".join(str(major) for major in found)
        super().__init__(
            f"{cluster} was made by PostgreSQL {made_by}, and only {have} is here: install PostgreSQL {made_by}, "
            "set PG_BIN to the folder of its initdb, or begin anew with another --data."
        )


class InUseError(LocalError):
    """Another process holds the folder; `pid` is its process id if it said so."""

    def __init__(self, folder: Path, pid: str) -> None:
        self.folder, self.pid = folder, pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(f"{folder} is in use by {who}: stop it, or give this one another folder with --data.")


class PlaceError(LocalError):
    """A folder cannot be used for data."""


class FolderError(LocalError):
    """A folder of manifests cannot be read; `reason` is the system's."""

    def __init__(self, folder: str, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"{folder} cannot be read: {reason}. Name a folder with manifests.")


class StartError(LocalError):
    """PostgreSQL did not start; the message ends with what it said."""

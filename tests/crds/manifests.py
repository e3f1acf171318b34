"""Manifests of the tests: those of `examples/`, which everyone takes, and of `tests/invalid/`, which nobody does."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tidegate_crds.errors import FieldError
from tidegate_crds.kinds import API_VERSION, KINDS
from tidegate_crds.parse import check_name, parse_spec

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
INVALID = ROOT / "tests" / "invalid"

Manifest = dict[str, Any]

_HEADER = re.compile(r"^# (path|message|local): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Refused:
    """A manifest with one mistake. `message` is a part of what the API server says, `local` all that we say."""

    name: str
    manifest: Manifest
    path: str
    message: str
    local: str


def refused() -> list[Refused]:
    """Every manifest under tests/invalid."""
    return [_read(path) for path in sorted(INVALID.glob("*.yaml"))]


def examples() -> list[tuple[str, Manifest]]:
    """Every manifest under examples/ of our own kinds, under a name for the test's output."""
    found = ((path, manifest) for path in sorted(EXAMPLES.rglob("*.yaml")) for manifest in documents(path))
    return [(f"{path.parent.name}/{_title(given)}", given) for path, given in found if given["kind"] in KINDS]


def documents(path: Path) -> list[Manifest]:
    """The manifests of one file."""
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def resource(kind: str, spec: object, name: str = "test") -> Manifest:
    """A manifest of one of our kinds."""
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


def local_errors(manifest: Manifest) -> tuple[FieldError, ...]:
    """What we find wrong with a manifest."""
    kind, spec = manifest["kind"], manifest["spec"]
    return parse_spec(kind, spec)[1] + check_name(kind, manifest["metadata"]["name"], spec)


def _read(path: Path) -> Refused:
    text = path.read_text("utf-8")
    said = {str(key): str(value) for key, value in _HEADER.findall(text)}
    (manifest,) = documents(path)
    return Refused(path.stem, manifest, said["path"], said["message"], said.get("local", said["message"]))


def _title(manifest: Manifest) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"

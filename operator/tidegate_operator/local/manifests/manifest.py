"""One manifest: what kind of thing a document is, and what it is called."""

from dataclasses import dataclass, field
from typing import Any

from tidegate_crds import paths
from tidegate_crds.kinds import KINDS
from tidegate_operator.local.manifests.bounds import Copies
from tidegate_operator.local.manifests.frame import frame_mistakes, secret_data
from tidegate_operator.local.manifests.pieces import Piece, Problem
from tidegate_operator.store import REINDEX, Key

SECRET, NAMESPACE, LIST = ("v1", "Secret"), ("v1", "Namespace"), ("v1", "List")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A resource of ours or a Secret, as it stands in a file. A Secret's values never show in a repr."""

    key: Key
    piece: Piece = field(repr=False)
    spec: Any = field(repr=False)  # of a Secret: name to bytes
    reindex: str | None = None

    @property
    def place(self) -> str:
        """`file:line` of the document, for people."""
        problem = self.problem("", "metadata.name")
        return f"{problem.file}:{problem.line}"

    def problem(self, message: str, path: str | None) -> Problem:
        """A problem at a field path such as `spec.methods.post`."""
        return self.piece.problem(message, paths.split(path) if path else ())


@dataclass(slots=True)
class Read:
    """What documents came to."""

    manifests: list[Manifest] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    passed_over: set[str] = field(default_factory=set)


def read_piece(piece: Piece, namespace: str, copies: Copies) -> Read:
    """One document's manifests; `namespace` is that of manifests that name none, `copies` those of its whole file."""
    read = Read()
    value, problems = piece.parse(copies)
    if problems:
        read.problems.extend(problems)
    elif value is not None:
        _read(value, piece, namespace, read)
    return read


def _read(value: Any, piece: Piece, namespace: str, read: Read) -> None:
    if not isinstance(value, dict):
        read.problems.append(piece.problem("a manifest is a mapping with apiVersion, kind and metadata."))
        return
    version, kind = value.get("apiVersion"), value.get("kind")
    if (version, kind) == LIST:
        items = value.get("items")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            _read(item, piece.item(index), namespace, read)
    elif _is_ours(version, kind) or (version, kind) == SECRET:
        _read_known(value, piece, namespace, read)
    elif not isinstance(version, str) or not isinstance(kind, str):
        read.problems.append(piece.problem("apiVersion and kind are missing, or are no texts."))
    elif (version, kind) != NAMESPACE:
        read.passed_over.add(f"{kind} ({version})")


def _is_ours(version: Any, kind: Any) -> bool:
    """Of our group, or one of our kinds with no group of its own: other projects have a Task too."""
    if isinstance(version, str) and version.startswith("tidegate."):
        return True
    return isinstance(kind, str) and kind in KINDS and "." not in str(version)


def _read_known(value: dict[str, Any], piece: Piece, namespace: str, read: Read) -> None:
    problems = [piece.problem(message, path) for path, message in frame_mistakes(value)]
    if problems:
        read.problems.extend(problems)
        return
    meta = value["metadata"]
    key = Key(value["kind"], meta.get("namespace") or namespace, meta["name"])
    spec = secret_data(value) if value["kind"] == "Secret" else value.get("spec")
    read.manifests.append(Manifest(key, piece, spec, (meta.get("annotations") or {}).get(REINDEX)))

"""One manifest: what kind of thing a document is, and whether its frame (everything but the spec) is right."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegate_crds import paths
from tidegate_crds.kinds import API_VERSION, GROUP, KINDS
from tidegate_operator.local.pieces import Piece, Problem
from tidegate_operator.store import Key

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST_NAME, LONGEST_LABEL = 253, 63
FRAME = {"apiVersion", "kind", "metadata", "spec", "status"}
SECRET_FRAME = {"apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData"}
METADATA = {
    *("name", "namespace", "generateName", "labels", "annotations", "finalizers", "ownerReferences", "managedFields"),
    *("uid", "resourceVersion", "generation", "selfLink"),
    *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
}
SECRET, NAMESPACE, LIST = ("v1", "Secret"), ("v1", "Namespace"), ("v1", "List")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A resource of ours or a Secret, as it stands in a file. A Secret's values never show in a repr."""

    key: Key
    piece: Piece = field(repr=False)
    spec: Any = field(repr=False)  # of a Secret: name to bytes

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


def read_piece(piece: Piece, namespace: str) -> Read:
    """One document's manifests; `namespace` is that of manifests that name none."""
    read = Read()
    value, problems = piece.parse()
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
    if isinstance(version, str) and version.startswith("tidegate"):
        return True
    return isinstance(kind, str) and kind in KINDS and "." not in str(version)


def _read_known(value: dict[str, Any], piece: Piece, namespace: str, read: Read) -> None:
    problems = [piece.problem(message, path) for path, message in _frame_mistakes(value)]
    if problems:
        read.problems.extend(problems)
        return
    meta = value["metadata"]
    key = Key(value["kind"], meta.get("namespace") or namespace, meta["name"])
    spec = _secret_data(value) if value["kind"] == "Secret" else value.get("spec")
    read.manifests.append(Manifest(key, piece, spec))


Mistakes = Iterator[tuple[tuple[str, ...], str]]


def _frame_mistakes(value: Mapping[str, Any]) -> Mistakes:
    if value.get("kind") == "Secret":
        yield from _unknown(value, SECRET_FRAME, ())
        yield from _secret_mistakes(value)
    else:
        yield from _version_mistakes(value)
        yield from _unknown(value, FRAME, ())
    yield from _metadata_mistakes(value.get("metadata"))


def _version_mistakes(value: Mapping[str, Any]) -> Mistakes:
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        yield ("kind",), f"{GROUP} has no kind {kind!r}; it is one of {', '.join(KINDS)}."
    if version != API_VERSION:
        yield ("apiVersion",), f"{kind} is of apiVersion {API_VERSION}, not {version!r}."


def _unknown(value: Mapping[str, Any], known: set[str], at: tuple[str, ...]) -> Mistakes:
    for name in value.keys() - known:
        yield (*at, name), f'unknown field "{".".join((*at, name))}".'


def _metadata_mistakes(meta: Any) -> Mistakes:
    if not isinstance(meta, dict):
        yield ("metadata",), "metadata.name is missing."
        return
    yield from _unknown(meta, METADATA, ("metadata",))
    name, namespace = meta.get("name"), meta.get("namespace") or "default"
    if name is None:
        yield ("metadata",), "metadata.name is missing."
    elif not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        yield ("metadata", "name"), f"{name!r} is no name: lower-case letters, digits, '-' and '.' only."
    if not isinstance(namespace, str) or not LABEL.fullmatch(namespace) or len(namespace) > LONGEST_LABEL:
        yield ("metadata", "namespace"), f"{namespace!r} is no namespace: lower-case letters, digits and '-' only."


def _secret_mistakes(value: Mapping[str, Any]) -> Mistakes:
    for part in ("data", "stringData"):
        items = value.get(part) or {}
        if not isinstance(items, dict):
            yield (part,), f"{part} has to be a mapping of texts."
            continue
        for name, text in items.items():
            if not isinstance(text, str):
                yield (part, name), f"{part}.{name} has to be a text: put it in quotes."
            elif part == "data" and _decoded(text) is None:
                yield (part, name), f"{part}.{name} is no Base64: write it under stringData as it is."


def _secret_data(value: Mapping[str, Any]) -> dict[str, bytes]:
    data = {name: _decoded(text) or b"" for name, text in (value.get("data") or {}).items()}
    return data | {name: text.encode() for name, text in (value.get("stringData") or {}).items()}


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None

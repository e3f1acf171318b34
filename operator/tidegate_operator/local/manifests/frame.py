"""The frame of a manifest: everything but its spec, judged as an API server would. A Secret is a frame as a whole."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidegate_crds.kinds import API_VERSION, GROUP, KINDS

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

Mistakes = Iterator[tuple[tuple[str, ...], str]]


def frame_mistakes(value: Mapping[str, Any]) -> Mistakes:
    """What is wrong with a resource of ours or a Secret, but for its spec: each with the path to it."""
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
    for name in sorted(value.keys() - known):
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


def secret_data(value: Mapping[str, Any]) -> dict[str, bytes]:
    """The values of a Secret without mistakes; what stands under stringData comes first."""
    data = {name: _decoded(text) or b"" for name, text in (value.get("data") or {}).items()}
    return data | {name: text.encode() for name, text in (value.get("stringData") or {}).items()}


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None

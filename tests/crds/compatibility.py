"""The gate between released CRDs and the next ones: what was valid stays valid.

`python -m tests.crds.compatibility` says what is not compatible with `snapshot/`; with `--update` it writes the
snapshot anew if everything is. A break that is meant is made by deleting the snapshot, and told in the changelog.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.crds.narrowing import narrowed
from tidegate_crds.generate import crd
from tidegate_crds.kinds import KINDS

SNAPSHOT = Path(__file__).parent / "snapshot"

Definition = dict[str, Any]


def incompatibilities(old: Definition, new: Definition) -> list[str]:
    """Why a definition can't take the place of the old one: a sentence each, with the field's path."""
    return [*_names(old["spec"], new["spec"]), *_versions(old["spec"], new["spec"])]


def current() -> dict[str, Definition]:
    """The definitions as they are made now, by plural."""
    return {kind.plural: crd(kind) for kind in KINDS.values()}


def released(folder: Path = SNAPSHOT) -> dict[str, Definition]:
    """The definitions as they were when the snapshot was taken, by plural."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def compare(old: dict[str, Definition], new: dict[str, Definition]) -> list[str]:
    """Why the new definitions can't take the old ones' place."""
    gone = [f"{plural}: the kind is gone." for plural in sorted(old.keys() - new.keys())]
    return gone + [said for plural in sorted(old.keys() & new.keys()) for said in _within(plural, old, new)]


def update(folder: Path = SNAPSHOT) -> list[str]:
    """Write the snapshot of the current definitions, unless that would hide a break: then what is broken."""
    broken = compare(released(folder), current())
    if not broken:
        for plural, definition in current().items():
            (folder / f"{plural}.json").write_text(json.dumps(definition, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return broken


def _within(plural: str, old: dict[str, Definition], new: dict[str, Definition]) -> Iterator[str]:
    return (f"{plural}: {said}" for said in incompatibilities(old[plural], new[plural]))


def _names(old: Definition, new: Definition) -> Iterator[str]:
    for name in ("group", "scope"):
        if old[name] != new[name]:
            yield f"{name} changed from {old[name]} to {new[name]}."
    for name in ("kind", "plural", "singular"):
        if old["names"][name] != new["names"][name]:
            yield f"{name} changed from {old['names'][name]} to {new['names'][name]}."
    for name in ("shortNames", "categories"):
        for lost in sorted(set(old["names"][name]) - set(new["names"][name])):
            yield f"{lost} is gone from {name}."


def _versions(old: Definition, new: Definition) -> Iterator[str]:
    versions = {version["name"]: version for version in new["versions"]}
    for version in old["versions"]:
        kept = versions.get(version["name"])
        if kept is None or not kept["served"]:
            yield f"version {version['name']} is gone."
        else:
            yield from _selectable(version, kept)
            yield from narrowed(_schema(version), _schema(kept), "")


def _selectable(old: Definition, new: Definition) -> Iterator[str]:
    before, after = ({each["jsonPath"] for each in version.get("selectableFields", [])} for version in (old, new))
    for lost in sorted(before - after):
        yield f"{lost} can't be selected by any more."


def _schema(version: Definition) -> Definition:
    schema: Definition = version["schema"]["openAPIV3Schema"]
    return schema


def main() -> int:
    """0 when compatible."""
    parser = argparse.ArgumentParser(prog="python -m tests.crds.compatibility", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the snapshot anew, if all is compatible")
    broken = update() if parser.parse_args().update else compare(released(), current())
    sys.stderr.writelines(f"{said}\n" for said in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Makes the CRDs of the models: `python -m tidegate_crds.generate [--check] <folder>`.

The YAML is committed; `--check` says whether it is in step. It must never be edited by hand.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tidegate_crds.kinds import CATEGORY, GROUP, KINDS, VERSION, Column, Kind
from tidegate_crds.status import WAITING
from tidegate_crds.structural import VALIDATIONS, structural, validations
from tidegate_crds.tree import tree

HEADER = "# Generated from crds/tidegate_crds by `make crds`: change the models, not this file.\n"
LONGEST_NAME = 253

_READY = '.status.conditions[?(@.type=="Ready")]'
_FIRST = (Column("Ready", f"{_READY}.status"),)
_LAST = (
    Column("Reason", f"{_READY}.reason", priority=1),
    Column("Message", f"{_READY}.message", priority=1),
    Column("Age", ".metadata.creationTimestamp", "date"),
)


def crd(kind: Kind) -> dict[str, Any]:
    """The CustomResourceDefinition of a kind."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}", "labels": {"app.kubernetes.io/part-of": "tidegate"}},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": kind.plural,
                "singular": kind.singular,
                "shortNames": [kind.short_name],
                "categories": [CATEGORY],
            },
            "scope": "Namespaced",
            "versions": [_version(kind)],
        },
    }


def crds_yaml() -> str:
    """Every CRD, as one YAML stream."""
    return "---\n".join(_yaml(kind) for kind in KINDS.values())


def files() -> dict[str, str]:
    """File name and text of each CRD."""
    return {f"{kind.plural}.yaml": _yaml(kind) for kind in KINDS.values()}


def _version(kind: Kind) -> dict[str, Any]:
    version: dict[str, Any] = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(column) for column in (*_FIRST, *kind.columns, *_LAST)],
    }
    if kind.selectable:
        version["selectableFields"] = [{"jsonPath": path} for path in kind.selectable]
    return version | {"schema": {"openAPIV3Schema": _root(kind)}}


def _column(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return made | ({"priority": column.priority} if column.priority else {})


def _root(kind: Kind) -> dict[str, Any]:
    status = structural(tree(kind.status)) | {"default": WAITING}
    root: dict[str, Any] = {
        "description": kind.description,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"description": "Version of the schema: tidegate.dev/v1alpha1.", "type": "string"},
            "kind": {"description": f"What this is: {kind.name}.", "type": "string"},
            "metadata": _metadata(kind),
            "spec": structural(tree(kind.spec)),
            "status": status,
        },
    }
    return root | ({VALIDATIONS: validations(kind.rules)} if kind.rules else {})


def _metadata(kind: Kind) -> dict[str, Any]:
    """Rules that read the name need a bound of it to be cheap enough for the API server."""
    if not kind.rules:
        return {"type": "object"}
    return {"type": "object", "properties": {"name": {"type": "string", "maxLength": LONGEST_NAME}}}


class _Dumper(yaml.SafeDumper):
    """Indents lists, and never uses anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _yaml(kind: Kind) -> str:
    return HEADER + yaml.dump(crd(kind), Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def _stale(folder: Path) -> Iterator[str]:
    for name, text in files().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            yield name


def main() -> int:
    """Writes the files, or with --check names those that are not in step and returns 1."""
    parser = argparse.ArgumentParser(prog="python -m tidegate_crds.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say which files are not in step")
    parser.add_argument("folder", type=Path, help="where the YAML files are")
    arguments = parser.parse_args()
    if arguments.check:
        stale = list(_stale(arguments.folder))
        for name in stale:
            sys.stderr.write(f"{arguments.folder / name} is not in step with the models: run `make crds`.\n")
        return 1 if stale else 0
    for name, text in files().items():
        (arguments.folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

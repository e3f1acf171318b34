"""Golden cases: manifests in a file are put into a world one after the other, as `kubectl apply` would.

A resource that comes again is its next generation, and what was there before it has been translated and served. One
with a `deletionTimestamp` is deleted. `kind: PostgreSQL` gives the paths that PostgreSQL does not take.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.operator.translate.worlds import Cluster, resource, secret
from tidegate_operator.store import REINDEX, Key
from tidegate_operator.translate.model import Finding, Served, Translation, Verdict

NAMESPACE = "acme"


def play(path: Path) -> Translation:
    """What the manifests of a file come to in the end."""
    world, age = Cluster(), 0
    for manifest in manifests(path):
        kind, meta = manifest["kind"], manifest.get("metadata", {})
        if kind == "PostgreSQL":
            world.mistakes |= manifest["mistakes"]
            continue
        at = Key(kind, meta.get("namespace", NAMESPACE), meta["name"])
        if at in world.resources or "deletionTimestamp" in meta:
            world.translate()
        age += 1
        _apply(world, at, manifest, age)
    return world.translate()


def manifests(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a file."""
    yield from (document for document in yaml.load_all(path.read_text(), yaml.CSafeLoader) if document)


def _apply(world: Cluster, at: Key, manifest: dict[str, Any], age: int) -> None:
    meta = manifest["metadata"]
    if "deletionTimestamp" in meta:
        world.drop(at)
    elif at.kind == "Secret":
        owner = world.resources[Key("Endpoint", at.namespace, meta["ownedBy"])].uid if "ownedBy" in meta else None
        world.put(secret(at.name, manifest["stringData"], namespace=at.namespace, owner=owner))
    elif at in world.resources:
        world.edit(at, manifest.get("spec"))
    else:
        reindex = manifest["metadata"].get("annotations", {}).get(REINDEX)
        world.put(resource(at.kind, at.name, manifest.get("spec"), namespace=at.namespace, age=age, reindex=reindex))


def shown(outcome: Translation) -> str:
    """Configuration and verdicts, for people to read. Credentials show as the beginning of a digest."""
    document = {
        "served": {str(at): _served(served) for at, served in sorted(outcome.served.items())},
        "verdicts": {str(at): _verdict(verdict) for at, verdict in sorted(outcome.verdicts.items())},
        "tokens to make": {str(wanted.secret): list(wanted.methods) for wanted in outcome.wanted_tokens},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _served(served: Served) -> dict[str, Any]:
    config = served.config.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    hidden = {field: hashlib.sha256(value).hexdigest()[:8] for field, value in sorted(served.secrets.items())}
    return {"generation": served.generation, "configuration": config} | ({"credentials": hidden} if hidden else {})


def _verdict(verdict: Verdict) -> dict[str, Any]:
    said = {"generation": verdict.generation, "served": verdict.served_generation}
    more = {"url": verdict.url_path, "methods": verdict.methods, "tokenSecret": verdict.token_secret}
    found = {"findings": [_finding(finding) for finding in verdict.findings]}
    return said | {name: value for name, value in (more | found).items() if value}


def _finding(finding: Finding) -> dict[str, str]:
    told = {"condition": str(finding.condition), "reason": str(finding.reason)}
    return told | ({"path": finding.path} if finding.path else {}) | {"message": finding.message}

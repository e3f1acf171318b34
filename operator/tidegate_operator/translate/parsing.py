"""From a stored `spec` to its model. The CRD refuses most that is wrong here; an older CRD or a folder does not."""

import re
from collections.abc import Mapping
from typing import TypeVar

from tidegate_crds.conditions import Reason
from tidegate_crds.model import Model
from tidegate_crds.parse import check_name, parse_spec
from tidegate_crds.paths import split
from tidegate_operator.store import Resource
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.salvage import find, salvage

Spec = TypeVar("Spec", bound=Model)

FORMS: Mapping[str, tuple[tuple[Reason, re.Pattern[str]], ...]] = {
    "Company": ((Reason.INVALID_SLUG, re.compile(r"spec\.slug")),),
    "Endpoint": (
        (Reason.INVALID_SLUG, re.compile(r"metadata\.name|spec\.(slug|group)")),
        (Reason.INVALID_ADDRESS, re.compile(r"spec\.security\.allowedIPs\[\d+\]")),
    ),
    "Task": ((Reason.INVALID_SLUG, re.compile(r"spec\.group|spec\.steps\[\d+\]\.endpoint\.(group|slug)")),),
    "Integration": (
        (Reason.INVALID_SLUG, re.compile(r"metadata\.name|spec\.slug")),
        (
            Reason.INVALID_ADDRESS,
            re.compile(r"spec\.(allowedHosts\[\d+\]|apiBaseUri|oAuth2\.(auth|token|revocation)Uri)"),
        ),
    ),
    "Agent": ((Reason.INVALID_ADDRESS, re.compile(r"spec\.allowedHosts\[\d+\]")),),
}
"""Fields whose form has a reason of its own. What is no text has no form: it is of a wrong type."""


def read_spec(type_: type[Spec], resource: Resource, findings: Findings) -> Spec | None:
    """The model of a spec. If some of it is wrong, that is told, and what remains is given to be checked further."""
    kind = resource.key.kind
    model, errors = parse_spec(kind, resource.spec)
    for error in (*errors, *check_name(kind, resource.key.name, resource.spec)):
        findings.refuse(_reason(resource, error.path), error.path, error.message)
    if model is None:
        model, findings.cuts = salvage(kind, resource.spec, errors)
    return model if isinstance(model, type_) else None


def _reason(resource: Resource, path: str) -> Reason:
    manifest = {"metadata": {"name": resource.key.name}, "spec": resource.spec}
    for reason, pattern in FORMS.get(resource.key.kind, ()):
        if pattern.fullmatch(path) and isinstance(find(manifest, split(path)), str):
            return reason
    return Reason.INVALID_FIELD

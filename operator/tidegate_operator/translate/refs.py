"""References to other resources, and the sentence where one leads nowhere."""

from typing import TypeVar

from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import At
from tidegate_operator.translate.view import View

Fact = TypeVar("Fact")


def follow(
    type_: type[Fact], kind: str, name: str, view: View, findings: Findings, at: At, *, bars: bool = True
) -> Fact | None:
    """What may be known of the resource that is referred to; None is a finding. `bars`: nothing goes without it."""
    fact = view.fact(type_, kind, name)
    if fact is None:
        findings.miss(at, missing(kind, name, view), bars=bars)
    return fact


def missing(kind: str, name: str, view: View) -> str:
    """Why a resource can't be referred to, and what to do."""
    if view.uid(kind, name) is None:
        return f"There is no {kind} {name} in this namespace: create it, or name another."
    return f"{kind} {name} is not accepted, or refers to what is not there: mend it, its status says how."

"""Contract examples: each is tried out on the front door itself, which waits for nothing and keeps nothing."""

from tidegate_crds import examples as manifest
from tidegate_crds.conditions import Reason
from tidegate_gateway.config.model import EndpointConfig, Example
from tidegate_gateway.front.rehearsal import rehearse
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import SPEC

AT = (*SPEC, "examples")


def example(written: manifest.Example) -> Example:
    """An example as it is served; a body that is null is none."""
    response = written.response.model_dump() | {"has_body": written.response.body is not None}
    return Example.model_validate({"name": written.name, "request": written.request.model_dump(), "response": response})


def try_out(draft: EndpointConfig, uid: str, findings: Findings) -> None:
    """Refuse the draft for every example that is not answered as it says."""
    if draft.examples:
        for mismatch in findings.attempt(AT, rehearse, draft, uid) or ():
            findings.refuse(Reason.EXAMPLE_FAILED, (*AT, mismatch.index), mismatch.sentence)

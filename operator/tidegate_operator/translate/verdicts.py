"""What there is to say of a resource: the findings of its processor, who holds what it claims, and what is served."""

from collections.abc import Iterator, Sequence

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.store import Resource
from tidegate_operator.translate import serving
from tidegate_operator.translate.model import Finding, Served, Verdict
from tidegate_operator.translate.token_secret import lacking, token_secret_name
from tidegate_operator.translate.view import View

BUG = "Tidegate broke on this resource; the mistake is in Tidegate. Please report it, with the operator's log."


def verdict(resource: Resource, findings: Sequence[Finding], served: Served | None, *, current: bool) -> Verdict:
    """The verdict. `current`: what is served is this generation as it is written."""
    told = (*findings, *(() if current else _last_good(findings, served)))
    number = served.generation if served else None
    if served is None or not isinstance(served.config, EndpointConfig):
        return Verdict(resource.key, resource.uid, resource.generation, told, number)
    config = served.config
    shown = token_secret_name(config.name) if config.authentication == "Token" else None
    path, methods = config.path, serving.methods(config)
    return Verdict(resource.key, resource.uid, resource.generation, told, number, path, methods, shown, config.indexes)


def bug() -> Finding:
    """Our own mistake, as the resource's finding."""
    return Finding(ConditionType.ACCEPTED, Reason.INVALID_FIELD, BUG)


def foreign_tokens(config: EndpointConfig, uid: str, view: View) -> Iterator[Finding]:
    """A Secret by the name of that of the primary tokens, which is somebody else's and does not hold them all."""
    secret, missing = lacking(config, view)
    if secret is None or not missing or uid in secret.owner_uids:
        return
    sentence = (
        f"Secret {token_secret_name(config.name)} is not this Endpoint's own and has no token under "
        f"{', '.join(missing)}: put them there, or delete the Secret and it is made anew."
    )
    yield Finding(ConditionType.RESOLVED_REFS, Reason.REF_NOT_FOUND, sentence)


def _last_good(findings: Sequence[Finding], served: Served | None) -> Iterator[Finding]:
    """What is served in place of a generation that is not to be, under the condition that says why it is not."""
    for condition in (ConditionType.ACCEPTED, ConditionType.RESOLVED_REFS):
        why = next((finding for finding in findings if finding.condition == condition), None)
        if served and why:
            sentence = f"Generation {served.generation} stays served as it was until this is mended."
            yield Finding(condition, why.reason, sentence)
            return

"""The sentences when another holds what a resource claims: who that is, and what to do."""

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.model import PREFIX, CompanyConfig, EndpointConfig, IntegrationConfig
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate.facts import Tenant
from tidegate_operator.translate.model import Finding
from tidegate_operator.translate.serving import address
from tidegate_operator.translate.tenants import Tenants

SLUG = "spec.slug"


def endpoint(draft: EndpointConfig, tenant: Tenant, holder: Key | None) -> Finding:
    """An older Endpoint holds the address, or another namespace the company's slug."""
    if tenant.slug is None or holder is None:
        sentence = (
            f"Namespace {tenant.rival} holds the slug {draft.namespace}, which this namespace's name would stand for: "
            "give this namespace a Company with a slug of its own."
        )
        return _refused(Reason.SLUG_CONFLICT, sentence)
    path = f"{PREFIX}{address(draft, tenant.slug)}"
    sentence = f"{holder} is older and holds {path}: give one of them another slug or group."
    return _refused(Reason.ADDRESS_CONFLICT, sentence, SLUG)


def integration(draft: IntegrationConfig, holder: Key | None) -> Finding:
    """An older Integration holds the slug."""
    other = holder or "Another Integration"
    return _refused(Reason.SLUG_CONFLICT, f"{other} is older and holds the slug {draft.slug}: choose another.", SLUG)


def company(resource: Resource, draft: CompanyConfig, tenants: Tenants) -> Finding:
    """Another namespace holds the slug, or an older Company this namespace."""
    bid = tenants.active(resource.key.namespace)
    if bid and bid.company and bid.company.age < resource.age:
        sentence = f"{bid.company.key} is older and holds this namespace: delete one of the two."
        return _refused(Reason.SLUG_CONFLICT, sentence)
    sentence = f"Namespace {tenants.holder(draft.slug)} has claimed the slug {draft.slug} before: choose another."
    return _refused(Reason.SLUG_CONFLICT, sentence, SLUG)


def _refused(reason: Reason, message: str, path: str | None = None) -> Finding:
    return Finding(ConditionType.ACCEPTED, reason, message, path)

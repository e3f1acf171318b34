"""What resources have to hold before they are served, and who holds it: companies, addresses, slugs of integrations."""

from collections.abc import Callable, Sequence

from tidegate_gateway.config.model import AnyConfig, CompanyConfig, EndpointConfig, IntegrationConfig
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate import conflicts, serving
from tidegate_operator.translate.facts import Candidate, Tenant
from tidegate_operator.translate.model import Finding
from tidegate_operator.translate.slots import Slots
from tidegate_operator.translate.tenants import Tenants


class Contests:
    """All contests. `tenant` tells which company a namespace is, as of the last settlement of `tenants`."""

    def __init__(self, tenant: Callable[[str], Tenant]) -> None:
        self._tenant = tenant
        self.tenants = Tenants()
        self.slugs = Slots(_integration_slug)
        self.addresses = Slots(self._address)

    def chosen(self, key: Key, candidates: Sequence[Candidate]) -> Candidate | None:
        """What a resource is served as: the dearest of what it could be, for which it holds what it needs."""
        match key.kind:
            case "Integration":
                return self.slugs.chosen(key, candidates)
            case "Endpoint":
                return self.addresses.chosen(key, candidates)
            case "Company":
                return self.tenants.chosen(key)
            case _:
                return candidates[0] if candidates else None

    def conflict(self, resource: Resource, draft: AnyConfig) -> Finding:
        """Who holds what a draft needs that is not served."""
        match draft:
            case EndpointConfig():
                return conflicts.endpoint(draft, self._tenant(draft.namespace), self.addresses.holder(draft))
            case IntegrationConfig():
                return conflicts.integration(draft, self.slugs.holder(draft))
            case CompanyConfig():
                return conflicts.company(resource, draft, self.tenants)
        raise AssertionError(f"nothing else is contested, {draft.kind} is not")

    def _address(self, config: AnyConfig) -> str | None:
        slug = self._tenant(config.namespace).slug
        return serving.address(config, slug) if slug and isinstance(config, EndpointConfig) else None


def _integration_slug(config: AnyConfig) -> str | None:
    return f"{config.namespace}/{config.slug}" if isinstance(config, IntegrationConfig) else None

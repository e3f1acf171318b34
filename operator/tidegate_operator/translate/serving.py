"""From the configuration that was chosen to what is served: its company, the digests and the credentials there are now.

It is done for earlier generations as well, so that a token that is taken away closes at once, and nothing is ever
served at the address of a company that is another's by now.
"""

from typing import Any

from tidegate_gateway.config.model import AgentConfig, AnyConfig, EndpointConfig, TaskConfig
from tidegate_operator.translate import credentials
from tidegate_operator.translate.facts import Candidate, Tenant
from tidegate_operator.translate.model import Served
from tidegate_operator.translate.secret_values import digests_of
from tidegate_operator.translate.token_secret import with_digests
from tidegate_operator.translate.view import View


def serve(chosen: Candidate, view: View) -> Served:
    """What is served of a configuration; doing it twice changes nothing."""
    config = _completed(chosen, view)
    config.model_fields_set.clear()  # nobody asks for it, and it is a kilobyte an Endpoint
    return Served(chosen.generation, config, credentials.values(config, view))


def address(config: EndpointConfig, company: str) -> str:
    """An Endpoint's address in a company: three slugs."""
    return f"{company}/{config.group}/{config.slug}"


def methods(config: EndpointConfig) -> str:
    """The methods that are on, as `kubectl get` shows them."""
    return ",".join(sorted(config.methods))


def _completed(chosen: Candidate, view: View) -> AnyConfig:
    config = chosen.config
    match config:
        case EndpointConfig():
            return _endpoint(config, view.tenant(), view, inherits=chosen.inherits)
        case TaskConfig():
            return config.model_copy(update={"priority": _priority(config, view.tenant())})
        case AgentConfig():
            return config.model_copy(update={"digests": digests_of(config.secret, view)})
        case _:
            return config


def _endpoint(config: EndpointConfig, tenant: Tenant, view: View, *, inherits: bool) -> EndpointConfig:
    update: dict[str, Any] = {"company": tenant.slug, "tokens": with_digests(config.tokens, view)}
    if inherits:
        update["retention_days"] = tenant.retention_days
    return config.model_copy(update=update)


def _priority(config: TaskConfig, tenant: Tenant) -> int:
    priority: int = config.spec.get("priority", tenant.default_priority)
    return priority

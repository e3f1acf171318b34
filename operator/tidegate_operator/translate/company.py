"""Company: what a namespace is to the outside. Whether its slug is its own is settled elsewhere."""

from tidegate_crds.company import CompanySpec
from tidegate_gateway.config.model import CompanyConfig
from tidegate_operator.store import Resource
from tidegate_operator.translate.facts import Built
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.view import View


def build(resource: Resource, view: View) -> Built:
    """The company's configuration."""
    findings = Findings()
    spec = read_spec(CompanySpec, resource, findings)
    if spec is None:
        return findings.built()
    key = resource.key
    draft = CompanyConfig(
        namespace=key.namespace,
        name=key.name,
        slug=spec.slug or key.namespace,
        display_name=spec.display_name or key.name,
        orchestrator=spec.orchestrator == "Enabled",
        retention_days=spec.retention_days,
        default_priority=spec.default_priority,
        fields=spec.fields,
    )
    return findings.built(draft)

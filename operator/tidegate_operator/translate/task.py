"""Task: its schedule, its steps, and what they refer to. What a step may say is in `steps`."""

from tidegate_crds.task import TaskSpec
from tidegate_gateway.config.model import TaskConfig
from tidegate_gateway.expressions.schedule import compile_schedule
from tidegate_operator.store import Resource
from tidegate_operator.translate import credentials
from tidegate_operator.translate.facts import NO_TENANT, Built
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.parsing import read_spec
from tidegate_operator.translate.places import SPEC
from tidegate_operator.translate.steps import StepCheck
from tidegate_operator.translate.view import View


def build(resource: Resource, view: View) -> Built:
    """The task's configuration, but for the priority that it has from its company."""
    findings = Findings()
    spec = read_spec(TaskSpec, resource, findings)
    if spec is None:
        return findings.built()
    if spec.schedule is not None:
        findings.attempt((*SPEC, "schedule"), compile_schedule, spec.schedule)
    check = StepCheck(view, findings)
    for step in spec.steps:
        check.step(step)
    draft = TaskConfig(
        namespace=resource.key.namespace,
        name=resource.key.name,
        spec=spec.model_dump(mode="json", by_alias=True, exclude_none=True),
        priority=spec.priority or NO_TENANT.default_priority,
        schemas=check.schemas,
        integrations=check.integrations,
        tasks=check.tasks,
    )
    credentials.need(draft, findings)
    return findings.built(draft)

"""The steps of a Task: whatever in them can be compiled is compiled, and whatever they refer to is looked up."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tidegate_crds import connectors
from tidegate_crds.common import MappingPair
from tidegate_crds.conditions import Reason
from tidegate_crds.task import Step
from tidegate_gateway.expressions.cel import compile_condition, compile_transform
from tidegate_gateway.expressions.mapping import TASK_NAMES, compile_source
from tidegate_operator.translate.calls import EVERYWHERE, check_http, check_template
from tidegate_operator.translate.facts import IntegrationFact, TaskFact
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import SPEC, At
from tidegate_operator.translate.refs import follow
from tidegate_operator.translate.schemas import HasSchema, resolve, uri
from tidegate_operator.translate.view import View

IN_BULK = frozenset({"rows", "steps", "request"})
BY_ROW = IN_BULK | {"row"}
STEPS = "steps."


@dataclass(slots=True)
class StepCheck:
    """Checks one step after the other, and gathers what their references came to."""

    view: View
    findings: Findings
    schemas: dict[str, Any] = field(default_factory=dict)
    integrations: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    earlier: list[str] = field(default_factory=list)

    def step(self, step: Step) -> None:
        """Check the next step."""
        at = (*SPEC, "steps", len(self.earlier))
        names = BY_ROW if step.processing == "RowByRow" else IN_BULK
        if step.when is not None:
            self.findings.attempt((*at, "when"), compile_condition, step.when, IN_BULK)
        self._schema(step.input, (*at, "input"))
        self._schema(step.output, (*at, "output"))
        if step.agent_ref is not None:
            sentence = "Agents come with a later version of Tidegate: remove agentRef, and the gateway makes the call."
            self.findings.miss((*at, "agentRef"), sentence, reason=Reason.NOT_YET_AVAILABLE)
        self._connector(step, names, at)
        self.earlier.append(step.name)

    def _connector(self, step: Step, names: Collection[str], at: At) -> None:
        if step.map is not None:
            self._map(step.map, (*at, "map"))
        if step.transform is not None:
            self.findings.attempt((*at, "transform", "expression"), compile_transform, step.transform.expression, names)
        if step.http is not None:
            self._http(step.http, self._in_templates(names), (*at, "http"))
        if step.endpoint is not None:
            self._endpoint(step.endpoint, self._in_templates(names), (*at, "endpoint"))
        if step.task is not None:
            self._task(step.task.ref.name, (*at, "task", "ref"))
        if step.sql is not None:
            for index, source in enumerate(step.sql.parameters):
                self._source(source, (*at, "sql", "parameters", index))
        if step.job is not None:
            sentence = "The connector job comes with a later version of Tidegate: remove the step."
            self.findings.miss((*at, "job"), sentence, reason=Reason.NOT_YET_AVAILABLE)
        if step.fail is not None:
            check_template(step.fail.message, self._in_templates(BY_ROW), self.findings, (*at, "fail", "message"))

    def _in_templates(self, names: Collection[str]) -> Collection[str]:
        """What templates of a step may name: of the steps, the earlier ones."""
        return {*EVERYWHERE, "run", *names} - {"steps"} | {f"{STEPS}{name}" for name in self.earlier}

    def _map(self, pairs: Collection[MappingPair], at: At) -> None:
        for index, pair in enumerate(pairs):
            self._source(pair.source, (*at, index, "from"))

    def _source(self, source: str, at: At) -> None:
        """A `from`; of the steps it can name, each has to be an earlier one."""
        compiled = self.findings.attempt(at, compile_source, source, TASK_NAMES)
        named = source.removeprefix(STEPS)
        if compiled is None or named == source:
            return
        if not any(named == name or named.startswith((f"{name}.", f"{name}[")) for name in self.earlier):
            known = ", ".join(self.earlier)
            sentence = (
                f"Name an earlier step: one of {known}." if known else "Take it out: no step comes before this one."
            )
            self.findings.refuse(Reason.INVALID_MAPPING, at, sentence)

    def _http(self, http: connectors.HttpConnector, names: Collection[str], at: At) -> None:
        check_http(http, names, self.findings, at)
        name, place = http.integration_ref.name, (*at, "integrationRef")
        integration = follow(IntegrationFact, "Integration", name, self.view, self.findings, place)
        if integration is None:
            return
        self.integrations[name] = integration.uid
        if not integration.shared:
            sentence = f"Integration {name} has no shared connection: set its mode to Shared, or use another."
            self.findings.refuse(Reason.PER_USER_INTEGRATION, place, sentence)

    def _endpoint(self, endpoint: connectors.EndpointConnector, names: Collection[str], at: At) -> None:
        for member, template in (("body", endpoint.body), ("id", endpoint.id)):
            if template is not None:
                check_template(template, names, self.findings, (*at, member))

    def _task(self, name: str, at: At) -> None:
        """Two tasks may start each other, so one that can't run bars nothing: gateways find its name without a uid."""
        task = follow(TaskFact, "Task", name, self.view, self.findings, at, bars=False)
        if task is None:
            return
        if task.enabled:
            self.tasks[name] = task.uid
        else:
            self.findings.miss(at, f"Task {name} is disabled: enable it, or take the step out.", bars=False)

    def _schema(self, part: HasSchema, at: At) -> None:
        schema = resolve(part, self.view, self.findings, at)
        if schema is None:
            return
        self.schemas |= schema.resources
        if part.schema_ref is not None:
            self.schemas[uri(part.schema_ref.name)] = schema.root

"""What the methods of an Endpoint do: rows out of the body, the task behind, the answer."""

from tidegate_crds import methods as manifest
from tidegate_crds.common import MappingPair
from tidegate_gateway.config.model import FailMessage, Input, Method, MethodConfig, Output, Pair, TaskBinding
from tidegate_gateway.expressions.jsonpath import compile_path
from tidegate_gateway.expressions.mapping import compile_source
from tidegate_operator.translate.facts import TaskFact
from tidegate_operator.translate.findings import Findings
from tidegate_operator.translate.places import SPEC, At
from tidegate_operator.translate.refs import missing
from tidegate_operator.translate.schemas import resolve
from tidegate_operator.translate.view import View

NOT_RUNNABLE = "Until then its runs are not runnable: synchronous callers get 408, asynchronous runs wait."

BARE, ON = manifest.MethodSpec(), MethodConfig()
"""A method that is on and no more, as most are: they share one configuration."""


def method_configs(methods: manifest.Methods, view: View, findings: Findings) -> dict[Method, MethodConfig]:
    """The configuration of every method that is on."""
    written: dict[Method, manifest.MethodSpec | None] = {
        "POST": methods.post,
        "GET": methods.get,
        "PUT": methods.put,
        "PATCH": methods.patch,
        "DELETE": methods.delete,
    }
    return {
        method: _method(spec, view, findings, (*SPEC, "methods", method.lower())) if spec != BARE else ON
        for method, spec in written.items()
        if spec is not None
    }


def _method(spec: manifest.MethodSpec, view: View, findings: Findings, at: At) -> MethodConfig:
    return MethodConfig(
        input=_input(spec.input, view, findings, (*at, "input")),
        task=_task(spec.task, spec.output.step, view, findings, at) if spec.task else None,
        output=_output(spec.output, view, findings, (*at, "output")),
    )


def _input(spec: manifest.Input, view: View, findings: Findings, at: At) -> Input:
    if spec.result_path is not None:
        findings.attempt((*at, "resultPath"), compile_path, spec.result_path)
    return Input(
        result_path=spec.result_path,
        mapping=_mapping(spec.mapping, findings, (*at, "mapping")),
        validation=resolve(spec, view, findings, at),
    )


def _output(spec: manifest.Output, view: View, findings: Findings, at: At) -> Output:
    return Output(
        step=spec.step,
        mapping=_mapping(spec.mapping, findings, (*at, "mapping")),
        validation=resolve(spec, view, findings, at),
        save=spec.save,
        include_system_data=spec.include_system_data,
    )


def _mapping(pairs: tuple[MappingPair, ...], findings: Findings, at: At) -> tuple[Pair, ...]:
    for index, pair in enumerate(pairs):
        findings.attempt((*at, index, "from"), compile_source, pair.source)
    return tuple(Pair(property=pair.property, source=pair.source) for pair in pairs)


def _task(binding: manifest.TaskBinding, step: str | None, view: View, findings: Findings, at: At) -> TaskBinding:
    messages = binding.fail_message
    return TaskBinding(
        name=binding.ref.name,
        uid=_runnable(binding.ref.name, step, view, findings, at),
        asynchronous=binding.asynchronous,
        save_input=binding.save_input,
        fail_status=binding.fail_status,
        fail_message=FailMessage.model_validate(messages.model_dump()),
    )


def _runnable(name: str, step: str | None, view: View, findings: Findings, at: At) -> str | None:
    """The uid of the task if it can run and has the step that answers; None is a finding, and the rest is served."""
    task = view.fact(TaskFact, "Task", name)
    if task is not None and task.enabled and step in (None, *task.steps):
        return task.uid
    place = (*at, "task", "ref")
    if task is None:
        sentence = missing("Task", name, view)
    elif not task.enabled:
        sentence = f"Task {name} is disabled: enable it."
    else:
        place = (*at, "output", "step")
        sentence = f"Task {name} has no step {step}: name one of {', '.join(task.steps)}."
    findings.miss(place, f"{sentence} {NOT_RUNNABLE}", bars=False)
    return None

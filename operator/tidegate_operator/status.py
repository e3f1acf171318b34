"""What a resource's status should say: pure, from a verdict, what is published, and what the gateways serve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.gateways import Gateway
from tidegate_gateway.config.model import Index
from tidegate_gateway.data.indexes.definitions import IndexState
from tidegate_operator.translate.model import Finding, Verdict

Condition = dict[str, Any]
FIELDS = ("observedGeneration", "url", "methods", "tokenSecretName", "indexes")
MESSAGE_LIMIT = 32_768  # the API convention's bound of a condition's message
EPOCH = "1970-01-01T00:00:00Z"
GOOD = {
    ConditionType.ACCEPTED: (Reason.ACCEPTED, "The spec is valid."),
    ConditionType.RESOLVED_REFS: (Reason.RESOLVED_REFS, "Everything that is referred to is there."),
    ConditionType.INDEXES_READY: (Reason.INDEXES_READY, "Whatever is stored is indexed."),
}
SERVED = (True, Reason.PROGRAMMED, "Every live gateway serves this generation.")
WAITING = (None, Reason.PENDING, "Waiting for the gateways to load this generation.")
UNPUBLISHED = (None, Reason.PENDING, "Waiting to be published to the gateways.")
HELD = (None, Reason.HELD, "Its withdrawal is held, with that of most endpoints; the operator's log says more.")
NO_GATEWAY = (None, Reason.NO_GATEWAY, "No gateway is running: start one, and this generation is served.")
NOT_SERVED = (False, Reason.NOT_SERVED, "Nothing of this resource is served: mend what the other conditions name.")

State = tuple[bool | None, Reason, str]


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a resource stands in PostgreSQL: the revision that holds it (None: not published yet), whether the brake
    holds its withdrawal, and why it cannot be published."""

    revision: int | None = None
    held: bool = False
    problem: str | None = None


def status(
    verdict: Verdict,
    publication: Publication,
    gateways: Sequence[Gateway],
    shown: Mapping[str, Any],
    now: datetime,
    public_url: str = "",
    indexes: Mapping[int, IndexState] | None = None,
) -> dict[str, Any]:
    """The status as it should be. `shown` is the present one: times of conditions that did not turn are kept, and what
    it says of indexes as long as nothing is known of them (None)."""
    previous = {condition.get("type"): condition for condition in shown.get("conditions") or ()}
    states = dict(_states(verdict, publication, gateways, previous.get(ConditionType.PROGRAMMED, {})))
    if verdict.indexes:
        states[ConditionType.INDEXES_READY] = _indexes_ready(
            verdict.indexes, indexes, previous.get(ConditionType.INDEXES_READY)
        )
    states[ConditionType.READY] = _ready(states)
    wanted: dict[str, Any] = {
        "observedGeneration": verdict.generation,
        "conditions": [
            _condition(type_, state, verdict.generation, previous.get(type_, {}), now)
            for type_, state in states.items()
        ],
    }
    if verdict.url_path and verdict.served_generation is not None:
        wanted |= {"url": public_url + verdict.url_path, "methods": verdict.methods}
    if verdict.token_secret:
        wanted["tokenSecretName"] = verdict.token_secret
    if verdict.indexes:
        wanted["indexes"] = _index_list(verdict.indexes, indexes, shown.get("indexes") or ())
    return wanted


def condition_of(status: Mapping[str, Any], type_: str) -> Mapping[str, Any]:
    """The condition of a type, as far as a status has it; empty if it has none."""
    return next((c for c in status.get("conditions") or () if c.get("type") == type_), {})


def is_shown(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether a write would change nothing: our fields and conditions stand there already, and no other of ours."""
    if any(wanted.get(name) != shown.get(name) for name in FIELDS):
        return False
    ours = {condition["type"]: condition for condition in wanted["conditions"]}
    seen = {c.get("type"): c for c in shown.get("conditions") or () if c.get("type") in set(ConditionType)}
    return ours == seen


def merged(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A merge patch that comes to what server-side apply would: foreign conditions stay."""
    ours = set(ConditionType)
    foreign = [condition for condition in shown.get("conditions") or () if condition.get("type") not in ours]
    return {name: wanted.get(name) for name in FIELDS} | {"conditions": [*wanted["conditions"], *foreign]}


def is_waiting(wanted: Mapping[str, Any]) -> bool:
    """Whether gateways that acknowledge would change this status."""
    return condition_of(wanted, ConditionType.PROGRAMMED).get("reason") in (
        Reason.PENDING,
        Reason.NO_GATEWAY,
        Reason.NOT_COMPILED,
        Reason.HELD,
    )


def _states(
    verdict: Verdict, publication: Publication, gateways: Sequence[Gateway], before: Mapping[str, Any]
) -> Iterable[tuple[ConditionType, State]]:
    for type_ in (ConditionType.ACCEPTED, ConditionType.RESOLVED_REFS):
        yield type_, _found(verdict.findings, type_) or (True, *GOOD[type_])
    if verdict.key.kind != "DataSchema":
        yield ConditionType.PROGRAMMED, _programmed(verdict, publication, gateways, before)


def _indexes_ready(
    wanted: Sequence[Index], known: Mapping[int, IndexState] | None, before: Mapping[str, Any] | None
) -> State:
    if known is None and before and before.get("reason") in (Reason.INDEXES_READY, Reason.REINDEXING):
        good = {"True": True, "False": False}.get(str(before.get("status")))
        return good, Reason(before["reason"]), str(before.get("message"))
    if known is None or any(index.id not in known for index in wanted):
        return None, Reason.PENDING, "Waiting for the indexes to be set up."
    states = [known[index.id or 0] for index in wanted]
    running = [f"{state.name} {state.progress} %" for state in states if state.progress is not None]
    if running:
        return None, Reason.REINDEXING, f"What was stored before is being indexed: {', '.join(running)}."
    return True, *GOOD[ConditionType.INDEXES_READY]


def _index_list(
    wanted: Sequence[Index], known: Mapping[int, IndexState] | None, shown: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    if known is not None:
        return [_index(index, known.get(index.id or 0)) for index in wanted]
    before = {entry.get("name"): dict(entry) for entry in shown}
    return [before.get(index.name) or _index(index, None) for index in wanted]


def _index(index: Index, state: IndexState | None) -> dict[str, Any]:
    if state is None:
        return {"name": index.name, "state": "Pending"}
    if state.progress is None:
        return {"name": index.name, "state": "Ready", "rows": state.rows}
    return {"name": index.name, "state": "Reindexing", "rows": state.rows, "progress": state.progress}


def _found(findings: Sequence[Finding], type_: ConditionType) -> State | None:
    """All mistakes of one condition, a line each; the reason is the first one's."""
    lines = [f"{f.path}: {f.message}" if f.path else f.message for f in findings if f.condition == type_]
    if not lines:
        return None
    return False, next(f.reason for f in findings if f.condition == type_), "\n".join(lines)


def _programmed(
    verdict: Verdict, publication: Publication, gateways: Sequence[Gateway], before: Mapping[str, Any]
) -> State:
    if verdict.served_generation is None:
        return HELD if publication.held and publication.revision is not None else NOT_SERVED
    if verdict.served_generation != verdict.generation:
        return False, Reason.LAST_GOOD_SERVED, f"Generation {verdict.served_generation} is served until this is mended."
    if publication.problem:
        return False, Reason.NOT_SERVED, publication.problem
    if failure := _failure(verdict, gateways):
        return False, Reason.NOT_COMPILED, f"A gateway could not compile this generation: {failure}"
    if publication.revision is not None and gateways and all(g.revision >= publication.revision for g in gateways):
        return SERVED
    # Once every gateway served this generation, pods that come and go say nothing new of it.
    if before.get("status") == "True" and before.get("observedGeneration") == verdict.generation:
        return SERVED
    if publication.revision is None:
        return UNPUBLISHED
    return WAITING if gateways else NO_GATEWAY


def _failure(verdict: Verdict, gateways: Sequence[Gateway]) -> str | None:
    mine = (verdict.uid, verdict.served_generation)
    messages = {f.message for g in gateways for f in g.failures if (f.uid, f.generation) == mine}
    return min(messages, default=None)


def _ready(states: Mapping[ConditionType, State]) -> State:
    for verdict in (False, None):
        for good, reason, message in states.values():
            if good is verdict:
                return good, reason, message
    served = states.get(ConditionType.PROGRAMMED)
    return True, Reason.READY, served[2] if served else GOOD[ConditionType.ACCEPTED][1]


def _condition(
    type_: ConditionType, state: State, generation: int, before: Mapping[str, Any], now: datetime
) -> Condition:
    good, reason, message = state
    text = {True: "True", False: "False", None: "Unknown"}[good]
    since = before.get("lastTransitionTime") if before.get("status") == text else None
    if since in (None, EPOCH):
        since = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "type": str(type_),
        "status": text,
        "observedGeneration": generation,
        "reason": str(reason),
        "message": message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…",
        "lastTransitionTime": since,
    }

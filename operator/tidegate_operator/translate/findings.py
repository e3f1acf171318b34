"""Everything that is wrong with one resource, gathered while its processor goes on: all mistakes are told at once."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_crds.paths import join
from tidegate_gateway.config.model import AnyConfig
from tidegate_gateway.expressions.errors import (
    AddressError,
    CelError,
    ExpressionError,
    MappingError,
    PlaceholderError,
    ScheduleError,
    SchemaError,
    TemplateError,
)
from tidegate_operator.translate.facts import Built, Need
from tidegate_operator.translate.model import Finding
from tidegate_operator.translate.places import At, Cuts

P = ParamSpec("P")
T = TypeVar("T")

REASONS: dict[type[ExpressionError], Reason] = {
    MappingError: Reason.INVALID_MAPPING,
    PlaceholderError: Reason.INVALID_MAPPING,
    CelError: Reason.INVALID_EXPRESSION,
    TemplateError: Reason.INVALID_EXPRESSION,
    ScheduleError: Reason.INVALID_SCHEDULE,
    AddressError: Reason.INVALID_ADDRESS,
}


class Findings:
    """The mistakes so far. `bars`: with one of them this generation is not to be served.

    `cuts` is what was cut out of the spec before its places were named.
    """

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._needs: list[Need] = []
        self.bars = False
        self.cuts = Cuts()

    def refuse(self, reason: Reason, at: At | str, message: str) -> None:
        """The resource is not accepted."""
        self.bars = True
        self._add(ConditionType.ACCEPTED, reason, at, message)

    def miss(self, at: At, message: str, *, reason: Reason = Reason.REF_NOT_FOUND, bars: bool = True) -> None:
        """What is referred to is not there, or not usable; `bars=False`: the rest can be served without it."""
        self.bars |= bars
        self._add(ConditionType.RESOLVED_REFS, reason, at, message)

    def attempt(self, at: At, compile_: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Compile something; a mistake in it is a finding here, and gives None."""
        try:
            return compile_(*args, **kwargs)
        except SchemaError as error:
            for mistake in error.mistakes:
                self.refuse(Reason.INVALID_SCHEMA, at, _in_schema(mistake.pointer, mistake.detail))
        except ExpressionError as error:
            self.refuse(reason_of(error), at, str(error))
        return None

    def need(self, secret: str, key: str | None, at: At, what: str) -> None:
        """A value of a Secret is wanted; that it is missing is found later, and the rest is served without it."""
        self._needs.append(Need(secret, key, self._path(at), what))

    def built(self, draft: AnyConfig | None = None, *, inherits: bool = False) -> Built:
        """What all that was found comes to; the draft only if nothing bars it."""
        return Built(None if self.bars else draft, tuple(self._found), tuple(self._needs), inherits=inherits)

    def _add(self, condition: ConditionType, reason: Reason, at: At | str, message: str) -> None:
        self._found.append(Finding(condition, reason, message, at if isinstance(at, str) else self._path(at)))

    def _path(self, at: At) -> str:
        return join(self.cuts.in_manifest(at))


def reason_of(error: ExpressionError) -> Reason:
    """The reason that a mistake in one of the small languages is told under."""
    return next(reason for type_, reason in REASONS.items() if isinstance(error, type_))


def _in_schema(pointer: str, detail: str) -> str:
    return f"At {pointer or 'the root'} of the schema: {detail}"

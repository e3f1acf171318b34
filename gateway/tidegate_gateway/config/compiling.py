"""From a stored row to what is served. Whatever is wrong with a row stays its own: only NotCompiled is raised."""

from collections.abc import Mapping

import structlog
from pydantic import BaseModel, ValidationError

from tidegate_gateway.config.errors import ConfigError, NotCompiled
from tidegate_gateway.config.model import MAJOR, MODELS, AnyConfig, EndpointConfig
from tidegate_gateway.config.reading import StoredRow
from tidegate_gateway.config.snapshot import Compiled, Compiler
from tidegate_gateway.expressions.errors import ExpressionError

MESSAGE_CHARACTERS = 500
SHOWN_MISTAKES = 3
ENDPOINT = "Endpoint"

log = structlog.get_logger("tidegate.config")


class _Versioned(BaseModel):
    version: tuple[int, int]


class _Placed(BaseModel):
    company: str
    group: str
    slug: str


def compile_row(row: StoredRow, compilers: Mapping[str, Compiler]) -> Compiled:
    """Validate and compile one row, whose kind must be in `compilers`; raises NotCompiled with a safe message."""
    config = _validated(row)
    try:
        made = compilers[row.kind](config, row.uid)
    except Exception as error:
        raise NotCompiled(_reason(row, error)) from error
    return Compiled(
        row.kind,
        row.uid,
        row.namespace,
        row.name,
        row.generation,
        row.revision,
        row.digest,
        made,
        config.address if isinstance(config, EndpointConfig) else None,
        row.sealed,
    )


def address_of(row: StoredRow) -> str | None:
    """The address of an Endpoint that does not compile, if the row says it in a way that every version knows."""
    try:
        placed = _Placed.model_validate_json(row.configuration) if row.kind == ENDPOINT else None
    except ValidationError:
        return None
    return f"{placed.company}/{placed.group}/{placed.slug}" if placed else None


def _validated(row: StoredRow) -> AnyConfig:
    try:
        config = MODELS[row.kind].model_validate_json(row.configuration)
    except ValidationError as error:
        _check_version(row)
        raise NotCompiled(f"The gateway cannot read its configuration: {_mistakes(error)}.") from error
    _refuse_newer(config.version)
    return config


def _check_version(row: StoredRow) -> None:
    """A configuration of a newer major version need not have the form that is known here."""
    try:
        version = _Versioned.model_validate_json(row.configuration).version
    except ValidationError:
        return
    _refuse_newer(version)


def _refuse_newer(version: tuple[int, int]) -> None:
    major, minor = version
    if major > MAJOR:
        raise NotCompiled(
            f"Its configuration has version {major}.{minor} and this gateway reads {MAJOR}.x: update the gateway."
        )


def _mistakes(error: ValidationError) -> str:
    """Places and kinds of mistakes; never a value."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    return ", ".join(f"{'.'.join(map(str, m['loc'])) or 'the whole'} ({m['type']})" for m in mistakes[:SHOWN_MISTAKES])


def _reason(row: StoredRow, error: Exception) -> str:
    """Our own errors speak for themselves; the text of others may show what they stumbled over."""
    if isinstance(error, ExpressionError | ConfigError):
        text = str(error).encode("utf-8", "replace").decode().replace("\0", "�")
        return text if len(text) <= MESSAGE_CHARACTERS else text[: MESSAGE_CHARACTERS - 1] + "…"
    log.error("compiler failed", kind=row.kind, namespace=row.namespace, name=row.name, exc_info=error)
    return f"The gateway failed on it ({type(error).__name__}): its log says more."

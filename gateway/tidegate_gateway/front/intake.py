"""What a method does with a body before anything is stored: rows, mapping, schema, and what has to be redacted.

Everything is compiled when the endpoint is loaded; endpoints that ask for none of it have no Intake at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from tidegate_gateway.config.model import EndpointConfig, Method, MethodConfig, Schema
from tidegate_gateway.expressions.context import Context
from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.schema import Effort, Validator, compile_schema
from tidegate_gateway.front.redact import Redactor, redactor
from tidegate_gateway.front.row_mapping import RowMapping
from tidegate_gateway.front.rows import Rows, check_objects, compile_rows
from tidegate_gateway.problems import Problem

MOST_ERRORS = 1000
SHARED_SCHEMAS = 4096


@dataclass(frozen=True, slots=True)
class Intake:
    """The checks of one method. `whole` is its schema alone, which a stored document is held against."""

    rows: Rows
    mapping: RowMapping | None
    whole: Validator | None
    task: bool
    redactor: Redactor | None

    def check(self, context: Context, size: int) -> list[Any]:
        """The mapped rows of a body of `size` bytes. Problem: `invalid_rows`, `schema_violation`."""
        rows = self.rows(context.body)
        if self.mapping:
            rows = self.mapping.rows(rows, context, size)
        elif self.task:
            check_objects(rows)
        if self.whole:
            _validate(self.whole, rows)
        return rows

    def check_whole(self, document: Any) -> None:
        """Hold a document, as it is to be stored, against the schema. Problem: `schema_violation`."""
        if self.whole:
            _validate(self.whole, [document])


def compile_intake(config: EndpointConfig, method: Method) -> Intake | None:
    """The checks of a method; None if it has none. ExpressionError: something of them does not compile."""
    own = config.methods.get(method) or MethodConfig()
    given = own.input
    if not (given.result_path or given.validation or own.task or config.redact):
        RowMapping(given.mapping)
        return None
    return Intake(
        compile_rows(given.result_path),
        RowMapping(given.mapping) if given.mapping else None,
        _validator(given.validation) if given.validation else None,
        task=own.task is not None,
        redactor=redactor(config.redact) if config.redact else None,
    )


def _validator(schema: Schema) -> Validator:
    return _shared_validator(orjson.dumps(schema.root), orjson.dumps(schema.resources))


@lru_cache(SHARED_SCHEMAS)
def _shared_validator(root: bytes, resources: bytes) -> Validator:
    """Endpoints with the same schema share what was compiled of it."""
    return compile_schema(orjson.loads(root), orjson.loads(resources))


def _validate(validator: Validator, rows: list[Any]) -> None:
    errors = list(_errors(validator, rows))
    if errors:
        raise Problem("schema_violation", errors=errors, why=_how_many(errors))


def _errors(validator: Validator, rows: list[Any]) -> Iterator[tuple[str, str]]:
    """Every violation, up to a bound, with the row's number in front of the pointer where there are several rows."""
    left, effort = MOST_ERRORS, Effort()
    for number, row in enumerate(rows):
        prefix = f"/{number}" if len(rows) > 1 else ""
        try:
            found = validator.errors(row, effort)[:left]
        except EvaluationError as error:
            found = []
            yield prefix, error.message
        yield from ((prefix + violation.pointer, violation.detail) for violation in found)
        left -= len(found)
        if left <= 0:
            return


def _how_many(errors: list[tuple[str, str]]) -> str:
    """For a log: pointers would not do, since they repeat the names in a body, and any of them may be a person's."""
    return f"the schema is broken in {len(errors)} {'place' if len(errors) == 1 else 'places'}"

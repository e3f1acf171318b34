"""From what a translation serves to the rows that are published, each made once for as long as it stays the same."""

from collections.abc import Mapping

import structlog
from pydantic import ValidationError

from tidegate_gateway.config.errors import Unpublishable
from tidegate_gateway.config.model import MODELS
from tidegate_gateway.config.publish import Published
from tidegate_gateway.config.rows import ConfigRow, make_row
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.secrets import Sealer
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Served, Translation

log = structlog.get_logger("tidegate.rows")


class Rows:
    """What cannot be made a row is left out, or stays as it was; `problems` says why, by resource."""

    def __init__(self, sealer: Sealer | None) -> None:
        self._sealer = sealer
        self._made: dict[Ref, tuple[Served, ConfigRow]] = {}
        self.problems: dict[Key, str] = {}

    def last_good(self, published: Mapping[Ref, Published]) -> dict[str, Served]:
        """What is published, by uid, to go on from. Its rows keep their digest, so that nothing is sealed anew."""
        good: dict[str, Served] = {}
        for (kind, uid), there in published.items():
            try:
                config = MODELS[kind].model_validate_json(there.document)
            except (KeyError, ValidationError):
                log.warning("a published row is not of this version", kind=kind, uid=uid)
                continue
            good[uid] = Served(there.generation, config, {})
            row = ConfigRow(kind, uid, there.namespace, there.name, there.generation, there.digest, there.document)
            self._made[kind, uid] = (good[uid], row)
        return good

    def of(self, translation: Translation) -> dict[Ref, ConfigRow]:
        """The rows of everything that is served."""
        rows: dict[Ref, ConfigRow] = {}
        problems: dict[Key, str] = {}
        for key, served in translation.served.items():
            ref = (key.kind, translation.verdicts[key].uid)
            made = self._made.get(ref)
            if made is None or made[0] is not served:
                made = self._make(key, ref, served, made, problems)
            elif key in self.problems:
                problems[key] = self.problems[key]
            if made is not None:
                self._made[ref] = made
                rows[ref] = made[1]
        self._made = {ref: self._made[ref] for ref in rows}
        self.problems = problems
        return rows

    def _make(
        self, key: Key, ref: Ref, served: Served, before: tuple[Served, ConfigRow] | None, problems: dict[Key, str]
    ) -> tuple[Served, ConfigRow] | None:
        try:
            return served, make_row(served.config, ref[1], served.generation, served.secrets, self._sealer)
        except Unpublishable as error:
            problems[key] = str(error)
            log.error("resource cannot be published", resource=str(key), error=str(error))
            return (served, before[1]) if before else None

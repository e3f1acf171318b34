"""A resource's configuration made ready to publish. What PostgreSQL could refuse is refused here, for one row alone."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from tidegate_gateway.config.errors import Unpublishable
from tidegate_gateway.config.model import AnyConfig
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.secrets import Sealer

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # not the pattern "\u0000", which JSON writes with two backslashes
MOST_BYTES = 4 * 1024 * 1024  # every gateway holds it, and PostgreSQL takes no row of any size
NO_SECRETS: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """One row to be. `document` is canonical JSON; `sealed_fields` are credentials in clear, sealed when written."""

    kind: str
    uid: str
    namespace: str
    name: str
    generation: int
    digest: str
    document: bytes
    sealed_fields: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def ref(self) -> Ref:
        """Kind and uid."""
        return self.kind, self.uid


def make_row(
    config: AnyConfig,
    uid: str,
    generation: int,
    secrets: Mapping[str, bytes] = NO_SECRETS,
    sealer: Sealer | None = None,
) -> ConfigRow:
    """Make a row; the digest changes with the document, the secrets and the first encryption key.

    Raises Unpublishable for what PostgreSQL would refuse, and for secrets without a sealer.
    """
    try:
        document = _canonical(config)
        if len(document) > MOST_BYTES:
            raise _Refused(
                f"it comes to {len(document) >> 20} MB with all that it refers to: make its schemas smaller."
            )
        _check_uid(uid)
        digest = _digest(document, secrets, sealer)
    except (ValueError, RecursionError) as error:
        raise Unpublishable(config.kind, config.namespace, config.name, _problem(error)) from error
    return ConfigRow(config.kind, uid, config.namespace, config.name, generation, digest, document, secrets)


class _Refused(ValueError):
    """A refusal whose text is ours."""


def _check_uid(uid: str) -> None:
    """The database gives a uid back in its usual spelling: any other would be of another resource."""
    with suppress(ValueError):
        if str(UUID(uid)) == uid:
            return
    raise _Refused("its uid is not a UUID in lower case.")


def _canonical(config: AnyConfig) -> bytes:
    """The same for configurations that PostgreSQL would hold alike: jsonb knows no order of names."""
    data = config.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    if NUL.search(text):
        raise _Refused("it has a NUL character (\\u0000) in a text: take it out.")
    document = text.encode()
    type(config).model_validate_json(document)  # what is published can be read
    return document


def _digest(document: bytes, secrets: Mapping[str, bytes], sealer: Sealer | None) -> str:
    digest = hashlib.sha256(document)
    if secrets:
        if sealer is None:
            raise _Refused("it has credentials and there is no key to encrypt them: set TIDEGATE_ENCRYPTION_KEYS.")
        parts = [[name, secrets[name].hex()] for name in sorted(secrets)]
        digest.update(sealer.fingerprint(json.dumps(parts).encode()))
    return digest.hexdigest()


def _problem(error: Exception) -> str:
    """A sentence of ours: the libraries' errors may quote the text that they stumbled over."""
    if isinstance(error, _Refused):
        return str(error)
    if isinstance(error, UnicodeEncodeError):
        return "it has half of a surrogate pair in a text: take it out."
    return "it is nested too deeply, or has a value that JSON cannot hold, such as NaN."

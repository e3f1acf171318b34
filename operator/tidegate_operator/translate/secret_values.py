"""Values in Secrets: what is there, and the sentence where nothing is. It must never put a value into a sentence."""

import hashlib
from collections.abc import Iterable, Iterator

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.model import SecretSource
from tidegate_operator.store import Secret
from tidegate_operator.translate.facts import Need
from tidegate_operator.translate.model import Finding
from tidegate_operator.translate.view import UNREAD, Unread, View

NEXT = ".next"


def value_of(secret: Secret, key: str) -> bytes:
    """The value without the line feed that files end with; empty if there is none, or only white space."""
    value = secret.data.get(key, b"").rstrip(b"\r\n")
    return value if value.strip() else b""


def read_value(source: SecretSource, view: View) -> bytes:
    """The value now; empty if there is none, or nobody has looked yet."""
    secret = view.secret(source.name)
    return value_of(secret, source.key) if isinstance(secret, Secret) else b""


def digests_of(source: SecretSource | None, view: View) -> tuple[str, ...]:
    """SHA-256 digests (hex) of the valid values: of the key, and of `<key>.next` while it is rotated."""
    if source is None:
        return ()
    both = (read_value(SecretSource(name=source.name, key=key), view) for key in (source.key, source.key + NEXT))
    return tuple(dict.fromkeys(hashlib.sha256(value).hexdigest() for value in both if value))


def unmet(needs: Iterable[Need], view: View) -> Iterator[Finding]:
    """What is missing of the values that are wanted."""
    for need in needs:
        if sentence := _sentence(need, view.secret(need.secret)):
            yield Finding(ConditionType.RESOLVED_REFS, Reason.REF_NOT_FOUND, sentence, need.path)


def _sentence(need: Need, secret: Secret | Unread | None) -> str | None:
    if secret is UNREAD:
        return None
    if secret is None:
        where = f" under the key {need.key}" if need.key else ""
        return f"There is no Secret {need.secret} in this namespace: create it, with {need.what}{where}."
    if need.key is None or value_of(secret, need.key):
        return None
    if need.key in secret.data:
        return f"The key {need.key} of Secret {need.secret} is empty: put {need.what} there."
    return f"Secret {need.secret} has no key {need.key}: add it, with {need.what}."

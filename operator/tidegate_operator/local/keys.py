"""The secrets that local mode makes for itself, once for each data folder: primary tokens and the encryption key.

They must never show anywhere but in `tidegate tokens` and in the line that `tidegate up` prints for pasting.
"""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from tidegate_gateway.secrets import KEY_BYTES
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key, Secret
from tidegate_operator.token_values import new_token
from tidegate_operator.translate.model import TokenSecretWanted

TOKENS, ENCRYPTION = "tokens.json", "encryption.json"


class TokenSecrets:
    """The Secrets of primary tokens, which a cluster would hold as Secrets of its own."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data / TOKENS)
        self._made: dict[str, dict[str, str]] = self._file.load()

    def read(self, key: Key) -> Secret | None:
        """The Secret, if it was made here."""
        made = self._made.get(f"{key.namespace}/{key.name}")
        if made is None:
            return None
        data = {name: value.encode() for name, value in made.items() if name != "owner"}
        return Secret(key, data, owner_uids=frozenset({made["owner"]}))

    def make(self, wanted: TokenSecretWanted) -> Secret:
        """Make the Secret, or the tokens it lacks, and keep them."""
        name = f"{wanted.secret.namespace}/{wanted.secret.name}"
        made = self._made.setdefault(name, {}) | {"owner": wanted.uid}
        self._made[name] = made | {method: made.get(method) or new_token() for method in wanted.methods}
        self._file.save(self._made)
        return Secret(
            wanted.secret, {m: t.encode() for m, t in self.tokens(wanted.secret).items()}, 0, frozenset({wanted.uid})
        )

    def tokens(self, key: Key) -> Mapping[str, str]:
        """Method to token."""
        made = self._made.get(f"{key.namespace}/{key.name}", {})
        return {name: value for name, value in made.items() if name != "owner"}


def encryption_keys(data: Path) -> str:
    """What TIDEGATE_ENCRYPTION_KEYS would say, made the first time."""
    file = StateFile(data / ENCRYPTION)
    kept = file.load()
    if "keys" not in kept:
        kept = {"keys": f"local:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"}
        file.save(kept)
    return str(kept["keys"])

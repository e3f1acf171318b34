"""The secrets that local mode makes for itself, once for each data folder: primary tokens and the encryption key.

They must never show anywhere but in `tidegate tokens` and in the line that `tidegate up` prints for pasting.
"""

from collections.abc import Mapping
from pathlib import Path

from tidegate_gateway.secrets import generate_key
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key, Secret
from tidegate_operator.token_values import new_token
from tidegate_operator.translate.model import TokenSecretWanted

TOKENS, ENCRYPTION = "tokens.json", "encryption.json"


class TokenSecrets:
    """The Secrets of primary tokens, which a cluster would hold as Secrets of its own.

    What is made is kept by `save()`, once for all that a pass made: nobody has seen a token before that.
    """

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data / TOKENS)
        self._made: dict[str, dict[str, str]] = self._file.load()
        self._saved = True

    def read(self, key: Key) -> Secret | None:
        """The Secret, if it was made here."""
        made = self._made.get(_place(key))
        return _secret(key, made) if made else None

    def make(self, wanted: TokenSecretWanted) -> Secret:
        """Make the Secret, or the tokens it lacks."""
        made = self._made.setdefault(_place(wanted.secret), {})
        made |= {"owner": wanted.uid} | {method: made.get(method) or new_token() for method in wanted.methods}
        self._saved = False
        return _secret(wanted.secret, made)

    def save(self) -> None:
        """Keep what was made. PlaceError."""
        if not self._saved:
            self._file.save(self._made)
            self._saved = True


def encryption_keys(data: Path) -> str:
    """What TIDEGATE_ENCRYPTION_KEYS would say, made the first time."""
    file = StateFile(data / ENCRYPTION)
    kept = file.load()
    if "keys" not in kept:
        kept = {"keys": generate_key()}
        file.save(kept)
    return str(kept["keys"])


def _place(key: Key) -> str:
    return f"{key.namespace}/{key.name}"


def _without_owner(made: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in made.items() if name != "owner"}


def _secret(key: Key, made: Mapping[str, str]) -> Secret:
    data = {name: value.encode() for name, value in _without_owner(made).items()}
    return Secret(key, data, owner_uids=frozenset({made["owner"]}))

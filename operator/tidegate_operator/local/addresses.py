"""What `tidegate tokens` has to say of each address that is served, kept under `--data`.

The tokens are those that open it now, wherever they come from: made here, or written into a manifest by a person.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key, Secret
from tidegate_operator.translate.model import Translation
from tidegate_operator.translate.secret_values import value_of
from tidegate_operator.translate.token_secret import PRIMARY

FILE = "addresses.json"


@dataclass(frozen=True, slots=True)
class Access:
    """How an address is opened: its authentication, and method to primary token."""

    authentication: str
    tokens: Mapping[str, str] = field(repr=False)


class Addresses:
    """Those of one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data / FILE)
        self._known = self._file.load()

    def keep(self, translation: Translation, secret: Callable[[Key], Secret | None]) -> None:
        """Keep what is served now. PlaceError."""
        found = {}
        for key, served in translation.served.items():
            if isinstance(served.config, EndpointConfig):
                config, name = served.config, translation.verdicts[key].token_secret
                tokens = _tokens(config, secret(Key("Secret", config.namespace, name))) if name else {}
                found[config.address] = {"authentication": config.authentication, "tokens": tokens}
        if found != self._known:
            self._file.save(found)
            self._known = found

    def access(self, address: str) -> Access | None:
        """How an address is opened; None if it is not served."""
        known = self._known.get(address)
        return Access(**known) if known else None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known))


def _tokens(config: EndpointConfig, secret: Secret | None) -> dict[str, str]:
    """The values in the Secret that open the endpoint."""
    found: dict[str, str] = {}
    for token in config.tokens:
        value = value_of(secret, token.methods[0]) if secret else b""
        if token.name == PRIMARY and hashlib.sha256(value).hexdigest() in token.digests:
            found[token.methods[0]] = value.decode(errors="replace")
    return found

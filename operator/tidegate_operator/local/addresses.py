"""Which Secret has the primary tokens of which address, kept under `--data` for `tidegate tokens`."""

from collections.abc import Iterator
from pathlib import Path

from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Translation

FILE = "endpoints.json"


class Addresses:
    """Those of one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = StateFile(data / FILE)
        self._known: dict[str, str] = self._file.load()

    def keep(self, translation: Translation) -> None:
        """Keep what is served now. PlaceError."""
        found = {}
        for key, served in translation.served.items():
            secret = translation.verdicts[key].token_secret
            if isinstance(served.config, EndpointConfig) and secret:
                config = served.config
                found[f"{config.company}/{config.group}/{config.slug}"] = f"{config.namespace}/{secret}"
        if found != self._known:
            self._file.save(found)
            self._known = found

    def secret_of(self, address: str) -> Key | None:
        """Where the tokens of an address are."""
        place = self._known.get(address)
        return Key("Secret", *place.split("/")) if place else None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known))

"""What a translation asks for, answered by folders: Secrets from manifests, primary tokens from `--data`."""

from collections.abc import Iterable, Mapping

import asyncpg

from tidegate_operator import paths
from tidegate_operator.local.keys import TokenSecrets
from tidegate_operator.store import Key, Secret
from tidegate_operator.translate.model import TokenSecretWanted


class FolderInputs:
    """The `Inputs` of local mode. `secrets` are those of the folders, as they were read last."""

    def __init__(self, tokens: TokenSecrets, pool: asyncpg.Pool) -> None:
        self._tokens, self._pool = tokens, pool
        self.secrets: Mapping[Key, Secret] = {}

    def secret(self, key: Key) -> Secret | None:
        """A Secret that a person wrote comes before one that was made."""
        return self.secrets.get(key) or self._tokens.read(key)

    async def read_secret(self, key: Key) -> Secret | None:
        """The Secret as it is now; None if it is not there."""
        return self.secret(key)

    async def make_tokens(self, wanted: TokenSecretWanted) -> Secret | None:
        """Make the primary tokens that are missing; what a person wrote stays as it is."""
        return self.secrets.get(wanted.secret) or self._tokens.make(wanted)

    async def check_path(self, path: str) -> str | None:
        """PostgreSQL's word on a jsonpath."""
        return await paths.check_path(self._pool, path)

    async def confirm(self, kinds: Iterable[str]) -> None:
        """A file that is gone is gone: there is nobody else to ask."""

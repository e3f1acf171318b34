"""What a translation asks for, answered by a cluster: Secrets from the API server, jsonpaths by PostgreSQL."""

from collections.abc import Iterable

import asyncpg

from tidegate_crds.kinds import KINDS
from tidegate_operator.api_server import ApiServer
from tidegate_operator.errors import KindGone
from tidegate_operator.paths import check_path
from tidegate_operator.store import Key, Secret
from tidegate_operator.tokens import make_tokens
from tidegate_operator.translate.model import TokenSecretWanted


class Cluster:
    """The `Inputs` of an operator in a cluster."""

    def __init__(self, api: ApiServer, pool: asyncpg.Pool) -> None:
        self._api, self._pool = api, pool

    async def read_secret(self, key: Key) -> Secret | None:
        """The Secret as it is now; None if it is not there."""
        return await self._api.read_secret(key)

    async def make_tokens(self, wanted: TokenSecretWanted) -> Secret | None:
        """Make the primary tokens that are missing; gives the Secret as it is then."""
        return await make_tokens(self._api, wanted)

    async def check_path(self, path: str) -> str | None:
        """PostgreSQL's word on a jsonpath."""
        return await check_path(self._pool, path)

    async def confirm(self, kinds: Iterable[str]) -> None:
        """A deletion is not believed while the CRD itself is gone or going: all its objects are deleted with it."""
        for kind in kinds:
            if not await self._api.crd_is_served(kind):
                raise KindGone(KINDS[kind].plural)

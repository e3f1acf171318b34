"""A loop on a real PostgreSQL that a test drives pass by pass, with inputs that the test gives."""

import asyncio
from collections.abc import Iterable
from typing import Any

import asyncpg

from tests.operator.running import endpoint
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.secrets import Sealer, generate_key, parse_keys
from tidegate_operator.errors import ApiError, KindGone
from tidegate_operator.loop import Control, Pass
from tidegate_operator.rows import Rows
from tidegate_operator.store import Key, Secret, Store
from tidegate_operator.translate.model import TokenSecretWanted

UID = "00000000-0000-4000-8000-{:012d}"


class Given:
    """Secrets as they are given. A read can be made to wait, or to fail: all, those of a Secret, the making of an
    Endpoint's tokens, or the question whether the API server is there; and a deletion not to be believed."""

    def __init__(self) -> None:
        self.secrets: dict[Key, Secret] = {}
        self.refusal: ApiError | None = None
        self.refused: dict[Key, ApiError] = {}
        self.outage: ApiError | None = None
        self.gone: str | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.reads = 0

    async def read_secret(self, key: Key) -> Secret | None:
        self.reads += 1
        await self.open.wait()
        self._refuse(key)
        return self.secrets.get(key)

    async def make_tokens(self, wanted: TokenSecretWanted) -> Secret | None:
        self._refuse(wanted.key)
        data = dict.fromkeys(wanted.methods, b"value")
        made = self.secrets[wanted.secret] = Secret(wanted.secret, data, 1, frozenset({wanted.uid}))
        return made

    async def check_path(self, path: str) -> str | None:
        return "no" if path == "$bad" else None

    async def confirm(self, kinds: Iterable[str]) -> None:
        if self.outage:
            raise self.outage
        if self.gone in set(kinds):
            raise KindGone(self.gone)

    def _refuse(self, key: Key) -> None:
        if error := self.refusal or self.refused.get(key):
            raise error


class Loop:
    """A loop with what it needs, driven pass by pass."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        sealer = Sealer(parse_keys(generate_key()))
        self.pool, self.given, self.passes = pool, Given(), list[Pass]()
        self.store = Store()
        self.control = Control(self.store, self.given, Publisher(pool, sealer), Rows(sealer), self.passes.append)
        self.version = 100

    def apply(self, name: str, number: int, generation: int = 1, **spec: Any) -> Key:
        """Observe an Endpoint. Its uid is of the number."""
        self.version += 1
        body = endpoint(name, **spec) | {"status": {}}
        body["metadata"] |= {
            "namespace": "acme",
            "uid": UID.format(number),
            "generation": generation,
            "resourceVersion": str(self.version),
            "creationTimestamp": f"2026-01-01T00:00:{number % 60:02d}Z",
        }
        return self.control.observe("Endpoint", body)[0]

    def delete(self, name: str) -> None:
        """Observe its deletion."""
        self.version += 1
        meta = {"name": name, "namespace": "acme", "resourceVersion": str(self.version)}
        self.control.observe("Endpoint", {"metadata": meta}, deleted=True)

    async def one(self) -> Pass:
        """One pass, which must come through."""
        before = len(self.passes)
        await self.control.attempt()
        assert len(self.passes) == before + 1
        return self.passes[-1]

    async def fails(self) -> None:
        """One pass, which must fail."""
        before = len(self.passes), self.control.failures
        await self.control.attempt()
        assert (len(self.passes), self.control.failures) == (before[0], before[1] + 1)

    async def served(self) -> set[str]:
        """The names of what is published."""
        return {r["name"] for r in await self.pool.fetch("SELECT name FROM config WHERE NOT deleted")}

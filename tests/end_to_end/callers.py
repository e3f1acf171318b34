"""What an external system does: post, read one, follow the list."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.end_to_end.payloads import value


@dataclass(frozen=True)
class Reply:
    """An answer; `json` is the body's value, None where there is none."""

    status: int
    headers: Mapping[str, str]
    json: Any


@dataclass(frozen=True)
class Caller:
    """A caller of one endpoint. `url` is the endpoint's; `tokens` has one for each method, or none."""

    session: aiohttp.ClientSession
    url: str
    tokens: dict[str, str]

    async def post(self, body: bytes) -> tuple[str, str]:
        """Store a body; gives the datum's id and its Location."""
        headers = self._headers("POST") | {"Content-Type": "application/json"}
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            text = await answer.read()
            assert answer.status == 201, text
            return value(text)["ID"], answer.headers["Location"]

    async def read(self, id_: str) -> Any:
        """One datum."""
        async with self.session.get(f"{self.url}/{id_}", headers=self._headers("GET")) as answer:
            text = await answer.read()
            assert answer.status == 200, text
            return value(text)

    async def call(
        self,
        method: str,
        tail: str = "",
        *,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any request; a body is sent as JSON."""
        own = self._headers(method) | dict(headers or {})
        async with self.session.request(method, self.url + tail, json=body, params=query, headers=own) as answer:
            text = await answer.read()
            return Reply(answer.status, answer.headers, value(text) if text else None)

    async def status(self, method: str = "GET") -> int:
        """The status of a request without a body."""
        async with self.session.request(method, self.url, headers=self._headers(method)) as answer:
            return answer.status

    async def items(self, limit: int = 10) -> AsyncIterator[Any]:
        """Everything that is stored, page by page."""
        after = ""
        while True:
            query = f"?limit={limit}" + (f"&after={after}" if after else "")
            async with self.session.get(self.url + query, headers=self._headers("GET")) as answer:
                text = await answer.read()
                assert answer.status == 200, text
                page = value(text)
            for item in page["Items"]:
                yield item
            if page["Next"] is None:
                return
            after = page["Next"]

    def _headers(self, method: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[method]}"} if method in self.tokens else {}

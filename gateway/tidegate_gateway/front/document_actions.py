"""Who may read which OpenAPI document: of one endpoint whoever may call it at all, of a company each his own part.

It decides and hands over; what stands in a document is written elsewhere.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from tidegate_gateway.asgi import NO_CONTENT, Answer
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.front.checks import UNAUTHORIZED_HEADERS, lets_in
from tidegate_gateway.front.compile import DOCUMENTS_ALLOW, CompiledEndpoint
from tidegate_gateway.front.faults import data_problems
from tidegate_gateway.front.lookup import served
from tidegate_gateway.front.ports import Documents
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.source import source_address
from tidegate_gateway.front.tokens import opened_by, presented_token
from tidegate_gateway.problems import Problem

PAGE = ".html"
READ, ALLOW = ("GET", "HEAD"), (b"allow", DOCUMENTS_ALLOW)
HOST = re.compile(rb"[A-Za-z0-9.\-_]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?")
SCHEMES = (b"http", b"https")
Companies = Mapping[str, Sequence[CompiledEndpoint]]


class DocumentActions:
    """`documents` is None where there are none."""

    def __init__(
        self, snapshot: Callable[[], Snapshot | None], documents: Documents | None, trusted_proxies: int
    ) -> None:
        self._snapshot, self._documents, self._trusted_proxies = snapshot, documents, trusted_proxies
        self._companies: tuple[Snapshot | None, Companies] = (None, {})

    async def of_endpoint(self, request: Request, endpoint: CompiledEndpoint, tail: str | None) -> Answer:
        """`GET /openapi.json` and `/openapi.html` of an endpoint."""
        return await self._shown(request, [endpoint.uid], tail or "")

    async def of_company(self, request: Request, company: str, tail: str) -> Answer:
        """The same of a company: of the endpoints that the caller may call."""
        endpoints = self._endpoints(company)
        if request.method == "OPTIONS":
            return Answer(NO_CONTENT, (ALLOW,))
        request.source = source_address(request.scope, self._trusted_proxies)
        within_reach = [one for one in endpoints if not one.internal and lets_in(one, request.source)]
        tokens = [presented_token(request, in_query=in_query) for in_query in (False, True)]
        readable = [one.uid for one in within_reach if one.open or _opens(tokens[one.token_in_query], one)]
        if within_reach and not readable:
            raise Problem("unauthorized", headers=UNAUTHORIZED_HEADERS)
        if not readable:
            raise Problem("unknown_endpoint")
        if request.method not in READ:
            raise Problem("method_not_allowed", headers=(ALLOW,))
        return await self._shown(request, readable, tail)

    async def _shown(self, request: Request, uids: Sequence[UUID], tail: str) -> Answer:
        if self._documents is None:
            raise Problem("not_found")
        server = server_of(request, self._trusted_proxies)
        with data_problems():
            return await self._documents.answer(uids, page=tail.endswith(PAGE), request_server=server)

    def _endpoints(self, company: str) -> Sequence[CompiledEndpoint]:
        snapshot = served(self._snapshot)
        if snapshot is not self._companies[0]:
            self._companies = snapshot, _by_company(snapshot)
        found = self._companies[1].get(company)
        if found is None:
            broken = any(address.startswith(f"{company}/") for address in snapshot.unserved)
            raise Problem("unavailable" if broken else "unknown_endpoint")
        return found


def server_of(request: Request, trusted_proxies: int) -> str:
    """Scheme and host that the caller has used; empty if they are not said. Proxies are believed if they are ours."""
    host = request.headers.get(b"host", b"")
    scheme = request.scope.get("scheme", "http").encode()
    if trusted_proxies:
        scheme = request.headers.get(b"x-forwarded-proto", scheme).rpartition(b",")[2].strip().lower()
        host = request.headers.get(b"x-forwarded-host", host).rpartition(b",")[2].strip()
    if scheme not in SCHEMES or not HOST.fullmatch(host):
        return ""
    return f"{scheme.decode()}://{host.decode()}"


def _by_company(snapshot: Snapshot) -> Companies:
    found: dict[str, list[CompiledEndpoint]] = defaultdict(list)
    for address, endpoint in sorted(snapshot.endpoints.items()):
        found[address.partition("/")[0]].append(endpoint)
    return dict(found)


def _opens(token: bytes | None, endpoint: CompiledEndpoint) -> bool:
    return token is not None and opened_by(token, endpoint.documents.otherwise.keys) is not None

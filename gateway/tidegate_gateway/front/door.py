"""From an address to an answer: finds the endpoint, lets the checks speak in their order, and hands on to the action.

It neither logs nor counts, so that a request can also be tried out without a trace.
"""

from collections.abc import Callable

from tidegate_gateway.asgi import NO_CONTENT, Answer
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.front.actions import Actions
from tidegate_gateway.front.body_reader import BodyReader
from tidegate_gateway.front.checks import DOCUMENTS, check_entrance, check_token, place_of
from tidegate_gateway.front.compile import CompiledEndpoint, Place
from tidegate_gateway.front.document_actions import DocumentActions
from tidegate_gateway.front.item_actions import ItemActions
from tidegate_gateway.front.lookup import served
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.room import Room
from tidegate_gateway.front.routes import NOT_ALLOWED, NOT_FOUND, Action
from tidegate_gateway.problems import Problem

NO_TASK = "no task is bound to the method"
HAS_TASK = "a task is bound to the method, which changes no stored data then"


class Door:
    """`snapshot` gives what is served, None before that is known."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        ports: Ports,
        *,
        trusted_proxies: int,
        max_body_bytes: int,
        room: Room | None = None,
    ) -> None:
        body = BodyReader(max_body_bytes, room or Room())
        actions, items = Actions(ports, body), ItemActions(ports, body)
        self._actions = {
            Action.STORE: actions.store,
            Action.LIST: actions.list,
            Action.READ: actions.read,
            Action.RUN: actions.run,
            Action.REPLACE: items.replace,
            Action.CHANGE: items.change,
            Action.DELETE: items.delete,
            Action.DELETE_ALL: items.delete_all,
        }
        self._documents = DocumentActions(snapshot, ports.documents, trusted_proxies)
        self._actions[Action.DESCRIBE] = self._documents.of_endpoint
        self._snapshot, self._trusted_proxies = snapshot, trusted_proxies

    async def answer(self, request: Request, address: str) -> Answer:
        """The answer to a request; `address` is what follows the prefix of all endpoints. Problem, CallerGone."""
        company, _, name = address.partition("/")
        if name in DOCUMENTS:
            return await self._documents.of_company(request, company, name)
        endpoint, tail = self._find(address)
        request.endpoint = endpoint.label
        check_entrance(request, endpoint, self._trusted_proxies)
        place = place_of(endpoint, tail)
        if request.method == "OPTIONS":
            return _options(place)
        route = place.routes.get(request.method, place.otherwise)
        check_token(request, endpoint, route)
        if route.action is None:
            raise _refusal(request, endpoint, route.refusal or NOT_FOUND, place)
        request.acting = True
        return await self._actions[route.action](request, endpoint, tail)

    def _find(self, address: str) -> tuple[CompiledEndpoint, str | None]:
        """The endpoint at an address, and what follows it."""
        snapshot = served(self._snapshot)
        endpoint: CompiledEndpoint | None = snapshot.endpoints.get(address)
        if endpoint:
            return endpoint, None
        parent, _, tail = address.rpartition("/")
        endpoint = snapshot.endpoints.get(parent)
        if endpoint and tail:
            return endpoint, tail
        unserved = address in snapshot.unserved or (tail and parent in snapshot.unserved)
        raise Problem("unavailable" if unserved else "unknown_endpoint")


def _options(place: Place) -> Answer:
    if place.allow is None:
        raise Problem("not_found")
    return Answer(NO_CONTENT, ((b"allow", place.allow),))


def _refusal(request: Request, endpoint: CompiledEndpoint, code: str, place: Place) -> Problem:
    if code == NOT_ALLOWED and place.allow is not None:
        return Problem(code, headers=((b"allow", place.allow),), why="the method is not on, or is none of this address")
    if place is endpoint.nowhere:
        return Problem(code, why="the address goes on with neither an ID nor all")
    if request.method == "DELETE" and place is not endpoint.collection:
        return Problem(code, why="allowDeleting is not set")
    return Problem(code, why=NO_TASK if place is endpoint.collection else HAS_TASK)

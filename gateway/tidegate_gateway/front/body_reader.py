"""The body of a request as JSON: read within the endpoint's limit, parsed once."""

from functools import partial

from tidegate_gateway.front.body import read_json_body
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.room import Room
from tidegate_gateway.front.storable import Body, storable
from tidegate_gateway.front.unhurried import unhurried
from tidegate_gateway.problems import Problem

EMPTY = Body(b"{}", {})


class BodyReader:
    """`max_bytes` is the cap of every body, and of what becomes of one; `room` is for all bodies."""

    def __init__(self, max_bytes: int, room: Room) -> None:
        self.max_bytes, self._room = max_bytes, room

    async def read(self, request: Request, endpoint: CompiledEndpoint, *, empty_is_fine: bool = False) -> Body:
        """The body, whose share of the room is the request's. Problem: of its size, type or content, or of room.
        CallerGone."""
        limit = min(self.max_bytes, endpoint.max_body_bytes or self.max_bytes)
        request.share = self._room.share()
        body = await read_json_body(request.headers, request.receive, limit, request.share.grow)
        request.received = len(body)
        if not body:
            if empty_is_fine:
                return EMPTY
            raise Problem("invalid_json", "The body is empty.")
        return await unhurried(len(body), partial(storable, body))

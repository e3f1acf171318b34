"""What is done to single data that are stored: PUT replaces, PATCH changes, DELETE deletes.

Whoever comes with If-Match changes the version that it has seen or nothing; the others follow each other.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from tidegate_gateway.asgi import JSON, NO_CONTENT, Answer
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.items import Edited
from tidegate_gateway.front.body_reader import BodyReader
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.exact import read_exact, write_exact
from tidegate_gateway.front.faults import data_problems, not_there
from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.json_patch import parse_patch
from tidegate_gateway.front.media import is_json_patch
from tidegate_gateway.front.merge_patch import merged
from tidegate_gateway.front.patching import TOO_DEEP, TOO_LARGE, patched
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.prefer import MINIMAL, wants_minimal
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.storable import Body, storable
from tidegate_gateway.front.unhurried import unhurried, within_bounds
from tidegate_gateway.front.versions import check_run, check_version, etag, is_there
from tidegate_gateway.problems import Problem

Make = Callable[[bytes], Body]


class ItemActions:
    """The routes of `/<id>` but GET, and of `/all`."""

    def __init__(self, ports: Ports, reader: BodyReader) -> None:
        self._items, self._seen, self._body = ports.items, ports.seen, reader

    async def replace(self, request: Request, endpoint: CompiledEndpoint, tail: str | None) -> Answer:
        """`PUT /<id>`: what is stored is the body."""
        body = await self._body.read(request, endpoint)
        return await self._edit(request, endpoint, tail, body, lambda _: body)

    async def change(self, request: Request, endpoint: CompiledEndpoint, tail: str | None) -> Answer:
        """`PATCH /<id>`, by JSON Merge Patch or JSON Patch."""
        body = await self._body.read(request, endpoint)
        parse = partial(_json_patch, self._body.max_bytes) if is_json_patch(request.headers) else _merge_patch
        apply = await unhurried(len(body.text), partial(parse, body))
        return await self._edit(request, endpoint, tail, body, partial(self._made, apply))

    async def delete(self, request: Request, endpoint: CompiledEndpoint, tail: str | None) -> Answer:
        """`DELETE /<id>`."""

        check = partial(_check, request, endpoint)
        with data_problems():
            deleted = await self._items.delete(endpoint.uid, _id(tail), check)
        if not deleted:
            raise not_there()
        return Answer(NO_CONTENT)

    async def delete_all(self, request: Request, endpoint: CompiledEndpoint, _: str | None) -> Answer:
        """`DELETE /all`."""
        with data_problems():
            count = await self._items.delete_all(endpoint.uid)
        return Answer(NO_CONTENT, ((b"tidegate-deleted", b"%d" % count),))

    def _made(self, apply: Callable[[Any], Any], stored: bytes) -> Body:
        before = read_exact(stored)
        after = apply(before) if not isinstance(before, list) else before
        if isinstance(after, list):
            raise Problem("array_not_supported")
        text = _written(after)
        if len(text) > self._body.max_bytes:
            raise Problem("too_large", TOO_LARGE)
        return storable(text)

    async def _edit(
        self, request: Request, endpoint: CompiledEndpoint, tail: str | None, body: Body, make: Make
    ) -> Answer:
        async def change(found: StoredDatum) -> Edited:
            _check(request, endpoint, found)
            check_run(found)
            stored = found.input or b"null"
            size = len(stored) + len(body.text)
            text = await within_bounds(size, lambda: _judged(make(stored), request.method, endpoint))
            return Edited(text, endpoint.points.get(found.method, ()))

        with data_problems():
            changed = await self._items.edit(endpoint.uid, _id(tail), change)
        if changed is None:
            raise not_there()
        self._seen(endpoint.uid, request.source)
        if wants_minimal(request.scope["headers"]):
            return Answer(NO_CONTENT, (etag(changed), MINIMAL))
        return Answer(201, (JSON, etag(changed)), changed.input or b"null")


def _check(request: Request, endpoint: CompiledEndpoint, found: StoredDatum) -> None:
    if not is_there(endpoint, found):
        raise not_there()
    check_version(request.scope["headers"], found)


def _merge_patch(body: Body) -> Callable[[Any], Any]:
    if isinstance(body.document, list):
        raise Problem("array_not_supported")
    patch = read_exact(body.text)
    return lambda before: merged(before, patch)


def _json_patch(most_bytes: int, body: Body) -> Callable[[Any], Any]:
    operations = parse_patch(read_exact(body.text))
    return lambda before: patched(before, operations, most_bytes)


def _written(value: Any) -> bytes:
    try:
        return write_exact(value)
    except ValueError:
        raise Problem("unstorable_json", TOO_DEEP) from None


def _judged(body: Body, method: str, endpoint: CompiledEndpoint) -> bytes:
    """What a datum becomes is held against the method's schema as a whole, and redacted."""
    intake = endpoint.intakes.get(method)
    if intake is None:
        return body.text
    intake.check_whole(body.document)
    return intake.redactor.text(body) if intake.redactor else body.text


def _id(tail: str | None) -> UUID:
    id_ = parse_id(tail or "")
    if id_ is None:
        raise not_there()
    return id_

"""What routes do once every check before the body has passed: store, list, read, and run.

An action answers 2xx for a request only after what it holds is durable.
"""

from tidegate_gateway.asgi import JSON, NO_CONTENT, Answer
from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import ForeignId
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.data.paging import Page
from tidegate_gateway.front.body_reader import BodyReader
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.documents import datum_document, page_document
from tidegate_gateway.front.faults import data_problems, not_there
from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.judging import judged, query_of
from tidegate_gateway.front.page_query import following, page_query
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.storable import Body
from tidegate_gateway.front.versions import etag, is_there
from tidegate_gateway.problems import Problem

STORED = b'{"ID":"%b","Status":null,"Message":null,"Result":null}'


class Actions:
    """The routes of `/`, and `GET /<id>`."""

    def __init__(self, ports: Ports, body: BodyReader) -> None:
        self._ports, self._body = ports, body

    async def store(self, request: Request, endpoint: CompiledEndpoint, _: str | None) -> Answer:
        """`POST /` without a task."""
        body = await self._body.read(request, endpoint)
        id_, intake = new_id(), endpoint.intakes.get(request.method)
        text = await judged(request, intake, body, id_) if intake else body.text
        points = endpoint.points.get(request.method, ())
        datum = Datum(id_, endpoint.uid, request.method, request.token, request.source, None, text, None, points)
        with data_problems():
            await self._ports.writer.write(datum)
        self._ports.seen(endpoint.uid, request.source)
        if not endpoint.kept:
            self._ports.forget(id_)
        name = str(id_)
        location = (b"location", f"{endpoint.path}/{name}".encode())
        if not endpoint.envelope:
            return Answer(NO_CONTENT, (location,))
        return Answer(201, (JSON, location), STORED % name.encode())

    async def list(self, request: Request, endpoint: CompiledEndpoint, _: str | None) -> Answer:
        """`GET /` without a task: one page."""
        query = page_query(request.query_string, endpoint.filters)
        try:
            with data_problems():
                page = await self._ports.reader.page(endpoint.uid, query) if endpoint.kept else Page([], None)
        except ForeignId:
            raise Problem("invalid_parameter", "The query parameter after is not an ID of this gateway.") from None
        if page.following is None:
            return Answer(200, (JSON,), page_document(page.data, endpoint.output_type, None))
        target = f"{endpoint.path}?{following(request.query_string, page.following)}"
        link = (b"link", f'<{target}>; rel="next"'.encode())
        return Answer(200, (JSON, link), page_document(page.data, endpoint.output_type, str(page.following)))

    async def read(self, request: Request, endpoint: CompiledEndpoint, tail: str | None) -> Answer:
        """`GET /<id>`."""
        id_ = parse_id(tail or "")
        with data_problems():
            datum = await self._ports.reader.get(endpoint.uid, id_) if id_ else None
        if datum is None or not is_there(endpoint, datum):
            raise not_there()
        return Answer(200, (JSON, etag(datum)), datum_document(datum, endpoint.output_type))

    async def run(self, request: Request, endpoint: CompiledEndpoint, _: str | None) -> Answer:
        """A method with a task; what is wrong with the request is said first."""
        if request.method in ("GET", "HEAD"):
            body = Body(b"", dict(query_of(request)))
        else:
            body = await self._body.read(request, endpoint, empty_is_fine=True)
        intake = endpoint.intakes.get("GET" if request.method == "HEAD" else request.method)
        if intake:
            await judged(request, intake, body, new_id())
        raise Problem("task_not_available")

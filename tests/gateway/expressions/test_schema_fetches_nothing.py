"""A `$ref` never makes Tidegate open a URL or a file. The controls show that the library alone would."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tidegate_gateway.expressions.errors import SchemaError
from tidegate_gateway.expressions.schema import compile_schema


class Upstream(ThreadingHTTPServer):
    """Serves a schema under every path, and counts who connects."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}/schema.json"
        self.connections = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.connections += 1
        return True


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"type": "string"}')

    def log_message(self, *arguments: Any) -> None:
        """Nothing: the counter is what tells."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


PLACES: list[Any] = [
    lambda uri: {"$ref": uri},
    lambda uri: {"$ref": f"{uri}#/$defs/a"},
    lambda uri: {"properties": {"a": {"items": {"$ref": uri}}}},
    lambda uri: {"$dynamicRef": uri},
    lambda uri: {"$schema": uri},
    lambda uri: {"$id": uri, "$ref": "other.json"},
    lambda uri: {"$id": uri.rpartition("/")[0] + "/", "properties": {"a": {"$ref": "schema.json"}}},
    lambda uri: {"$ref": "#/unknown", "unknown": {"$ref": uri}},
    lambda uri: {"$ref": "schema:other"},
]


def test_the_control_connects(upstream: Upstream) -> None:
    jsonschema_rs.Draft202012Validator({"$ref": upstream.url})

    assert upstream.connections == 1


@pytest.mark.parametrize("schema", PLACES)
def test_no_url_is_opened(upstream: Upstream, schema: Any) -> None:
    with pytest.raises(SchemaError):
        compile_schema(schema(upstream.url), {"schema:other": {"$ref": upstream.url}})
    assert upstream.connections == 0


@pytest.mark.parametrize("keyword", ["const", "default", "examples", "x-of-our-own"])
def test_a_reference_that_is_data_is_not_opened(upstream: Upstream, keyword: str) -> None:
    schema = compile_schema({keyword: [{"$ref": upstream.url}]}, {})

    schema.errors({"$ref": upstream.url})
    assert upstream.connections == 0


def test_the_control_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"type": "string"}')
    by_default = jsonschema_rs.Draft202012Validator({"$ref": f"file://{tmp_path}/schema.json"})

    assert not by_default.is_valid(1)


@pytest.mark.parametrize("schema", PLACES)
def test_no_file_is_read(tmp_path: Path, schema: Any) -> None:
    (tmp_path / "schema.json").write_text('{"type": "string"}')
    uri = f"file://{tmp_path}/schema.json"

    with pytest.raises(SchemaError):
        compile_schema(schema(uri), {"schema:other": {"$ref": uri}})


def test_a_password_file_is_refused_before_it_is_opened() -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema({"$ref": "file:///etc/passwd"}, {})

    assert caught.value.mistakes[0].pointer == "/$ref"
    assert "root:" not in str(caught.value)

"""The OpenAPI documents promise what the gateway does: schemathesis reads one and sends whatever it makes of it."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

from tests.gateway.api.openapi.samples import EVERY, INDEXES, INPUT, MAPPED
from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.fuzz.asked import REQUESTS
from tests.gateway.serving import serving
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.config.rows import make_row

PROGRAM = Path(sys.executable).with_name("schemathesis")
GUARDED: dict[str, Any] = {"tokens": (token(SECRET),)}
CONFIGS = [
    endpoint("full", methods=EVERY, allow_deleting=True, indexes=INDEXES, output_type="InputAndOutput", **GUARDED),
    endpoint("mapped", token_in_query=False, methods={"POST": MAPPED, "PATCH": {"input": INPUT}}, **GUARDED),
    endpoint("bare", methods={"POST": {"output": {"includeSystemData": False}}, "GET": {}}, **GUARDED),
]
# What a schema allows may still be refused: a version that does not hold, U+0000, an id that was never ours.
# And a method whose item route alone is there is 404 beside it, not 405.
NOT_PROMISED = "positive_data_acceptance,unsupported_method"


async def test_what_the_document_promises_is_what_is_answered(database_url: str, tmp_path: Path) -> None:
    rows = [make_row(config, uid_of(config.name), 1) for config in CONFIGS]
    (header,) = bearer().items()
    options = ("--header", ": ".join(header), "--seed", "1", "--max-examples", str(REQUESTS // 200))
    async with serving(database_url, *rows) as caller:
        url = f"{caller.gateway.url}/api/endpoint/acme/openapi.json"
        command = (PROGRAM, "run", url, *options, "--exclude-checks", NOT_PROMISED)
        process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=PIPE, stderr=STDOUT)
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "Tested: 13" in said.decode()

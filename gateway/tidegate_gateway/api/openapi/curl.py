"""Lines for a shell that call an operation. `$TOKEN` and `$ID` are the reader's to set; all else is quoted."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

MORE = " \\\n  "


def curl(method: str, url: str, *, token: bool, body: Any = None, has_body: bool = False) -> str:
    """One command, an option a line. `{id}` in the URL stands for the reader's own."""
    return MORE.join(_words(method, url, token, body, has_body))


def _words(method: str, url: str, token: bool, body: Any, has_body: bool) -> Iterator[str]:
    address, id_, _ = url.partition("{id}")
    verb = "" if method == ("POST" if has_body else "GET") else f"-X {method} "
    yield f"curl {verb}{shlex.quote(address)}" + ('"$ID"' if id_ else "")
    if token:
        yield '-H "Authorization: Bearer $TOKEN"'
    if has_body:
        yield f"--json {shlex.quote(json.dumps(body, ensure_ascii=False))}"

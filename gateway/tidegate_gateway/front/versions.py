"""Versions of data in HTTP: the ETag of each, and the If-Match of who will only change the one that it has seen."""

import re
from collections.abc import Iterable

from tidegate_gateway.asgi import Header
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.statuses import is_final
from tidegate_gateway.problems import Problem

STRONG = re.compile(rb'\s*"(\d{1,10})"\s*')
IF_MATCH, ANY = b"if-match", b"*"


def etag(datum: StoredDatum) -> Header:
    """The header that names its version."""
    return b"etag", b'"%d"' % datum.version


def check_version(headers: Iterable[Header], datum: StoredDatum) -> None:
    """Problem: `version_mismatch`. A weak ETag never matches, as HTTP has it; several headers are one list."""
    wanted = [part for name, value in headers if name == IF_MATCH for part in value.split(b",")]
    if not wanted or any(part.strip() == ANY for part in wanted):
        return
    versions = {int(match[1]) for part in wanted if (match := STRONG.fullmatch(part))}
    if datum.version not in versions:
        raise Problem("version_mismatch")


def is_there(endpoint: CompiledEndpoint, datum: StoredDatum) -> bool:
    """Whether callers find it: what is not to be kept is gone for them before it is gone."""
    return endpoint.kept or not is_final(datum.status)


def check_run(datum: StoredDatum) -> None:
    """Problem: `run_in_progress`."""
    if not is_final(datum.status):
        raise Problem("run_in_progress")

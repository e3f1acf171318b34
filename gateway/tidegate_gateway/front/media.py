"""What a body says it is: JSON in UTF-8, plain or compressed. Nothing is guessed from the body itself."""

import re
from collections.abc import Mapping
from functools import lru_cache

JSON_TYPE = re.compile(r"application/(?:json|[a-z0-9!#$&^_.+-]+\+json)", re.IGNORECASE)
JSON_PATCH = b"application/json-patch+json"
UTF_8 = ("utf-8", "utf8")
IDENTITY = "identity"
ENCODINGS = {"": IDENTITY, "identity": IDENTITY, "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
NOT_JSON = "The body must be JSON: send Content-Type: application/json."
NOT_UTF_8 = "The body must be in UTF-8."
UNKNOWN_ENCODING = "The body may be encoded with gzip or deflate, and with nothing else."


def media_problem(headers: Mapping[bytes, bytes]) -> str | None:
    """Why the body can't be read, as a sentence; None if its type, charset and encoding are fine."""
    if content_encoding(headers) is None:
        return UNKNOWN_ENCODING
    content_type = headers.get(b"content-type")
    return None if content_type is None else _type_problem(content_type)


def content_encoding(headers: Mapping[bytes, bytes]) -> str | None:
    """`identity`, `gzip` or `deflate`; None for any other encoding, and for several."""
    value = headers.get(b"content-encoding")
    return IDENTITY if value is None else ENCODINGS.get(value.decode("latin-1").strip().lower())


@lru_cache(256)
def _type_problem(content_type: bytes) -> str | None:
    essence, _, rest = content_type.decode("latin-1").partition(";")
    if not JSON_TYPE.fullmatch(essence.strip()):
        return NOT_JSON
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in UTF_8:
            return NOT_UTF_8
    return None


def is_json_patch(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the body says that it is a JSON Patch (RFC 6902)."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == JSON_PATCH

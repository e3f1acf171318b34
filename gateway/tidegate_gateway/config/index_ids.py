"""Under which number the values of an index are stored: whatever changes in it, it is another index."""

import hashlib

from tidegate_gateway.config.model import Index


def index_id(endpoint: str, index: Index) -> int:
    """A signed 64-bit number, always the same for the same definition. `endpoint` is the uid of the Endpoint."""
    parts = (endpoint, index.name, index.method, index.source, index.type, index.path)
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big", signed=True)

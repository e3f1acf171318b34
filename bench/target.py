"""What is posted, the same for everybody, and where."""

import json
from typing import NamedTuple


class Target(NamedTuple):
    """Where to post on this machine, and with which headers."""

    port: int
    path: str
    headers: dict[str, str]


# About 1.5 kB.
ORDER = json.dumps(
    {
        "id": 4711,
        "event": "order.created",
        "createdAt": "2026-03-01T12:00:00.000Z",
        "customer": {"id": 98, "name": "Žofie Nováková", "email": "zofie@example.com", "tags": ["retail", "vip"]},
        "total": 1299.90,
        "lines": [
            {"sku": f"SKU-{number:05}", "name": f"Article number {number}", "quantity": number, "price": 12.50 * number}
            for number in range(1, 16)
        ],
    }
).encode()

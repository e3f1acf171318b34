"""Real webhook payloads, and how a stored one is compared with what was sent: by value, decimals exactly."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "webhooks"
PAYLOADS = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}


def value(text: bytes | str) -> Any:
    """The JSON value, with decimals that keep every digit."""
    return json.loads(text, parse_float=Decimal)

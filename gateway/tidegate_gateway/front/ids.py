"""Ids in addresses: UUIDs with hyphens, in either case, and no other spelling."""

import re
from uuid import UUID

ID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def parse_id(text: str) -> UUID | None:
    """The id; None if the text is none."""
    return UUID(text) if ID.fullmatch(text) else None

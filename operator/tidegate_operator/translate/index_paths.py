"""Paths of indexes whose cost would grow faster than the documents: every datum that is stored pays for them."""

import re

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
EXPENSIVE = (
    "Write a path that goes down once, such as $.customer.id or $.lines[*].sku: `**` may stand in it once, and `$` only"
    " at its beginning, because every datum pays for more."
)


def is_expensive(path: str) -> bool:
    """Whether a jsonpath may take more than time in proportion to a document."""
    bare = TEXT.sub('""', path)
    return bare.count("**") > 1 or bare.count("$") > 1

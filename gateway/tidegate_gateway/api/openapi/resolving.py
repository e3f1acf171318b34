"""Follows references within one OpenAPI document, for what is shown of it."""

from typing import Any
from urllib.parse import unquote


def resolved(document: dict[str, Any], part: Any) -> Any:
    """What a part refers to, or the part itself. A reference that leads round in a circle is met as an empty schema."""
    seen: set[str] = set()
    while isinstance(part, dict) and isinstance(reference := part.get("$ref"), str):
        if reference in seen:
            return {}
        seen.add(reference)
        part = _at(document, reference)
    return part


def name_of(reference: str) -> str:
    """The component that a reference leads into."""
    return reference.split("/")[3] if reference.count("/") >= 3 else reference


def _at(document: Any, reference: str) -> Any:
    """The part at a pointer; an empty schema where there is none."""
    found = document
    for step in reference.removeprefix("#/").split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            return {}
    return found

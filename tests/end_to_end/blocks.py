"""Fenced blocks of the documentation, to be run as a reader runs them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    """The texts of a document's fenced blocks in one language."""
    return [text for found, text in FENCE.findall(path.read_text()) if found == language]

"""Paths of indexes that would cost more than a look through the document: every datum that is stored pays for them.

PostgreSQL takes them all. Some of them take it for ever over a single number, and some fail in spite of `silent`;
nothing bounds that but this.
"""

import re
from collections.abc import Callable

TEXT_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/', re.DOTALL)
DATETIME = re.compile(r"\.\s*(?:date|time)\w*\s*\(")
VARIABLE = re.compile(r"\$[^?%$.\[\]{}()|&!=<>@#,*:+/\s-]")
ENDS_PREDICATE = re.compile(r"&&|\|\||\?|!(?!=)")
EXPONENT = re.compile(r"(?<!\w)\.?\d[\d._]*e[+-]?\d")
MOST_COMMAS = 3  # each may double what is found: `[0, 0][0, 0][0, 0]`

RULES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ('a backslash may stand within quotes only, as in `$."a\\"b"`', lambda path: "\\" in path),
    ("there are no variables, `$` by itself is the datum", VARIABLE.search),
    ("`$` may stand at its beginning only", lambda path: path.count("$") > 1),
    ("`**` may stand in it once", lambda path: path.count("**") > 1),
    ("a filter may compare with a constant, not `@` with `@`", lambda path: _compares_within(path)),
    ("there may be no like_regex in it", lambda path: "like_regex" in path),
    ("keyvalue() may stand in it once", lambda path: path.count("keyvalue") > 1),
    (f"it may have {MOST_COMMAS} commas at most", lambda path: path.count(",") > MOST_COMMAS),
    ("numbers may have no exponent", EXPONENT.search),
    ("there may be no datetime() and the like in it, the type Timestamp reads times", DATETIME.search),
)


def too_costly(path: str) -> str | None:
    """Why a jsonpath may take more than time in proportion to a document, as a sentence; None: it does not."""
    bare = TEXT_OR_COMMENT.sub(_blank, path).lower()
    broken = next((rule for rule, breaks in RULES if breaks(bare)), None)
    if broken is None:
        return None
    return (
        "Write a path that goes down once, such as $.customer.id or $.lines[*].sku, because every datum pays for it: "
        f"{broken}."
    )


def _blank(token: re.Match[str]) -> str:
    """A string without what is in it, and a comment not at all: neither may hide the other's quotes."""
    return '""' if token[0].startswith('"') else " "


def _compares_within(path: str) -> bool:
    """Whether some predicate names its value twice: of two lists each is compared with each."""
    return any(predicate.count("@") > 1 for predicate in ENDS_PREDICATE.split(path))

"""Slugs: the three parts of an endpoint's address. One definition, for CRDs, operator and command line alike."""

import re
import unicodedata

PATTERN = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
SLUG = re.compile(PATTERN.replace("$", r"\Z"))
LONGEST = 63

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŋ": "n",
        "ŧ": "t",
    }
)


def is_slug(text: str) -> bool:
    """Whether the text is a slug as it stands."""
    return SLUG.match(text) is not None


def slugify(text: str) -> str:
    """`Šablona 1` becomes `sablona-1`; the empty string if nothing of the text can stand in a slug."""
    lower = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
    bare = "".join(char for char in lower if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:LONGEST].rstrip("-")

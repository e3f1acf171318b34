"""What an unquoted scalar means in YAML 1.1, by the rules of kubectl's parser: `y` is true, `012` is ten."""

import math
import re
from typing import Any

WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    form: meaning
    for words, meaning in (("y yes true on", True), ("n no false off", False))
    for word in words.split()
    for form in (word, word.capitalize(), word.upper())
}
NOT_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
BASES = (16, 2, 8, 10)
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SMALLEST, LARGEST = -(2**63), 2**64 - 1
LONGEST = 64  # digits of the largest, in base 2
WRITTEN_WHOLE = 1e21  # from here on JSON writes a float with an exponent, and it is no integer any more


def plain(text: str) -> Any:
    """The value of an unquoted scalar."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    bare = text.replace("_", "")
    if found := WHOLE.fullmatch(bare):
        digits, base = next((digits, base) for digits, base in zip(found.groups()[1:], BASES, strict=True) if digits)
        if len(digits.lstrip("0")) <= LONGEST:
            number = int(found[1] + digits.lstrip("0").rjust(1, "0"), base)
            if SMALLEST <= number <= LARGEST:
                return number
    if DECIMAL.fullmatch(bare) and math.isfinite(value := float(bare)):
        return int(value) if value.is_integer() and abs(value) < WRITTEN_WHOLE else value
    return text

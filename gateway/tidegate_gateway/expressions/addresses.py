"""`allowedIPs`: exact addresses, CIDR, and IPv4 with `*` for a segment, compiled to one predicate on text.

Every pattern comes to a mask and a value, so that matching is a few set look-ups on one integer. An IPv4-mapped IPv6
address counts as IPv4, in patterns and in clients alike. It must never resolve a name.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tidegate_gateway.expressions.errors import AddressError
from tidegate_gateway.expressions.text import shown

ANYONE = "*"
_CACHED_ANSWERS = 256
_BITS = {4: 32, 6: 128}
_SEGMENT = r"(?:\*|25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_WILDCARD = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT}){{3}}")

Rule = tuple[int, int, int]
"""IP version, mask, value: an address of that version matches when `address & mask == value`."""


def compile_addresses(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A predicate on a client's address as text; no pattern at all, or `*`, lets anyone in. Raises AddressError."""
    rules = [compile_pattern(pattern) for pattern in patterns]
    if not rules or None in rules:
        return lambda address: True
    values: dict[int, dict[int, set[int]]] = {4: defaultdict(set), 6: defaultdict(set)}
    for version, mask, value in filter(None, rules):
        values[version][mask].add(value)
    tables = {version: tuple(found.items()) for version, found in values.items()}

    @lru_cache(maxsize=_CACHED_ANSWERS)
    def allowed(address: str) -> bool:
        parsed = _parse(address.partition("%")[0])
        if parsed is None:
            return False
        number = int(parsed)
        return any(number & mask in found for mask, found in tables[parsed.version])

    return allowed


def compile_pattern(pattern: str) -> Rule | None:
    """One pattern's rule; None lets anyone in. Raises AddressError with a sentence that says how to write it."""
    if pattern == ANYONE:
        return None
    if "*" in pattern:
        return _wildcard(pattern)
    if "/" in pattern:
        return _network(pattern)
    address = _parse(pattern)
    if address is None:
        raise _refusal(pattern, "is not an address: write one like 192.0.2.7, 192.0.2.0/24, 192.0.2.* or 2001:db8::/32")
    return _rule(address, _BITS[address.version])


def _wildcard(pattern: str) -> Rule:
    if not _WILDCARD.fullmatch(pattern):
        raise _refusal(pattern, "needs four segments, each a star or a number from 0 to 255, as in 192.168.*.*")
    segments = pattern.split(".")
    mask = bytes(0 if segment == "*" else 255 for segment in segments)
    value = bytes(0 if segment == "*" else int(segment) for segment in segments)
    return 4, int.from_bytes(mask), int.from_bytes(value)


def _network(pattern: str) -> Rule:
    text, _, length = pattern.partition("/")
    try:
        network = ip_network(pattern, strict=False)
    except ValueError:
        raise _refusal(pattern, "is not a network: write one like 10.0.0.0/8 or 2001:db8::/32") from None
    if "%" in pattern or not re.fullmatch("[0-9]{1,3}", length):
        raise _refusal(pattern, "is not a network: after the slash stands its number of bits, as in 10.0.0.0/8")
    address = ip_address(text)
    if network.network_address != address:
        raise _refusal(pattern, f"has host bits set: write {network}, or {text} alone for that one address")
    mapped = _mapped(address)
    if mapped is not None and network.prefixlen >= 96:
        return _rule(mapped, network.prefixlen - 96)
    return _rule(address, network.prefixlen)


def _rule(address: IPv4Address | IPv6Address, length: int) -> Rule:
    bits = _BITS[address.version]
    return address.version, ((1 << length) - 1) << (bits - length), int(address)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """An address, a mapped one as the IPv4 that it stands for; None for any other text and for one with a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else _mapped(address) or address


def _mapped(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    return address.ipv4_mapped if isinstance(address, IPv6Address) else None


def _refusal(pattern: str, why: str) -> AddressError:
    return AddressError(f"The pattern {shown(pattern)} {why}.", 0)

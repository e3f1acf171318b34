"""Where a request comes from. Of X-Forwarded-For only the last hops are believed, as many as proxies are ours."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from tidegate_gateway.asgi import Header, Scope

FORWARDED_FOR = b"x-forwarded-for"
CACHED_ADDRESSES = 4096


def source_address(scope: Scope, trusted_proxies: int) -> str | None:
    """The caller's address, an IPv4 in an IPv6 coat as IPv4; None if a trusted hop does not say it readably."""
    hops = list(_forwarded(scope["headers"]))[-trusted_proxies:] if trusted_proxies else ()
    if hops:
        return normalised(hops[0])
    client = scope.get("client")
    return normalised(client[0]) if client else None


def _forwarded(headers: Iterable[Header]) -> Iterable[str]:
    for name, value in headers:
        if name == FORWARDED_FOR:
            yield from value.decode("latin-1").split(",")


@lru_cache(CACHED_ADDRESSES)
def normalised(text: str) -> str | None:
    """An address in its usual spelling, without zone and port; None for any other text."""
    try:
        address = ip_address(_without_port(text.strip()).partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _without_port(text: str) -> str:
    """Some proxies write `192.0.2.7:4711` and `[2001:db8::1]:4711`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host, _, port = text.partition(":")
    return host if port.isdecimal() else text

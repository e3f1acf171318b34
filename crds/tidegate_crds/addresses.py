"""Which texts `allowedIPs` takes: addresses, networks, and IPv4 with `*`. It only judges texts; gateways compile them.

What counts as an address is what the API server's own CEL library takes: no zone, no IPv4 inside IPv6,
no leading zero.
"""

import ipaddress
import re

from tidegate_crds.rules import Rule

_SEGMENT = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]|[*])"
WILDCARD = f"^({_SEGMENT}[.]){{3}}{_SEGMENT}$"
_WILDCARD = re.compile(WILDCARD.replace("$", r"\Z"))

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(text: str) -> Network | None:
    """The network that a CIDR lies in, host bits dropped; None if the text is none."""
    address, slash, length = text.partition("/")
    if not slash or not _is_address(address) or not re.fullmatch(r"0|[1-9][0-9]{0,2}", length):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def is_pattern(text: str) -> bool:
    """Whether the text is an address, a network (with host bits or without), an IPv4 pattern or `*`."""
    return text == "*" or _is_address(text) or network(text) is not None or _WILDCARD.match(text) is not None


def has_host_bits(text: str) -> bool:
    """Whether a CIDR names more than its network."""
    found = network(text)
    return found is not None and ipaddress.ip_address(text.partition("/")[0]) != found.network_address


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text and getattr(address, "ipv4_mapped", None) is None


PATTERN_RULE = Rule(
    message="Give an IP address, a network such as 10.0.0.0/8, an IPv4 pattern such as 192.168.*.*, or * for anyone.",
    holds=is_pattern,
    cel=f"self == '*' || isIP(self) || isCIDR(self) || self.matches('{WILDCARD}')",
)
HOST_BITS_RULE = Rule(
    message="Give the network itself, without host bits.",
    holds=lambda text: not has_host_bits(text),
    cel="!isCIDR(self) || cidr(self).masked() == cidr(self)",
    explain=lambda text: f"{text} has host bits: give the network itself, {network(text)}.",
    message_cel="'%s has host bits: give the network itself, %s.'.format([self, string(cidr(self).masked())])",
)

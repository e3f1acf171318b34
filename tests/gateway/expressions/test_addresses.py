"""Who `allowedIPs` lets in, held against the standard library's own idea of networks."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import refused_or
from tidegate_gateway.expressions.addresses import compile_addresses
from tidegate_gateway.expressions.errors import AddressError

LETS_IN = [
    (["10.1.2.3"], "10.1.2.3"),
    (["10.0.0.0/8"], "10.255.0.1"),
    (["10.1.2.3/32"], "10.1.2.3"),
    (["0.0.0.0/0"], "203.0.113.9"),
    (["192.168.*.*"], "192.168.7.200"),
    (["10.*.3.1"], "10.99.3.1"),
    (["*.*.*.*"], "203.0.113.9"),
    (["2001:db8::/32"], "2001:db8:1::5"),
    (["2001:DB8:0::1"], "2001:db8::1"),
    (["::/0"], "2001:db8::1"),
    (["10.0.0.0/8"], "::ffff:10.1.2.3"),
    (["10.1.*.*"], "::ffff:a01:203"),
    (["::ffff:10.0.0.0/104"], "10.1.2.3"),
    (["::ffff:10.1.2.3"], "10.1.2.3"),
    (["fe80::/10"], "fe80::1%eth0"),
    (["192.0.2.1", "2001:db8::/32", "10.*.*.*"], "10.1.2.3"),
]
KEEPS_OUT = [
    (["10.1.2.3"], "10.1.2.4"),
    (["10.0.0.0/8"], "11.0.0.1"),
    (["192.168.*.*"], "192.169.0.1"),
    (["10.*.3.1"], "10.99.3.2"),
    (["0.0.0.0/0"], "2001:db8::1"),
    (["::/0"], "10.1.2.3"),
    (["2001:db8::/32"], "2001:db9::1"),
    (["::a00:0/104"], "10.0.0.1"),
    (["0.0.0.0/0"], ""),
    (["0.0.0.0/0"], "localhost"),
    (["0.0.0.0/0"], "10.0.0.1 "),
    (["0.0.0.0/0"], "010.0.0.1"),
]


@pytest.mark.parametrize(("patterns", "address"), LETS_IN)
def test_an_address_that_a_pattern_names_is_let_in(patterns: list[str], address: str) -> None:
    assert compile_addresses(patterns)(address)


@pytest.mark.parametrize(("patterns", "address"), KEEPS_OUT)
def test_any_other_text_is_kept_out(patterns: list[str], address: str) -> None:
    assert not compile_addresses(patterns)(address)


@pytest.mark.parametrize("patterns", [[], ["*"], ["10.0.0.0/8", "*"]])
def test_a_star_and_an_empty_list_let_anyone_in(patterns: list[str]) -> None:
    allowed = compile_addresses(patterns)

    assert all(map(allowed, ["10.0.0.1", "2001:db8::1", "unix:/tmp/socket", ""]))


NO_ADDRESS = "is not an address: write one like 192.0.2.7, 192.0.2.0/24, 192.0.2.* or 2001:db8::/32"
NO_NETWORK = "is not a network: write one like 10.0.0.0/8 or 2001:db8::/32"
NO_LENGTH = "is not a network: after the slash stands its number of bits, as in 10.0.0.0/8"
NO_SEGMENTS = "needs four segments, each a star or a number from 0 to 255, as in 192.168.*.*"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("10.1.2.3/8", "has host bits set: write 10.0.0.0/8, or 10.1.2.3 alone for that one address"),
        ("2001:db8::1/32", "has host bits set: write 2001:db8::/32, or 2001:db8::1 alone for that one address"),
        ("10.0.0.0/33", NO_NETWORK),
        ("10.0.0/8", NO_NETWORK),
        ("10.0.0.0/255.0.0.0", NO_LENGTH),
        ("fe80::%eth0/64", NO_LENGTH),
        ("192.168.*", NO_SEGMENTS),
        ("10.*.3.1-20", NO_SEGMENTS),
        ("10.*.3.256", NO_SEGMENTS),
        ("10.*.03.1", NO_SEGMENTS),
        ("10.*.*.*/8", NO_SEGMENTS),
        ("example.com", NO_ADDRESS),
        ("", NO_ADDRESS),
        ("fe80::1%eth0", NO_ADDRESS),
        (" 10.0.0.1", NO_ADDRESS),
    ],
)
def test_what_does_not_parse_is_refused_with_the_way_to_write_it(pattern: str, why: str) -> None:
    with pytest.raises(AddressError) as caught:
        compile_addresses(["10.0.0.1", pattern])

    assert caught.value.message == f'The pattern "{pattern}" {why}.'


v4_networks = st.builds(
    lambda number, length: IPv4Network((number, length), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
v6_networks = st.builds(
    lambda number, length: IPv6Network((number, length), strict=False),
    st.integers(0, 2**128 - 1).filter(lambda number: number >> 32 != 0xFFFF),
    st.integers(0, 128),
)


@settings(deadline=None)
@given(v4_networks, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_an_ipv4_network_holds_what_the_standard_library_says(network: IPv4Network, inside: int, anything: int) -> None:
    allowed = compile_addresses([str(network)])
    member = IPv4Address(int(network.network_address) | inside & int(network.hostmask))

    assert allowed(str(member))
    assert allowed(f"::ffff:{member}")
    assert allowed(str(IPv4Address(anything))) == (IPv4Address(anything) in network)


@settings(deadline=None)
@given(v6_networks, st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_an_ipv6_network_holds_what_the_standard_library_says(network: IPv6Network, inside: int, anything: int) -> None:
    allowed = compile_addresses([str(network)])
    member = IPv6Address(int(network.network_address) | inside & int(network.hostmask))
    other = IPv6Address(anything)

    assert allowed(str(member)) == (member.ipv4_mapped is None)
    assert allowed(str(other)) == (other in network and other.ipv4_mapped is None)


@settings(deadline=None)
@given(st.lists(st.one_of(st.just("*"), st.integers(0, 255).map(str)), min_size=4, max_size=4), st.ip_addresses(v=4))
def test_a_star_stands_for_one_segment(segments: list[str], address: IPv4Address) -> None:
    allowed = compile_addresses([".".join(segments)])

    fits = all(wanted in ("*", got) for wanted, got in zip(segments, str(address).split("."), strict=True))
    assert allowed(str(address)) == fits


@settings(deadline=None)
@given(st.lists(st.ip_addresses().map(str), min_size=1, max_size=20), st.ip_addresses())
def test_exact_addresses_are_a_set(listed: list[str], address: IPv4Address | IPv6Address) -> None:
    allowed = compile_addresses(listed)

    assert all(map(allowed, listed))
    assert allowed(str(address)) == (unmapped(address) in {unmapped(ip_address(text)) for text in listed})


def unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4-mapped IPv6 address is the IPv4 that it maps."""
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


@settings(deadline=None)
@given(st.text(alphabet="0123456789abcdef.:*/% x") | st.text(), st.text())
def test_no_text_raises_anything_else(pattern: str, address: str) -> None:
    allowed = refused_or(lambda text: compile_addresses([text]), pattern)

    assert allowed is None or allowed(address) in (True, False)

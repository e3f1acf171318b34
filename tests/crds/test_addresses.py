import pytest

from tests.crds.manifests import resource
from tests.crds.server import Judge
from tidegate_crds.addresses import has_host_bits, is_pattern, network

GOOD = [
    "*",
    "10.0.0.1",
    "1.0.0.0",
    "255.255.255.255",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "10.0.0.1/32",
    "192.168.*.*",
    "*.*.*.*",
    "10.*.0.1",
    "2001:db8::1",
    "::",
    "::1",
    "2001:DB8::A",
    "2001:db8::/32",
    "::/0",
    "fe80::1/128",
    "2001:db8:0:0:0:0:0:1",
]
HOST_BITS = {"10.1.2.3/8": "10.0.0.0/8", "192.168.1.1/24": "192.168.1.0/24", "2001:db8::1/32": "2001:db8::/32"}
BAD = [
    "",
    " ",
    "**",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.01",
    "010.0.0.1",
    "10.0.0.1.2",
    "192.168.*",
    "192.168.1*.1",
    "192.168.*.*/16",
    "192.168.*.300",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0-10.0.0.9",
    "10.0.0.1:80",
    " 10.0.0.1",
    "10.0.0.1\n",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/104",
    "::ffff:a00:1",
    "fe80::1%eth0",
    "fe80::%eth0/64",
    "2001:db8::g",
    "2001:db8::/129",
    "[::1]",
    "example.com",
    "10.0.0.٣",
]


@pytest.mark.parametrize("text", [*GOOD, *HOST_BITS])
def test_addresses_networks_and_patterns(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize("text", BAD)
def test_texts_that_are_none(text: str) -> None:
    assert not is_pattern(text)


def test_host_bits_are_seen_and_the_network_is_known() -> None:
    assert {text: str(network(text)) for text in HOST_BITS} == HOST_BITS
    assert all(map(has_host_bits, HOST_BITS))
    assert not any(map(has_host_bits, GOOD))


async def test_the_api_server_judges_each_text_as_we_do(judge: Judge) -> None:
    for text in [*GOOD, *HOST_BITS, *BAD]:
        spec = {"group": "sales", "methods": {"post": {}}, "security": {"allowedIPs": [text]}}
        refused = await judge.refusal(resource("Endpoint", spec))
        assert (refused is None) == (text in GOOD), (text, refused)

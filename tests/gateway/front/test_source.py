import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import answer, items
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front.source import normalised, source_address


def scope(peer: str | None, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", text.encode("latin-1")) for text in forwarded]
    return {"client": (peer, 1) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ((), 0, "192.0.2.1"),
        (("198.51.100.7",), 0, "192.0.2.1"),
        ((), 1, "192.0.2.1"),
        (("198.51.100.7",), 1, "198.51.100.7"),
        (("1.1.1.1, 198.51.100.7",), 1, "198.51.100.7"),
        (("1.1.1.1, 198.51.100.7 ,10.0.0.1",), 2, "198.51.100.7"),
        (("1.1.1.1", "198.51.100.7", "10.0.0.1"), 2, "198.51.100.7"),
        (("198.51.100.7",), 3, "198.51.100.7"),
        (("198.51.100.7:4711",), 1, "198.51.100.7"),
        (("[2001:db8::1]:4711",), 1, "2001:db8::1"),
        (("2001:DB8:0::1",), 1, "2001:db8::1"),
        (("::ffff:198.51.100.7",), 1, "198.51.100.7"),
        (("unknown",), 1, None),
        (("1.1.1.1,",), 1, None),
        (("",), 1, None),
        (("198.51.100.7, \xff",), 1, None),
        (("junk, 198.51.100.7",), 1, "198.51.100.7"),
    ],
)
def test_only_trusted_hops_are_believed(forwarded: tuple[str, ...], trusted: int, address: str | None) -> None:
    assert source_address(scope("192.0.2.1", *forwarded), trusted) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), (None, None), ("socket", None)],
)
def test_the_peers_address_is_spelled_as_usual(peer: str | None, address: str | None) -> None:
    assert source_address(scope(peer), 0) == address


@pytest.mark.parametrize(
    "text", ["1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4:", "[", "[::1", "::1]:1", "1:2", "::%", " "]
)
def test_strange_texts_are_an_address_or_nothing(text: str) -> None:
    assert normalised(text) in (None, "::1", "::")


def listed(*patterns: str) -> EndpointConfig:
    return endpoint(authentication="None", methods={"POST": {}, "GET": {}}, allowed_ips=patterns)


async def test_who_is_not_in_the_list_is_refused(open_front: OpenFront) -> None:
    front = open_front(listed("192.0.2.0/24", "2001:db8::/32"))
    for client, status in [("192.0.2.77", 201), ("::ffff:192.0.2.77", 201), ("2001:db8::5", 201), ("192.0.3.1", 403)]:
        reply = await answer(front, body=b"1", client=(client, 1))
        assert reply.status == status, client
    assert reply.json["detail"] == "The endpoint does not take requests from this address."
    stored = await items(front, 3, client=("192.0.2.1", 1))
    assert [item["SourceIp"] for item in stored] == ["192.0.2.77", "192.0.2.77", "2001:db8::5"]


async def test_the_list_judges_the_address_that_the_trusted_proxy_names(open_front: OpenFront) -> None:
    front = open_front(listed("198.51.100.0/24"), trusted_proxies=1)
    for forwarded, status in [("198.51.100.7", 201), ("198.51.100.7, 1.1.1.1", 403), ("unknown", 403), ("", 403)]:
        reply = await answer(front, body=b"1", headers={"x-forwarded-for": forwarded})
        assert reply.status == status, forwarded


@pytest.mark.parametrize("patterns", [(), ("*",), ("10.0.0.1", "*")])
async def test_an_open_list_takes_anyone_even_from_nowhere(open_front: OpenFront, patterns: tuple[str, ...]) -> None:
    front = open_front(listed(*patterns))
    assert (await answer(front, body=b"1", client=None)).status == 201
    assert (await items(front, 1))[0]["SourceIp"] is None

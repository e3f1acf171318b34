import pytest

from tests.gateway.front.problems import code_of
from tidegate_gateway.asgi import Header
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.front.versions import check_version, etag

SEVENTH = StoredDatum(new_id(), "POST", None, None, None, 7, b"{}", None)


def given(*values: bytes) -> list[Header]:
    return [(b"accept", b"*"), *((b"if-match", value) for value in values)]


@pytest.mark.parametrize(
    "values", [(), (b"*",), (b'"7"',), (b'"1", "7"',), (b'"1"', b'"7"'), (b'"1"', b" * "), (b'W/"7" , "7"',)]
)
def test_a_version_that_is_named_holds(values: tuple[bytes, ...]) -> None:
    assert code_of(check_version, given(*values), SEVENTH)[0] == ""


@pytest.mark.parametrize("values", [(b"",), (b'"8"',), (b'W/"7"',), (b"7",), (b'"7',), (b'"1"', b'"2"'), (b'"\xb7"',)])
def test_any_other_does_not(values: tuple[bytes, ...]) -> None:
    assert code_of(check_version, given(*values), SEVENTH) == (
        "version_mismatch",
        "The datum is not of a version that If-Match names.",
    )


def test_an_etag_is_strong() -> None:
    assert etag(SEVENTH) == (b"etag", b'"7"')

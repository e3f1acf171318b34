"""Sealing: what is sealed opens in its own place only, keys rotate, and no error or repr shows a key."""

import base64
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate_gateway.secrets import BadKeys, CannotOpen, Context, Key, Sealer, generate_key, parse_keys

OLD, NEW = Key("2024", b"o" * 32), Key("2025", b"n" * 32)
PLACE = Context("acme", "8d7f3c7e-1d3a-4a5e-9d1e-1f5a0c2b7a11", "password")
ENCODED = base64.b64encode(NEW.secret).decode()


def test_what_is_sealed_opens_again() -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(b"hunter2", PLACE)
    assert b"hunter2" not in sealed
    assert sealer.open(sealed, PLACE) == b"hunter2"


@given(st.binary(max_size=200), st.text(), st.text(), st.text())
def test_any_bytes_open_at_their_place(plaintext: bytes, namespace: str, uid: str, field: str) -> None:
    sealer, context = Sealer([NEW]), Context(namespace, uid, field)
    assert sealer.open(sealer.seal(plaintext, context), context) == plaintext


def test_the_key_id_stands_in_front() -> None:
    assert Sealer([NEW, OLD]).seal(b"", PLACE)[:5] == b"\x042025"


def test_no_two_sealed_values_are_alike() -> None:
    sealer = Sealer([NEW])
    assert sealer.seal(b"same", PLACE) != sealer.seal(b"same", PLACE)


@pytest.mark.parametrize(
    "other",
    [PLACE._replace(namespace="globex"), PLACE._replace(uid="x"), PLACE._replace(field="token"), Context("", "", "")],
)
def test_it_does_not_open_at_another_place(other: Context) -> None:
    sealer = Sealer([NEW])
    with pytest.raises(CannotOpen, match="damaged, or was sealed for another place or with another key"):
        sealer.open(sealer.seal(b"hunter2", PLACE), other)


def test_the_parts_of_a_place_cannot_flow_into_each_other() -> None:
    sealer = Sealer([NEW])
    with pytest.raises(CannotOpen):
        sealer.open(sealer.seal(b"", Context("a", "b,c", "d")), Context("a,b", "c", "d"))


def test_rotation_the_old_key_still_opens_and_the_new_one_seals() -> None:
    before, during, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])
    old = before.seal(b"hunter2", PLACE)
    assert during.open(old, PLACE) == b"hunter2"
    anew = during.seal(b"hunter2", PLACE)
    assert after.open(anew, PLACE) == b"hunter2"
    with pytest.raises(CannotOpen, match="the key that sealed it is not in TIDEGATE_ENCRYPTION_KEYS") as caught:
        after.open(old, PLACE)
    assert caught.value.key_id == "2024"


def test_another_key_of_the_same_id_opens_nothing() -> None:
    sealed = Sealer([NEW]).seal(b"hunter2", PLACE)
    with pytest.raises(CannotOpen, match="with another key"):
        Sealer([Key(NEW.id, b"x" * 32)]).open(sealed, PLACE)


def test_every_damaged_byte_is_noticed() -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(b"hunter2", PLACE)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 0xFF
        with pytest.raises(CannotOpen):
            sealer.open(bytes(damaged), PLACE)


def test_every_cut_is_noticed() -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(b"", PLACE)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            sealer.open(sealed[:length], PLACE)
    with pytest.raises(CannotOpen, match="it is cut off"):
        sealer.open(b"", PLACE)


def test_keys_are_read_in_their_order() -> None:
    assert parse_keys(f" 2025:{ENCODED} , 2024:{base64.b64encode(OLD.secret).decode()}\n") == (NEW, OLD)


def test_base64_may_be_of_the_url_safe_alphabet() -> None:
    secret = bytes([0xFB, 0xFF] * 16)
    assert parse_keys("a:" + base64.urlsafe_b64encode(secret).decode()) == (Key("a", secret),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Encryption key 1: write it as id:base64, and several with commas between them."),
        (ENCODED, "Encryption key 1: write it as id:base64, and several with commas between them."),
        (f"a:{ENCODED},", "Encryption key 2: write it as id:base64, and several with commas between them."),
        (f":{ENCODED}", "Encryption key 1: its id must be 1 to 32 letters, digits, dots, dashes or underscores."),
        (f"ä:{ENCODED}", "Encryption key 1: its id must be 1 to 32 letters, digits, dots, dashes or underscores."),
        (f"a:{ENCODED}!", "Encryption key 1: what follows the colon is not Base64."),
        (f"a:{ENCODED}ä", "Encryption key 1: what follows the colon is not Base64."),
        ("a:c2hvcnQ=", "Encryption key 1: it has 5 bytes and must have 32: openssl rand -base64 32."),
        (f"a:{ENCODED},a:{ENCODED}", "Encryption key 2: its id is there already: give each key an id of its own."),
    ],
)
def test_bad_keys_are_named_by_their_number(text: str, message: str) -> None:
    with pytest.raises(BadKeys) as caught:
        parse_keys(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["a:S3cr3tS3cr3t", "S3cr3t", "a:S3cr3t!", f"S3cr3t/:{ENCODED}"])
def test_an_error_never_shows_a_key(text: str) -> None:
    with pytest.raises(BadKeys) as caught:
        parse_keys(text)
    shown = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value) + repr(caught.value.__cause__)
    assert "S3cr3t" not in shown


def test_a_repr_never_shows_a_key() -> None:
    keys = parse_keys(f"2025:{ENCODED}")
    assert repr(keys) == "(Key(id='2025'),)"
    assert repr(Sealer(keys)) == "Sealer(keys=['2025'])"
    assert f"{keys[0]}" == "Key(id='2025')"


def test_a_generated_key_is_read_back_and_is_new_each_time() -> None:
    one, two = parse_keys(generate_key()), parse_keys(generate_key())
    assert one != two
    assert [key.id for key in one + two] == ["local", "local"]


def test_a_fingerprint_is_of_the_data_and_the_first_key() -> None:
    sealer = Sealer([NEW, OLD])
    assert sealer.fingerprint(b"data") == Sealer([NEW]).fingerprint(b"data")
    assert len({sealer.fingerprint(b"data"), sealer.fingerprint(b"more"), Sealer([OLD]).fingerprint(b"data")}) == 3

import stat
from pathlib import Path

from tidegate_gateway.secrets import parse_keys
from tidegate_operator.local.keys import TokenSecrets, encryption_keys
from tidegate_operator.store import Key
from tidegate_operator.translate.model import TokenSecretWanted

SECRET = Key("Secret", "acme", "orders-tokens")


def wanted(*methods: str) -> TokenSecretWanted:
    return TokenSecretWanted(Key("Endpoint", "acme", "orders"), "uid", SECRET, methods)


def test_tokens_are_made_once_and_kept(tmp_path: Path) -> None:
    secrets = TokenSecrets(tmp_path)
    assert secrets.read(SECRET) is None
    made = secrets.make(wanted("POST", "GET"))
    assert TokenSecrets(tmp_path).read(SECRET) is None
    secrets.save()
    again = TokenSecrets(tmp_path)
    assert again.read(SECRET) == made
    assert set(made.data) == {"POST", "GET"}
    assert made.owner_uids == {"uid"}
    assert made.data["POST"].startswith(b"tg_")
    assert made.data["POST"] != made.data["GET"]
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


def test_a_new_method_gets_a_token_and_the_others_keep_theirs(tmp_path: Path) -> None:
    secrets = TokenSecrets(tmp_path)
    before = dict(secrets.make(wanted("POST")).data)
    after = secrets.make(wanted("POST", "GET")).data
    assert after["POST"] == before["POST"]
    assert set(after) == {"POST", "GET"}


def test_the_encryption_key_is_made_once_and_usable(tmp_path: Path) -> None:
    text = encryption_keys(tmp_path)
    assert encryption_keys(tmp_path) == text
    (key,) = parse_keys(text)
    assert key.id == "local"
    assert stat.S_IMODE((tmp_path / "encryption.json").stat().st_mode) == 0o600

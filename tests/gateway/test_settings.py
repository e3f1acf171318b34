import pytest
from pydantic import SecretStr, ValidationError

from tidegate_gateway.settings import Settings

SECRET_URL = "postgresql://tidegate:hunter2@db/tidegate"


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_DATABASE_URL", SECRET_URL)


def test_what_is_not_set_is_as_documented() -> None:
    settings = Settings()
    assert (settings.listen, settings.admin_listen) == ("0.0.0.0:8080", "0.0.0.0:9090")
    assert (settings.trusted_proxies, settings.max_body_kb, settings.grace_seconds) == (0, 102_400, 25)
    assert settings.max_bodies_mb == 512
    assert (settings.namespaces, settings.public_url, settings.pgbouncer) == ((), None, False)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_TRUSTED_PROXIES", "2")
    monkeypatch.setenv("TIDEGATE_WATCH_NAMESPACES", " acme, ,other ")
    monkeypatch.setenv("TIDEGATE_SOMETHING_OF_A_LATER_VERSION", "1")
    settings = Settings()
    assert (settings.trusted_proxies, settings.namespaces) == (2, ("acme", "other"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRUSTED_PROXIES", "-1"),
        ("MAX_BODY_KB", "0"),
        ("MAX_BODIES_MB", "0"),
        ("GRACE_SECONDS", "0"),
        ("PGBOUNCER", "perhaps"),
    ],
)
def test_what_is_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(f"TIDEGATE_{name}", text)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_without_a_database_it_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIDEGATE_DATABASE_URL")
    with pytest.raises(ValidationError, match="database_url"):
        Settings()


def test_secrets_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_ENCRYPTION_KEYS", "a:hunter2")
    assert "hunter2" not in repr(Settings())
    monkeypatch.setenv("TIDEGATE_TRUSTED_PROXIES", "hunter2")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "hunter2" not in str(caught.value)


def test_no_two_processes_have_one_name() -> None:
    assert Settings().pod_name != Settings().pod_name


def test_listening_goes_to_the_database_itself_where_that_has_an_address_of_its_own() -> None:
    pooled = "postgresql://tidegate@pooler/tidegate"
    direct = "postgresql://tidegate@database/tidegate"
    assert Settings(database_url=SecretStr(pooled)).listen_url == pooled
    assert Settings(database_url=SecretStr(pooled), database_listen_url=SecretStr(direct)).listen_url == direct

"""Settings: names and defaults, a demonstration that stays at home, mistakes explained without secrets."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from service.access import Role
from service.errors import SettingsRefused
from service.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PORT", "MABAR_PORT", "MABAR_HOST", "MABAR_DEMO", "MABAR_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    load_settings.cache_clear()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("MABAR_DATA_DIR", "/srv/mabar")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:geheim@h/d")
    settings = load_settings()
    assert (settings.port, str(settings.data_dir)) == (9000, "/srv/mabar")
    assert settings.database_url == SecretStr("postgresql://u:geheim@h/d")
    assert "geheim" not in repr(settings)
    assert load_settings() is settings


def test_they_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_data_lies_where_the_user_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/officer/data")
    assert str(Settings().data_dir) == "/home/officer/data/mabar"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "border.example"])
def test_a_demonstration_is_not_shown_to_others(host: str) -> None:
    with pytest.raises(ValidationError, match="served to this machine only"):
        Settings(demo=True, host=host)
    assert Settings(demo=False, host=host).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_demonstration_is_shown_at_home(host: str) -> None:
    assert Settings(demo=True, host=host).demo


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("MABAR_READER_WORKERS", "none"), ("MABAR_IMAGE_TIMEOUT_SECONDS", "0")]
)
def test_a_mistake_names_its_variable_and_keeps_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused, match=f"^{name}: ") as refused:
        load_settings()
    assert f"'{value}'" not in str(refused.value)


PROVIDER = {
    "provider_issuer": "https://op.example",
    "provider_client_id": "mabar",
    "provider_roles": "booth=first_line",
    "public_url": "https://post.example/",
}


def test_roles_proxies_and_a_providers_words_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MABAR_SECOND_FACTOR_ROLES", "administrator, supervisor")
    monkeypatch.setenv("MABAR_TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1")
    monkeypatch.setenv("MABAR_PROVIDER_ROLES", "booth=first_line,booth=second_line,desk=supervisor")
    read = Settings(**{name: value for name, value in PROVIDER.items() if name != "provider_roles"})
    assert read.second_factor_roles == {Role.ADMINISTRATOR, Role.SUPERVISOR}
    assert [str(network) for network in read.trusted_proxies] == ["10.0.0.0/8", "127.0.0.1/32"]
    assert read.provider_roles == {
        "booth": {Role.FIRST_LINE, Role.SECOND_LINE},
        "desk": {Role.SUPERVISOR},
    }


def test_a_provider_is_configured_whole() -> None:
    assert Settings(**PROVIDER).public_url == "https://post.example"
    for missing in PROVIDER:
        with pytest.raises(ValidationError, match=f"MABAR_{missing.upper()}"):
            Settings(**{name: value for name, value in PROVIDER.items() if name != missing})


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_url": "http://post.example"},
        {"public_url": "https://post.example/console"},
        {"public_url": "post.example"},
        {"provider_issuer": "http://op.example"},
        {"provider_roles": "booth"},
        {"provider_roles": "booth=king"},
        {"second_factor_roles": "king"},
        {"trusted_proxies": "everybody"},
    ],
    ids=str,
)
def test_an_address_or_role_that_cannot_be_used_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**(PROVIDER | wrong))

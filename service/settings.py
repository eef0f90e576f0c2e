"""What an operator may set, read from the environment once and never changed after."""

from __future__ import annotations

import ipaddress
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.access import Role
from service.errors import SettingsRefused
from service.unusual import Thresholds


def _default_data_dir() -> Path:
    """Where a user's own programs keep data (XDG Base Directory Specification)."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "mabar"


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's own, without asking the network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _words(text: object) -> object:
    """What is written with commas between; anything else as it is."""
    return [word.strip() for word in text.split(",") if word.strip()] if isinstance(text, str) else text


def _pairs(text: object) -> object:
    """``theirs=ours,theirs=ours``: several of ours may stand under one of theirs."""
    if not isinstance(text, str):
        return text
    pairs: dict[str, list[str]] = {}
    for word in text.split(","):
        theirs, separator, ours = word.partition("=")
        if not separator:
            raise ValueError("write it as THEIRS=ours, with commas between")
        pairs.setdefault(theirs.strip(), []).append(ours.strip())
    return pairs


def _origin(url: str) -> str:
    """A scheme and a host, which is what a browser calls an origin."""
    parts = urlsplit(url)
    own = is_loopback(parts.hostname or "")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("write it as https://host, without a path")
    if parts.scheme == "http" and not own:
        raise ValueError("only this machine's own may be plain http")
    return f"{parts.scheme}://{parts.netloc}"


def _issuer(url: str) -> str:
    """An address that nobody on the way can answer for."""
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and not is_loopback(parts.hostname)):
        raise ValueError("write it as https://…; only this machine's own may be plain http")
    return url


Listed = BeforeValidator(_words)
Origin = Annotated[str, AfterValidator(_origin)]


class Settings(BaseSettings):
    """Every setting with its default; the variable is `MABAR_` and the name in capitals.

    Two carry the names that hosting platforms give them: `DATABASE_URL` and `PORT`.
    """

    model_config = SettingsConfigDict(env_prefix="MABAR_", frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Field(default_factory=_default_data_dir)
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    replica_url: SecretStr | None = None  # a streaming replica that dashboards read from

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    reader_workers: int = Field(default=2, ge=1, le=64)  # processes that read images
    demo: bool = False

    # What checkpoints of the trail are signed as.
    site: str = Field(default="mabar", pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")
    audit_key_file: Path | None = None  # Ed25519, PEM; without it one is made in the data directory

    session_idle_minutes: int = Field(default=15, ge=1)
    session_max_hours: int = Field(default=12, ge=1)
    second_factor_roles: Annotated[frozenset[Role], NoDecode, Listed] = frozenset()
    public_url: Origin | None = None  # what a browser's address bar shows: passkeys and the provider are bound to it
    password_blocklist: Path | None = None  # passwords that nobody may choose, one a line, beside our own

    provider_issuer: Annotated[str, AfterValidator(_issuer)] | None = None  # the agency's OpenID provider
    provider_client_id: str | None = None
    provider_secret_file: Path | None = None
    provider_roles_claim: str = "roles"
    provider_roles: Annotated[dict[str, frozenset[Role]], NoDecode, BeforeValidator(_pairs)] = Field(
        default_factory=dict  # which of its words stands for which of our roles
    )
    provider_posts_claim: str = "posts"

    device_key_days: int = Field(default=365, ge=1, le=3660)  # how long a key stands for which nobody said
    # Proxies whose word on client and scheme counts.
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, Listed] = ()
    certificate_header: str | None = None  # in which those hand over the SHA-256 of a client's certificate

    requests_per_second: float = Field(default=50, gt=0)  # of one credential, once its burst is used up
    requests_burst: int = Field(default=500, ge=1)
    # Of one address, for all that show no credential seen to be good: signing in, and guessing.
    strangers_per_second: float = Field(default=10, gt=0)
    strangers_burst: int = Field(default=300, ge=1)

    image_max_bytes: int = Field(default=8_000_000, ge=1)
    image_max_pixels: int = Field(default=25_000_000, ge=1)
    image_timeout_seconds: float = Field(default=2.0, gt=0)

    protection_keys: SecretStr | None = None  # keys of protection, as `service.sealed.read_keys` reads them
    protection_key_file: Path | None = None  # the same in a file; without either, one is made in the data directory
    data_keys: SecretStr | None = None  # likewise, of all else that is sealed
    data_key_file: Path | None = None
    # Or a PKCS#11 token that holds them, by their labels: the first wraps, the others still unwrap.
    pkcs11_module: Path | None = None
    pkcs11_token: str = "mabar"  # noqa: S105  # its label
    pkcs11_pin_file: Path | None = None
    pkcs11_data_keys: Annotated[tuple[str, ...], NoDecode, Listed] = ()
    pkcs11_protection_keys: Annotated[tuple[str, ...], NoDecode, Listed] = ()
    retention_policy: Path | None = None  # a TOML file, as `service.keeping` reads it; the bundled one without it

    list_sources: Path | None = None  # a TOML file, as `service.sources` reads it
    list_most_lost: float = Field(default=0.5, ge=0, le=1)  # the share of a list that may go unconfirmed
    rescreen_days: int = Field(default=30, ge=0, le=540)  # how far back changed entries are looked for

    statistics_smallest_cell: int = Field(default=5, ge=1, le=1000)  # fewer are not told to who reads no records
    unusual: Thresholds = Field(default_factory=Thresholds)  # from when on a consultation is; as JSON, in part or whole

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        """A provider of which a part is missing would fail at the first sign-in."""
        given = {name: getattr(self, name) for name in _PROVIDER_NEEDS}
        if any(given.values()) and not all(given.values()):
            missing = ", ".join(f"MABAR_{name.upper()}" for name, value in given.items() if not value)
            raise ValueError(f"the identity provider needs {missing} as well")
        if any(given.values()) and self.public_url is None:
            raise ValueError("the identity provider needs MABAR_PUBLIC_URL, to which it sends officers back")
        return self

    @model_validator(mode="after")
    def _demo_stays_on_this_machine(self) -> Self:
        """The demonstration prints its account's password."""
        if self.demo and not is_loopback(self.host):
            raise ValueError(
                f"the demonstration prints its account's password and is served to this machine only; "
                f"MABAR_HOST is {self.host}, leave it at 127.0.0.1 or switch MABAR_DEMO off"
            )
        return self


_PROVIDER_NEEDS = ("provider_issuer", "provider_client_id", "provider_roles")


@cache
def load_settings(**given: Any) -> Settings:
    """The settings of this process: what is `given`, else its environment, else the defaults.

    Raises:
        SettingsRefused: a variable cannot be used; the message names each and says why.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsRefused(
            "; ".join(_explain(problem["loc"], problem["msg"]) for problem in error.errors())
        ) from None


def _explain(location: tuple[int | str, ...], message: str) -> str:
    """One problem in words, without the value: it may be a password."""
    reason = message.removeprefix("Value error, ")
    if not location:
        return reason
    name = str(location[0]).upper()
    return f"{name if name in {'DATABASE_URL', 'PORT'} else 'MABAR_' + name.removeprefix('MABAR_')}: {reason}"

"""What an operator may set, read from the environment once and never changed after."""

from __future__ import annotations

import ipaddress
import os
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import SettingsRefused


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

    session_idle_minutes: int = Field(default=15, ge=1)
    session_max_hours: int = Field(default=12, ge=1)

    image_max_bytes: int = Field(default=8_000_000, ge=1)
    image_max_pixels: int = Field(default=25_000_000, ge=1)
    image_timeout_seconds: float = Field(default=2.0, gt=0)

    list_sources: Path | None = None  # a TOML file, as `service.sources` reads it
    list_most_lost: float = Field(default=0.5, ge=0, le=1)  # the share of a list that may go unconfirmed
    rescreen_days: int = Field(default=30, ge=0, le=540)  # how far back changed entries are looked for

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _demo_stays_on_this_machine(self) -> Self:
        """The demonstration prints its account's password."""
        if self.demo and not is_loopback(self.host):
            raise ValueError(
                f"the demonstration prints its account's password and is served to this machine only; "
                f"MABAR_HOST is {self.host}, leave it at 127.0.0.1 or switch MABAR_DEMO off"
            )
        return self


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

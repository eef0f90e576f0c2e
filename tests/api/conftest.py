"""The HTTP platform under test, reached as clients reach it, in a transaction that is undone after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from api.app import create_app
from api.deps import Services
from service import accounts, device_keys, passwords
from service.access import Actor, DeviceKind, Role
from service.accounts import NewAccount
from service.credentials import Account
from service.database import Database
from service.device_keys import NewKey
from service.policy import default_policy
from service.settings import Settings
from service.tables import AuditRow

PASSWORD = "copper river lantern"
ORIGIN = "http://localhost"


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


@dataclass
class Platform:
    """The running platform: its application, a client without a credential, and ways to get one."""

    app: FastAPI
    client: httpx.AsyncClient
    clock: Clock

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    async def account(self, username: str, *roles: Role, posts: frozenset[str] = frozenset({"*"})) -> Account:
        """A new account with the password of all tests."""
        new = NewAccount(username, username.title(), frozenset(roles or {Role.FIRST_LINE}), posts)
        made, _ = await accounts.create_account(self.services.database.sessions, new, PASSWORD, now=self.clock())
        return made

    async def sign_in(self, username: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return await self.client.post("/v1/session", json={"username": username, "password": password, **more})

    async def officer(
        self, *roles: Role, posts: frozenset[str] = frozenset({"*"}), username: str | None = None
    ) -> dict[str, str]:
        """The headers of a new officer, signed in."""
        username = username or "-".join(roles)
        await self.account(username, *roles, posts=posts)
        signed_in = await self.sign_in(username)
        return bearer(signed_in.json()["token"])

    async def device(self, kind: DeviceKind, *posts: str, by: Actor | None = None) -> dict[str, str]:
        """The headers of a new device."""
        by = by or (await self.account(f"issuer-{kind}", Role.ADMINISTRATOR)).actor
        sessions = self.services.database.sessions
        new = NewKey("a device", kind, frozenset(posts), self.clock() + timedelta(days=365))
        issued = await device_keys.issue(sessions, new, by=by, now=self.clock())
        return bearer(issued[1])

    async def trail(self) -> list[AuditRow]:
        """The audit rows so far, oldest first."""
        async with self.services.database.sessions() as session:
            return list(await session.scalars(select(AuditRow).order_by(AuditRow.id)))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def serving(settings: Settings, database: Database) -> AsyncIterator[Platform]:
    """The service, started and stopped as a server would."""
    app = create_app(settings, database)
    clock = Clock(datetime.now(UTC))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        app.state.services.now = clock
        yield Platform(app, client, clock)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash function with less work: these tests make accounts by the dozen."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHash([Argon2Hasher(time_cost=1, memory_cost=64)]))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
async def platform(undone: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    monkeypatch.setattr("api.app.assemble", _nothing)
    async with serving(settings, undone) as platform:
        yield platform


async def _nothing(*_args: object) -> SimpleNamespace:
    """The policy alone: neither reader nor lists, whose chores would share the one connection of the test."""
    return SimpleNamespace(screening=SimpleNamespace(loaded=True), policy=default_policy())


@pytest.fixture
def demo(platform: Platform) -> Platform:
    """The platform as a demonstration."""
    platform.services.settings = platform.services.settings.model_copy(update={"demo": True})
    return platform

"""Accounts, the sessions they open, and device keys, as frozen values. No secret is among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.access import Actor, DeviceKind, Role


@dataclass(frozen=True, slots=True)
class Account:
    """An officer's account. `demo` accounts are heard in demonstrations only."""

    id: UUID
    username: str
    display_name: str
    roles: frozenset[Role]
    posts: frozenset[str]
    active: bool = True
    demo: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.username, frozenset(self.roles), self.posts)


@dataclass(frozen=True, slots=True)
class Session:
    """An officer signed in: from when until when at the latest, and when last heard of."""

    account: Account
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A machine's key, without the key itself."""

    id: UUID
    name: str
    kind: DeviceKind
    posts: frozenset[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.name, frozenset({self.kind}), self.posts)

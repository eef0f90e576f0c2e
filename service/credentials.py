"""Accounts, the sessions they open, their passkeys, and device keys, as frozen values. No secret is among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from service.access import Actor, DeviceKind, Role


class Factor(StrEnum):
    """What an officer showed. `provider` is the agency's identity provider; `provider_second` says that it
    vouched for two factors of its own (RFC 8176)."""

    PASSWORD = "password"  # noqa: S105  # the word, not one
    PASSKEY = "passkey"
    PROVIDER = "provider"
    PROVIDER_SECOND = "provider_second"


class Due(StrEnum):
    """What a session still lacks before it counts for more than for its own completion.

    `passkey`: show one of those registered. `new_password`: replace the one that somebody else made up.
    `enrolment`: register a first passkey, which a role of the account asks for.
    """

    PASSKEY = "passkey"
    NEW_PASSWORD = "new_password"  # noqa: S105  # the word, not one
    ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True)
class Account:
    """An officer's account. `demo` accounts are heard in demonstrations only.

    `password_until` is when a password ends that somebody else made up, None for one of the officer's own;
    `provided` says that an identity provider keeps this account.
    """

    id: UUID
    username: str
    display_name: str
    roles: frozenset[Role]
    posts: frozenset[str]
    active: bool = True
    demo: bool = False
    password_until: datetime | None = None
    provided: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.username, frozenset(self.roles), self.posts)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long sessions last, whom they are opened to, and which roles need a second factor."""

    idle: timedelta
    longest: timedelta
    second_factor: frozenset[Role]
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """An officer signed in: from when until when at the latest, when last heard of, and by which factors.

    `client` is the address it was opened from, `verified_at` when a factor was last shown, and `passkeys`
    how many the account has.
    """

    id: UUID
    account: Account
    client: str
    factors: frozenset[Factor]
    created_at: datetime
    verified_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    passkeys: int = 0

    def stands(self, limits: SessionLimits, now: datetime) -> bool:
        """Whether it has not ended: OWASP's absolute timeout, and an open account."""
        account = self.account
        heard_of = self.revoked_at is None and now < self.expires_at
        return heard_of and account.active and (limits.demo or not account.demo)

    def is_locked(self, limits: SessionLimits, now: datetime) -> bool:
        """Whether nobody was heard for so long that whoever is there now has to show who they are.

        So it is, too, when they were heard in the future: the clock was set back, and how long ago cannot be said.
        """
        return abs(now - self.last_seen_at) > limits.idle

    def due(self, limits: SessionLimits) -> Due | None:
        """What is to be shown or set before the session counts in full."""
        second = self.factors & {Factor.PASSKEY, Factor.PROVIDER_SECOND}
        if self.passkeys and not second:
            return Due.PASSKEY
        if self.account.password_until is not None and Factor.PASSWORD in self.factors:
            return Due.NEW_PASSWORD
        return Due.ENROLMENT if self.account.roles & limits.second_factor and not second else None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey or smart card: `credential_id` is its own name for itself, `name` the officer's.

    `sign_count` is how often it says it was used; `backed_up` that copies of it exist elsewhere.
    """

    id: UUID
    account_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    name: str
    backed_up: bool
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A machine's key, without the key itself.

    `replaces` is the key whose successor this one is: that one ends at the first use of this one, or at its
    own end. `certificate` is the SHA-256 of the client certificate without which the key does not count.
    """

    id: UUID
    name: str
    kind: DeviceKind
    posts: frozenset[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    replaces: UUID | None = None
    first_used_at: datetime | None = None
    certificate: bytes | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.name, frozenset({self.kind}), self.posts)

    def stands(self, now: datetime) -> bool:
        """Whether it was neither revoked nor has expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

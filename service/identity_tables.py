"""The tables of second factors, of the identity provider, and of workstations known; as `service.tables`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row, Strings


class PasskeyRow(Row):
    """Second factors: public keys of passkeys and smart cards."""

    __tablename__ = "passkey"
    __table_args__ = (Index("passkey_account", "account_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[Strings]
    name: Mapped[str]
    backed_up: Mapped[bool]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallengeRow(Row):
    """What an authenticator was asked to sign: a digest of it, for one session and one ceremony."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (
        Index("passkey_challenge_session", "session_id"),
        Index("passkey_challenge_expires", "expires_at"),
    )
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    ceremony: Mapped[str]
    expires_at: Mapped[datetime]


class ProviderRequestRow(Row):
    """Officers sent to the agency's identity provider and not yet back; `digest` is that of the state."""

    __tablename__ = "provider_request"
    __table_args__ = (Index("provider_request_expires", "expires_at"),)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    browser: Mapped[bytes]
    nonce: Mapped[str]
    verifier: Mapped[str]
    expires_at: Mapped[datetime]


class KnownWorkstationRow(Row):
    """Browsers in which an account signed in before, by the digest of a cookie's value."""

    __tablename__ = "known_workstation"
    __table_args__ = (
        Index("known_workstation_account", "account_id"),
        Index("known_workstation_expires", "expires_at"),
    )
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    expires_at: Mapped[datetime]

"""The tables of protection, apart from all others: what they say is sealed (`service.sealed`). As `service.tables`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row, Strings


class ProtectionCaseRow(Row):
    """A movement that the protection desk knows of; append-only. `id` is what the trail calls it."""

    __tablename__ = "protection_case"
    __table_args__ = (Index("protection_case_opened", "opened_at", "movement_id"),)
    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    crossing_point: Mapped[str]
    opened_at: Mapped[datetime]


class ProtectionRecordRow(Row):
    """A finding, an observation, a release, a referral or a step of one: all of it sealed; append-only."""

    __tablename__ = "protection_record"
    __table_args__ = (Index("protection_record_movement", "movement_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, sa.Identity(always=True))
    movement_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
    key_id: Mapped[str]
    nonce: Mapped[bytes]
    sealed: Mapped[bytes]


class ProtectionPartnerRow(Row):
    """Who takes referrals, and from which crossing points (``*`` alone for all). No traveller's data."""

    __tablename__ = "protection_partner"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_ar: Mapped[str]
    name_ckb: Mapped[str]
    crossing_points: Mapped[Strings]
    needs: Mapped[Strings]
    contact: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]

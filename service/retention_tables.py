"""The tables of what must stay, what will go and what went. As `service.tables`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class LegalHoldRow(Row):
    """What must not be erased: one movement, or with `document_key` all of that document. Ended by another person."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("legal_hold_movement", "movement_id"), Index("legal_hold_document", "document_key"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    document_key: Mapped[str | None]
    crossing_point: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    review_on: Mapped[date]
    placed_by: Mapped[str]
    placed_by_name: Mapped[str]
    placed_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_by_name: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class NoticeRow(Row):
    """That a class's records of a month will be erased, and from when; nothing else is erased."""

    __tablename__ = "erasure_notice"
    class_: Mapped[str] = mapped_column("class", primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    announced_at: Mapped[datetime]
    erase_from: Mapped[datetime]
    records: Mapped[int] = mapped_column(BigInteger)
    policy_version: Mapped[str]


class ErasureRow(Row):
    """What was erased, without personal data; append-only."""

    __tablename__ = "erasure"
    __table_args__ = (Index("erasure_erased", "erased_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_: Mapped[str] = mapped_column("class")
    month: Mapped[date]
    cutoff: Mapped[datetime]
    policy_version: Mapped[str]
    erased_at: Mapped[datetime]
    erased: Mapped[dict[str, int]] = mapped_column(JSONB)
    kept: Mapped[dict[str, int]] = mapped_column(JSONB)
    keys: Mapped[list[str]]
    digest: Mapped[bytes]

"""The tables of what supervisors are told: records opened without the right, and unusual consultations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Json, Row


class BrokenGlassRow(Row):
    """A record that an officer opened without the right, why, and until when; append-only."""

    __tablename__ = "broken_glass"
    __table_args__ = (Index("broken_glass_officer", "officer", "until"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    officer: Mapped[str]
    officer_name: Mapped[str]
    movement_id: Mapped[UUID]
    crossing_point: Mapped[str]
    reason_code: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]


class NoticeRow(Row):
    """What supervisors of some crossing points are told of an officer's consultations, and what came of it."""

    __tablename__ = "notice"
    __table_args__ = (sa.UniqueConstraint("kind", "officer", "since"), Index("notice_raised", "raised_at"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    officer: Mapped[str]
    officer_name: Mapped[str]
    crossing_points: Mapped[list[str]]
    since: Mapped[datetime]
    raised_at: Mapped[datetime]
    details: Mapped[Json]
    reviewed_by: Mapped[str | None]
    reviewed_by_name: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    note: Mapped[str | None]

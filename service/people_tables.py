"""The tables of what is said about movements after they were recorded, and of what waits to be judged again.

As `service.tables`. Nothing here changes a movement: links, corrections and rebuttals are only added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Json, Row, Strings


class LinkRow(Row):
    """Two documents that may be one person's, with what speaks for it; append-only. `one` sorts before `other`."""

    __tablename__ = "person_link"
    __table_args__ = (sa.UniqueConstraint("one", "other"), Index("person_link_other", "other"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    one: Mapped[str]
    other: Mapped[str]
    identity: Mapped[str]
    evidence: Mapped[Json]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str | None]


class LinkRulingRow(Row):
    """What an officer said of a link; append-only, each names the one before it."""

    __tablename__ = "link_ruling"
    __table_args__ = (
        Index("link_ruling_first", "link_id", unique=True, postgresql_where=sa.text("supersedes IS NULL")),
        Index("link_ruling_link", "link_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("person_link.id"))
    ruling: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    officer: Mapped[str]
    crossing_point: Mapped[str]
    ruled_at: Mapped[datetime]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("link_ruling.id"), unique=True)


class CorrectionRow(Row):
    """What a recorded movement should have said, and on what evidence; append-only.

    `movement_occurred_at` is the time recorded, which names the partition. The keys are those of the movement as it
    counts after this correction, so that it is found by them.
    """

    __tablename__ = "correction"
    __table_args__ = (
        Index("correction_movement", "movement_id"),
        Index("correction_document", "document_key"),
        Index("correction_person", "person_keys", postgresql_using="gin"),
        Index("correction_mark", "marks", postgresql_using="gin"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    movement_occurred_at: Mapped[datetime]
    kind: Mapped[str]
    changes: Mapped[Json]
    reason: Mapped[str]
    evidence: Mapped[str]
    officer: Mapped[str]
    crossing_point: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]
    document_key: Mapped[str]
    person_keys: Mapped[Strings]
    marks: Mapped[Strings]


class RebuttalRow(Row):
    """What was shown against a finding; append-only. `claim` is a digest of what the finding says."""

    __tablename__ = "rebuttal"
    __table_args__ = (Index("rebuttal_movement", "movement_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    movement_occurred_at: Mapped[datetime]
    finding_id: Mapped[UUID]
    rule: Mapped[str]
    claim: Mapped[bytes]
    ground: Mapped[str]
    evidence: Mapped[str]
    officer: Mapped[str]
    crossing_point: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]


class WaitingRow(Row):
    """Movements to be judged again once a moment has come, and why; gone when that was done."""

    __tablename__ = "waiting"
    __table_args__ = (Index("waiting_due", "due_at"),)
    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(primary_key=True)


class ListPurposeRow(Row):
    """Lists whose entries say more than that somebody is sought: documents reported lost, or bans of entry."""

    __tablename__ = "list_purpose"
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"), primary_key=True)
    purpose: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class GroupRow(Row):
    """A company opened once, whose members are captured one by one; append-only."""

    __tablename__ = "travel_group"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    leader: Mapped[str | None]
    expected: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    crossing_point: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]

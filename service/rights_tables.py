"""The tables of what travellers ask for, and of whose data are set apart for it. As `service.tables`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class RestrictionRow(Row):
    """A document whose data are used for neither statistics nor links, while this has not ended."""

    __tablename__ = "restriction"
    __table_args__ = (Index("restriction_document", "document_key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    document_key: Mapped[str]
    crossing_point: Mapped[str]
    ground: Mapped[str]
    reason: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RightsRequestRow(Row):
    """What somebody asked for, how the identity was shown, to whom and how it was answered."""

    __tablename__ = "rights_request"
    __table_args__ = (
        Index("rights_request_received", "received_at"),
        Index("rights_request_document", "document_key"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    movement_id: Mapped[UUID]
    document_key: Mapped[str]
    crossing_point: Mapped[str]
    recipient: Mapped[str]
    identity_shown: Mapped[str]
    received_by: Mapped[str]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]


class RightsRulingRow(Row):
    """What the protection desk decided on a request, sealed as all that it says; append-only."""

    __tablename__ = "rights_ruling"
    request_id: Mapped[UUID] = mapped_column(ForeignKey("rights_request.id"), primary_key=True)
    decided_at: Mapped[datetime]
    key_id: Mapped[str]
    nonce: Mapped[bytes]
    sealed: Mapped[bytes]

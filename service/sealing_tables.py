"""The tables of what is sealed month by month, and of the keys that seal it. As `service.tables`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row, Stamp


class DataKeyRow(Row):
    """The key of one class and month, wrapped by a key that is not here; `wrapped` is gone once it was destroyed."""

    __tablename__ = "data_key"
    __table_args__ = (sa.UniqueConstraint("guarded", "month"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    guarded: Mapped[str]
    month: Mapped[date]
    kek_id: Mapped[str]
    wrapped: Mapped[bytes | None]
    created_at: Mapped[Stamp]
    destroyed_at: Mapped[datetime | None]


class ContactRow(Row):
    """A phone number or address that a traveller gave, sealed; the movement holds the token in its place."""

    __tablename__ = "contact"
    __table_args__ = (sa.UniqueConstraint("movement_id", "token"), Index("contact_recorded", "recorded_at"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    crossing_point: Mapped[str]
    token: Mapped[str]
    recorded_at: Mapped[datetime]
    key_id: Mapped[str]
    nonce: Mapped[bytes]
    sealed: Mapped[bytes]


class ImageRow(Row):
    """What was kept of the picture of a document, sealed: the zone, or the page."""

    __tablename__ = "image"
    __table_args__ = (Index("image_recorded", "recorded_at"),)
    reading_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    crossing_point: Mapped[str]
    recorded_at: Mapped[datetime]
    media_type: Mapped[str]
    key_id: Mapped[str]
    nonce: Mapped[bytes]
    sealed: Mapped[bytes]

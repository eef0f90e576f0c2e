"""The table of stays: derived from movements as they are judged, so that everybody can be asked of at once.

As `service.tables`. It holds nothing that the movements do not say; what a late fact changes is changed here with it.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class StayRow(Row):
    """The stay of a foreigner, by its entry. `due_at` is when it must have ended, `ended_at` when it did; both are
    infinite where that is not so."""

    __tablename__ = "stay"
    __table_args__ = (
        Index("stay_overdue", "due_at", "entry_id", "ended_at", postgresql_where=text("ended_at > due_at")),
        Index("stay_ended", "ended_at", "entered_at", postgresql_include=["crossing_point", "basis", "due_at"]),
    )
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    crossing_point: Mapped[str]
    entered_at: Mapped[datetime]
    until: Mapped[date | None]
    basis: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(server_default=text("'infinity'"))
    ended_at: Mapped[datetime] = mapped_column(server_default=text("'infinity'"))


class StayEndRow(Row):
    """Which stay a movement ended, by leaving or by entering anew. Of several the first counts: likeness may take two
    travellers, whom it holds apart, each for the one who came."""

    __tablename__ = "stay_end"
    __table_args__ = (Index("stay_end_entry", "entry_id", "at"),)
    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID]
    at: Mapped[datetime]

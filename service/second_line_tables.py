"""The table of who works on which case of second line. As `service.tables`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class ClaimRow(Row):
    """The officer who has taken a case; counts no longer than `until`, so that no absence holds up a traveller."""

    __tablename__ = "second_line_claim"
    movement_id: Mapped[UUID] = mapped_column(primary_key=True)
    crossing_point: Mapped[str]
    officer: Mapped[UUID]
    officer_name: Mapped[str]
    claimed_at: Mapped[datetime]
    until: Mapped[datetime]

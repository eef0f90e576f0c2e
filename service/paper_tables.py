"""The table of paper forms: every number that was ever printed. As `service.tables`, which holds the other tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class PaperFormRow(Row):
    """A numbered form that was printed for a crossing point; append-only. What was keyed names it by its number."""

    __tablename__ = "paper_form"
    __table_args__ = (Index("paper_form_serial", "crossing_point", "serial", unique=True),)
    number: Mapped[str] = mapped_column(primary_key=True)
    crossing_point: Mapped[str]
    serial: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]


class SpoiltFormRow(Row):
    """A form that was spoilt instead of filled in; append-only."""

    __tablename__ = "paper_form_spoilt"
    number: Mapped[str] = mapped_column(ForeignKey("paper_form.number"), primary_key=True)
    reason: Mapped[str]
    spoilt_at: Mapped[datetime]
    spoilt_by: Mapped[str]

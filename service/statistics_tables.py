"""The tables of the centre's figures, which the database writes by itself as facts are recorded.

As `service.tables`; what each figure's `one`, `two` and `three` mean is said in `service.figures`.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Index, Table, text
from sqlalchemy.dialects.postgresql import INTERVAL, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row

_KEY = "figure crossing_point direction one two three".split()


class RollUp:
    """How many, of which figure, when, where, which way, and of what; partitioned by figure."""

    __table_args__ = ({"postgresql_partition_by": "LIST (figure)"},)
    figure: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    crossing_point: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    one: Mapped[str] = mapped_column(primary_key=True)
    two: Mapped[str] = mapped_column(primary_key=True)
    three: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class StatisticRow(RollUp, Row):
    """The roll-ups."""

    __tablename__ = "statistic"


class StatisticSpanRow(RollUp, Row):
    """The roll-ups once more, by the day where they are kept by the hour, else by the month."""

    __tablename__ = "statistic_span"


STATISTIC_DELTA = Table(
    "statistic_delta",
    Row.metadata,
    *(Column(name, sa.Text, nullable=False) for name in _KEY[:1]),
    Column("at", TIMESTAMP(timezone=True), nullable=False),
    *(Column(name, sa.Text, nullable=False) for name in _KEY[1:]),
    Column("n", BigInteger, nullable=False),
)
"""What changed since it was last folded into the roll-ups."""


class PseudonymKeyRow(Row):
    """One key a month; who erases it unlinks the pseudonyms of that month."""

    __tablename__ = "pseudonym_key"
    month: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes]


STATISTIC_BASIS = Table(
    "statistic_basis",
    Row.metadata,
    Column("utc_offset", INTERVAL, nullable=False),
    Column("kept_before", TIMESTAMP(timezone=True), nullable=False, server_default=text("'-infinity'")),
    Index("statistic_basis_single", text("(true)"), unique=True),
)
"""How far local days are from UTC, and before when figures outlive the movements that they were counted from."""

STATISTIC_NOW = sa.table(
    "statistic_now",
    *(sa.column(name, sa.Text()) for name in _KEY),
    sa.column("at", TIMESTAMP(timezone=True)),
    sa.column("n", BigInteger()),
)
"""A view of roll-ups and deltas together: exact to the last commit."""

"""The tables that make the trail of `service.audit` unalterable, unseen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class AuditChainRow(Row):
    """The head of each chain: one a crossing point, ``-`` for what has none. Written by the database alone."""

    __tablename__ = "audit_chain"
    chain: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes]


class AuditLinkRow(Row):
    """Where an event stands in its chain, from 1; its leaf and the chain's head. Written by the database alone."""

    __tablename__ = "audit_link"
    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    leaf: Mapped[bytes]
    head: Mapped[bytes]
    erased_at: Mapped[datetime | None]  # of an event whose time was up; its leaf stays


class AuditNodeRow(Row):
    """Complete subtrees of the tree over a chain, at the heights of `service.merkle.HEIGHTS`. Append-only."""

    __tablename__ = "audit_node"
    chain: Mapped[str] = mapped_column(primary_key=True)
    height: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class AuditCheckpointRow(Row):
    """Signed roots of the tree over a chain, as notes. Append-only."""

    __tablename__ = "audit_checkpoint"
    chain: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    note: Mapped[str]

"""The table of what was proposed for the policy and who decided on it. As `service.tables`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class PolicyChangeRow(Row):
    """A policy proposed by one person and activated, from a moment on, by another; the texts are in `policy`."""

    __tablename__ = "policy_change"
    __table_args__ = (Index("policy_change_in_force", "in_force_from", postgresql_where=text("state = 'approved'")),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("policy.version"))
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=text("'proposed'"))
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    in_force_from: Mapped[datetime | None]

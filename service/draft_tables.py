"""The tables of list files that wait for a second person. As `service.tables`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Row


class DraftRow(Row):
    """A list file that one person handed in, against version `base_version` of its list; another decides on it."""

    __tablename__ = "list_draft"
    __table_args__ = (Index("list_draft_open", "list", unique=True, postgresql_where=text("state = 'proposed'")),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list: Mapped[str]
    format: Mapped[str]
    base_version: Mapped[int]
    digest: Mapped[bytes]
    counts: Mapped[dict[str, Any]]
    skipped: Mapped[Any] = mapped_column(JSONB)
    proposed_by: Mapped[str]
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=text("'proposed'"))
    version: Mapped[int | None]
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]


class DraftEntryRow(Row):
    """An entry that a waiting file adds, changes or strikes."""

    __tablename__ = "list_draft_entry"
    __table_args__ = (Index("list_draft_entry_effect", "draft", "effect", "entry_id"),)
    draft: Mapped[UUID] = mapped_column(
        ForeignKey("list_draft.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    effect: Mapped[str]
    digest: Mapped[bytes | None]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

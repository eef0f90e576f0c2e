"""The tables of watchlists: lists and entries over time, hits and what was said of them, clearances, fetching.

As `service.tables`, which holds all other tables.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from service.tables import Json, Row, Stamp, Strings


class WatchlistRow(Row):
    """The lists that are screened against."""

    __tablename__ = "watchlist"
    name: Mapped[str] = mapped_column(primary_key=True)
    format: Mapped[str]
    created_at: Mapped[Stamp]
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class ListVersionRow(Row):
    """Each import of a list. One version of a list is current."""

    __tablename__ = "list_version"
    __table_args__ = (Index("list_version_current", "list", unique=True, postgresql_where=text("state = 'current'")),)
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
    imported_at: Mapped[Stamp]
    imported_by: Mapped[str]
    counts: Mapped[Json]
    report: Mapped[Json]
    state: Mapped[str]


class ListEntryRow(Row):
    """Entries over time: current while `last_version` is null, so any past version can be told."""

    __tablename__ = "list_entry"
    __table_args__ = (
        Index("list_entry_current", "list", "entry_id", unique=True, postgresql_where=text("last_version IS NULL")),
    )
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    first_version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_version: Mapped[int | None]
    digest: Mapped[bytes]
    payload: Mapped[dict[str, Any]]


class ListChangeRow(Row):
    """A list's or an entry's terms over time, each proposed by one person and decided by another.

    `entry_id` empty is the list itself; the last approved revision is in force.
    """

    __tablename__ = "list_change"
    __table_args__ = (
        sa.UniqueConstraint("list", "entry_id", "revision"),
        Index("list_change_open", "list", "entry_id", unique=True, postgresql_where=text("state = 'proposed'")),
        Index("list_change_decided", "decided_at", postgresql_where=text("state = 'approved'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"))
    entry_id: Mapped[str] = mapped_column(server_default=text("''"))
    revision: Mapped[int]
    action: Mapped[str]
    owner: Mapped[str]
    legal_basis: Mapped[str]
    instruction: Mapped[str]
    expires_on: Mapped[date | None]
    review_on: Mapped[date]
    minimum_identifiers: Mapped[bool] = mapped_column(server_default=text("true"))
    payload: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=text("'proposed'"))
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]


class EntryAliasRow(Row):
    """An entry that lives on under another id of the same list; append-only."""

    __tablename__ = "entry_alias"
    __table_args__ = (Index("entry_alias_new", "list", "new_id"),)
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"), primary_key=True)
    old_id: Mapped[str] = mapped_column(primary_key=True)
    new_id: Mapped[str]
    since: Mapped[datetime]
    said_by: Mapped[str]
    reason: Mapped[str]


class HitCaseRow(Row):
    """One traveller whose hits belong together; who it is stands in the movement."""

    __tablename__ = "hit_case"
    __table_args__ = (
        Index("hit_case_document", "document_key"),
        Index("hit_case_person", "person_keys", postgresql_using="gin"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    movement_id: Mapped[UUID]
    document_key: Mapped[str]
    person_keys: Mapped[Strings]


class HitRow(Row):
    """An entry that a traveller met (W1, W2), to be adjudicated; append-only."""

    __tablename__ = "hit"
    __table_args__ = (
        sa.UniqueConstraint("movement_id", "list", "entry_id"),
        Index("hit_of_case", "case_id"),
        Index("hit_entry", "list", "entry_id"),
        Index("hit_raised", "raised_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("hit_case.id"))
    list: Mapped[str]
    entry_id: Mapped[str]
    rule: Mapped[str]
    score: Mapped[float]
    movement_id: Mapped[UUID]
    movement_occurred_at: Mapped[datetime]
    crossing_point: Mapped[str]
    raised_at: Mapped[datetime]
    cause: Mapped[str | None]


class AdjudicationRow(Row):
    """What second line said of a hit; append-only, chained as decisions are."""

    __tablename__ = "adjudication"
    __table_args__ = (
        Index("adjudication_first", "hit_id", unique=True, postgresql_where=text("supersedes IS NULL")),
        Index("adjudication_hit", "hit_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    hit_id: Mapped[UUID] = mapped_column(ForeignKey("hit.id"))
    outcome: Mapped[str]
    reason_code: Mapped[str]
    note: Mapped[str | None]
    officer: Mapped[str]
    decided_at: Mapped[datetime]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("adjudication.id"), unique=True)


class ClearanceRow(Row):
    """A traveller who is not the one that an entry means; append-only. `identifiers` are the entry's of then."""

    __tablename__ = "clearance"
    __table_args__ = (
        Index("clearance_entry", "list", "entry_id"),
        Index("clearance_document", "document_key"),
        Index("clearance_person", "person_keys", postgresql_using="gin"),
        Index("clearance_redress", "redress_number", postgresql_where=text("redress_number IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"))
    entry_id: Mapped[str]
    traveller: Mapped[dict[str, Any]]
    document_key: Mapped[str]
    person_keys: Mapped[Strings]
    identifiers: Mapped[dict[str, Any]]
    reason_code: Mapped[str]
    note: Mapped[str | None]
    cleared_by: Mapped[str]
    cleared_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    redress_number: Mapped[str | None]
    hit_id: Mapped[UUID | None] = mapped_column(ForeignKey("hit.id"))


class ClearanceEndingRow(Row):
    """Why a clearance ended before its time; append-only."""

    __tablename__ = "clearance_ending"
    clearance_id: Mapped[UUID] = mapped_column(ForeignKey("clearance.id"), primary_key=True)
    cause: Mapped[str]
    ended_at: Mapped[datetime]
    ended_by: Mapped[str]
    reason: Mapped[str]
    changes: Mapped[Json]


class ListSourceRow(Row):
    """The last attempt to fetch a list that is fetched by itself; `waiting` says what a person must confirm."""

    __tablename__ = "list_source"
    list: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'new'"))
    last_tried_at: Mapped[datetime | None]
    last_changed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    digest: Mapped[bytes | None]
    waiting: Mapped[str | None]


class RescreeningRow(Row):
    """Changed entries of one list version, run against what was recorded before; the cursor survives a crash.

    `gone` counts the entries whose text before is no longer in force, struck or changed. `whole` takes all entries of
    the list, as when it comes into screening or leaves it. `phase` is the part at work: what was found with the texts
    before, then people inside from before the window, then all movements of the window.
    """

    __tablename__ = "rescreening"
    __table_args__ = (Index("rescreening_open", "created_at", postgresql_where=text("phase <> 'done'")),)
    list: Mapped[str] = mapped_column(ForeignKey("watchlist.name"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    entries: Mapped[int]
    whole: Mapped[bool] = mapped_column(server_default=text("false"))
    since: Mapped[datetime | None]
    phase: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    cursor_at: Mapped[datetime | None]
    cursor_id: Mapped[UUID | None]
    total: Mapped[int | None] = mapped_column(BigInteger)
    examined: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    raised: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    gone: Mapped[int] = mapped_column(server_default=text("0"))
    withdrawn: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    finished_at: Mapped[datetime | None]

"""The tables, as mapped classes; `alembic/versions` makes them and is where checks and grants live.

A row class ends in `Row`, so that it is never taken for the noun of `service.domain` that it stores.
Dates that may be partial are text, as `PartialDate` writes them; so are enumerations, with a CHECK.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, ForeignKey, Index, desc, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Stamp = Annotated[datetime, mapped_column(server_default=text("now()"))]
Strings = Annotated[list[str], mapped_column(server_default=text("'{}'"))]
Json = Annotated[dict[str, Any], mapped_column(server_default=text("'{}'"))]


AT_ONCE = {"fastupdate": "off"}
"""Of a GIN index that every crossing asks: what is new goes into it, not onto a list that each look reads through."""


class Row(DeclarativeBase):
    """What every mapped class shares: how Python types become PostgreSQL's."""

    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own declaration
        str: sa.Text,
        datetime: TIMESTAMP(timezone=True),
        list[str]: ARRAY(sa.Text),
        dict[str, Any]: JSONB,
    }


class CrossingPointRow(Row):
    """Ports of entry. `heard_until` is the watermark of a post that reports through a relay."""

    __tablename__ = "crossing_point"
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_en: Mapped[str]
    name_ar: Mapped[str]
    name_ckb: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    jurisdiction: Mapped[str]
    heard_until: Mapped[datetime | None]


class AccountRow(Row):
    """Officers. `posts` holds crossing-point codes, ``*`` alone for all, nothing for none.

    `issuer` and `subject` are those of an identity provider; such an account may have no password here.
    """

    __tablename__ = "account"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject", name="account_subject_key"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    password_until: Mapped[datetime | None]  # of a password that somebody else made up
    roles: Mapped[Strings]
    posts: Mapped[Strings]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Stamp]
    issuer: Mapped[str | None]
    subject: Mapped[str | None]


class SessionRow(Row):
    """An officer signed in. Only a hash of the token is kept: who reads the table cannot use it."""

    __tablename__ = "session"
    __table_args__ = (Index("session_account", "account_id"), Index("session_expires", "expires_at"))
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    client: Mapped[str] = mapped_column(server_default=text("'unknown'"))
    factors: Mapped[list[str]] = mapped_column(server_default=text("'{password}'"))
    created_at: Mapped[Stamp]
    verified_at: Mapped[Stamp]  # when a factor was last shown
    last_seen_at: Mapped[Stamp]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceKeyRow(Row):
    """Keys of cameras and other machines, hashed, bound to their posts."""

    __tablename__ = "device_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    posts: Mapped[Strings]
    created_by: Mapped[str]
    created_at: Mapped[Stamp]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("device_key.id"))
    first_used_at: Mapped[datetime | None]
    certificate: Mapped[bytes | None]  # SHA-256 of the client certificate that has to come with the key


class ReadingRow(Row):
    """What was read from an image: lines, format, repairs, verdicts. The image itself is not kept."""

    __tablename__ = "reading"
    __table_args__ = (Index("reading_created", "created_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[Stamp]
    crossing_point: Mapped[str | None]
    actor: Mapped[str]
    payload: Mapped[dict[str, Any]]
    image_digest: Mapped[bytes | None]


class InspectionKeyRow(Row):
    """One row per movement id: makes the id unique over all partitions, and a repeat recognisable."""

    __tablename__ = "inspection_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    occurred_at: Mapped[datetime]
    created_at: Mapped[Stamp]


class MovementRow(Row):
    """One traveller, one document, one crossing. Partitioned by month of `occurred_at`; append-only."""

    __tablename__ = "movement"
    __table_args__ = (
        Index("movement_occurred", "occurred_at", postgresql_using="brin"),
        Index("movement_post", "crossing_point", desc("occurred_at"), "id"),
        Index("movement_document", "document_key", "occurred_at"),
        Index("movement_person", "person_keys", postgresql_using="gin", postgresql_with=AT_ONCE),
        Index("movement_nationality", "nationality", "occurred_at"),
        Index("movement_form", text("(details ->> 'form_number')"), postgresql_where=text("details ? 'form_number'")),
        Index("movement_mark", "marks", postgresql_using="gin", postgresql_with=AT_ONCE),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    crossing_point: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[str]
    recorded_at: Mapped[datetime]
    received_at: Mapped[Stamp]
    clock: Mapped[str]
    source: Mapped[str]
    document_key: Mapped[str]
    document_code: Mapped[str]
    issuing_state: Mapped[str]
    document_number: Mapped[str]
    date_of_expiry: Mapped[str | None]
    person_keys: Mapped[Strings]
    primary_identifier: Mapped[str]
    secondary_identifier: Mapped[str]
    native_name: Mapped[str | None]
    father_name: Mapped[str | None]
    mother_name: Mapped[str | None]
    nationality: Mapped[str]
    date_of_birth: Mapped[str]
    sex: Mapped[str]
    name_truncated: Mapped[bool] = mapped_column(server_default=text("false"))
    details: Mapped[Json]
    reading_id: Mapped[UUID | None]
    verdict: Mapped[str]
    rules: Mapped[Strings]  # raised at recording, to filter by; what stands now is in `finding`
    index_version: Mapped[str]
    policy_version: Mapped[str]
    officer: Mapped[str | None]
    device: Mapped[str | None]
    marks: Mapped[Strings]  # what it is found by beside document and person, see `service.rules.reach`


class FindingRow(Row):
    """What a rule found. Partitioned as the movement is; append-only: a withdrawal is a row of its own."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("finding_movement", "movement_id"),
        Index("finding_rule", "rule", "occurred_at"),
        Index("finding_doubt", "stale_posts", postgresql_using="gin", postgresql_where=text("stale_posts <> '{}'")),
        Index("finding_entry", text("(evidence[1])"), postgresql_where=text("rule IN ('W1', 'W2', 'W3', 'W4')")),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)  # of the movement
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    recorded_at: Mapped[Stamp]
    rule: Mapped[str]
    rule_version: Mapped[int]
    severity: Mapped[str]
    status: Mapped[str]
    message: Mapped[str]
    params: Mapped[Json]
    evidence: Mapped[Strings]
    rebuttable_by: Mapped[Strings]
    stale_posts: Mapped[Strings]
    policy_version: Mapped[str]
    cause: Mapped[str | None]
    supersedes: Mapped[UUID | None]


class DecisionRow(Row):
    """What an officer decided; append-only. One first decision a movement, one successor a decision."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("decision_first", "movement_id", unique=True, postgresql_where=text("supersedes IS NULL")),
        Index("decision_of_movement", "movement_id", postgresql_include=["id", "outcome"]),
        Index("decision_decided", "decided_at"),
        Index("decision_referred", "decided_at", postgresql_where=text("outcome = 'referred'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID]
    movement_occurred_at: Mapped[datetime]
    outcome: Mapped[str]
    reason_code: Mapped[str | None]
    officer: Mapped[str]
    note: Mapped[str | None]
    decided_at: Mapped[datetime]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)


class PostCounterRow(Row):
    """The last number given at a crossing point, and the head of its hash chain. Locked to write."""

    __tablename__ = "post_counter"
    crossing_point: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    head: Mapped[bytes]


class OutboxRow(Row):
    """What the centre is to hear, in order, each row chained to the one before; append-only."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_about", text("outbox_about(kind, body)"), postgresql_where=text("kind <> 'movement'")),
    )
    crossing_point: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    previous: Mapped[bytes]
    digest: Mapped[bytes]
    created_at: Mapped[Stamp]
    erased_at: Mapped[datetime | None]  # of a body whose time was up; its digest stays, and the chain with it


class AuditRow(Row):
    """Who did or saw what, and for which purpose; append-only. `subject` is an id or a pseudonym."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_at", "at"), Index("audit_actor", "actor", "at"), Index("audit_subject", "subject"))
    id: Mapped[int] = mapped_column(BigInteger, sa.Identity(always=True), primary_key=True)
    at: Mapped[Stamp]
    actor: Mapped[str]
    actor_kind: Mapped[str]
    action: Mapped[str]
    purpose: Mapped[str | None]
    crossing_point: Mapped[str | None]
    subject: Mapped[str | None]
    details: Mapped[Json]


class PolicyRow(Row):
    """The texts of rule policies by version; which was in force when is in `policy_change`. Append-only."""

    __tablename__ = "policy"
    version: Mapped[str] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime]
    body: Mapped[str]
    created_at: Mapped[Stamp]

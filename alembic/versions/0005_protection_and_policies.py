"""Policies with their history, protection and where its partners are."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

CHANGES: list[str] = []


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

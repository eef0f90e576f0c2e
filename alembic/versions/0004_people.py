"""People across documents, companions, groups and corrections."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

CHANGES: list[str] = []


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

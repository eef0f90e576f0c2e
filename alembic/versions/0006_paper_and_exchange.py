"""Paper forms and movements of other systems."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

CHANGES: list[str] = []


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

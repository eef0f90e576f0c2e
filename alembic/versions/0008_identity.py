"""Second factors, and accounts of an agency's own provider."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

CHANGES: list[str] = []


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

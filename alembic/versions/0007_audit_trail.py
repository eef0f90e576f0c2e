"""What nobody can alter unseen: the chain and its checkpoints."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

CHANGES: list[str] = []


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

"""Findings are withdrawn when the entry behind them goes, and found by that entry."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

CHANGES = [
    "CREATE INDEX finding_entry ON finding ((evidence[1])) WHERE rule IN ('W1', 'W2', 'W3', 'W4')",
    """
    ALTER TABLE rescreening
        DROP CONSTRAINT rescreening_phase_check,
        DROP CONSTRAINT rescreening_entries_check,
        ADD COLUMN gone integer NOT NULL DEFAULT 0 CHECK (gone >= 0),
        ADD COLUMN withdrawn bigint NOT NULL DEFAULT 0,
        ADD CONSTRAINT rescreening_phase_check CHECK (phase IN ('waiting', 'withdrawing', 'inside', 'recent', 'done')),
        ADD CONSTRAINT rescreening_entries_check CHECK (entries >= 0 AND entries + gone > 0)
    """,
]


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

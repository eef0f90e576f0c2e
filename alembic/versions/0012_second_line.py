"""Who works on which case of second line: a state of the desk, no fact of the log."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

CHANGES = [
    """
    CREATE TABLE second_line_claim (
        movement_id uuid PRIMARY KEY,
        crossing_point text NOT NULL,
        officer uuid NOT NULL,
        officer_name text NOT NULL,
        claimed_at timestamptz NOT NULL,
        until timestamptz NOT NULL CHECK (until > claimed_at)
    )
    """,
    "COMMENT ON TABLE second_line_claim IS 'The officer who has taken a case, until when that counts.'",
    "CREATE INDEX decision_referred ON decision (decided_at) WHERE outcome = 'referred'",
    "GRANT SELECT ON second_line_claim TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON second_line_claim TO mabar_judge",
    "SELECT confine('second_line_claim', $desk$(SELECT sees('second_line', 'redress')) AND "
    "((SELECT every_post()) OR crossing_point = ANY ((SELECT own_posts())::text[]))$desk$)",
    "GRANT SELECT, DELETE ON second_line_claim TO mabar_eraser",  # it goes with its movement
    "CREATE POLICY eraser ON second_line_claim TO mabar_eraser USING (true)",
]


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

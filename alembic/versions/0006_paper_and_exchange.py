"""Paper forms and movements of other systems."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

CHANGES: list[str] = [
    """
    CREATE TABLE paper_form (
        number text PRIMARY KEY,
        crossing_point text NOT NULL,
        serial integer NOT NULL CHECK (serial > 0),
        issued_at timestamptz NOT NULL,
        issued_by text NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX paper_form_serial ON paper_form (crossing_point, serial)",
    "COMMENT ON TABLE paper_form IS 'Numbered paper forms that were printed; a movement keyed from one names it.'",
    "CREATE INDEX movement_form ON movement ((details ->> 'form_number')) WHERE details ? 'form_number'",
    """
    CREATE TABLE paper_form_spoilt (
        number text PRIMARY KEY REFERENCES paper_form (number),
        reason text NOT NULL,
        spoilt_at timestamptz NOT NULL,
        spoilt_by text NOT NULL
    )
    """,
    "COMMENT ON TABLE paper_form_spoilt IS 'Forms that were spoilt instead of filled in, and why.'",
    "GRANT SELECT, INSERT ON paper_form, paper_form_spoilt TO mabar_service",
]


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

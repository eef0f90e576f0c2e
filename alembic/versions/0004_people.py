"""People across documents, companions, groups and corrections.

What is said of a movement later stands beside it: links between documents, corrections and rebuttals are only
added. What waits to be judged again is the one thing here that goes away.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

COMPANY = [
    "ALTER TABLE movement ADD COLUMN marks text[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX movement_mark ON movement USING gin (marks) WITH (fastupdate = off)",
    """
    CREATE TABLE travel_group (
        id text PRIMARY KEY CHECK (id <> ''),
        kind text NOT NULL CHECK (kind IN ('coach', 'family', 'pilgrims', 'other')),
        name text NOT NULL,
        leader text,
        expected integer CHECK (expected > 0),
        details jsonb NOT NULL,
        crossing_point text NOT NULL,
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL
    )
    """,
]

LINKS = [
    """
    CREATE TABLE person_link (
        id uuid PRIMARY KEY,
        one text NOT NULL,
        other text NOT NULL CHECK (one < other COLLATE "C"),
        identity text NOT NULL CHECK (identity IN ('same', 'possible', 'different')),
        evidence jsonb NOT NULL DEFAULT '{}',
        proposed_at timestamptz NOT NULL,
        proposed_by text,
        UNIQUE (one, other)
    )
    """,
    "CREATE INDEX person_link_other ON person_link (other)",
    """
    CREATE TABLE link_ruling (
        id uuid PRIMARY KEY,
        link_id uuid NOT NULL REFERENCES person_link (id),
        ruling text NOT NULL CHECK (ruling IN ('confirmed', 'split', 'reopened')),
        reason text NOT NULL CHECK (reason <> ''),
        evidence text NOT NULL,
        officer text NOT NULL,
        crossing_point text NOT NULL,
        ruled_at timestamptz NOT NULL,
        supersedes uuid UNIQUE REFERENCES link_ruling (id) CHECK (supersedes <> id)
    )
    """,
    "CREATE UNIQUE INDEX link_ruling_first ON link_ruling (link_id) WHERE supersedes IS NULL",
    "CREATE INDEX link_ruling_link ON link_ruling (link_id)",
]

CORRECTIONS = [
    """
    CREATE TABLE correction (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        movement_occurred_at timestamptz NOT NULL,
        kind text NOT NULL CHECK (kind IN ('missed', 'data', 'void')),
        changes jsonb NOT NULL DEFAULT '{}',
        reason text NOT NULL CHECK (reason <> ''),
        evidence text NOT NULL CHECK (evidence <> ''),
        officer text NOT NULL,
        crossing_point text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        recorded_at timestamptz NOT NULL,
        document_key text NOT NULL,
        person_keys text[] NOT NULL DEFAULT '{}',
        marks text[] NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX correction_movement ON correction (movement_id)",
    "CREATE INDEX correction_document ON correction (document_key)",
    "CREATE INDEX correction_person ON correction USING gin (person_keys)",
    "CREATE INDEX correction_mark ON correction USING gin (marks)",
    """
    CREATE TABLE rebuttal (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        movement_occurred_at timestamptz NOT NULL,
        finding_id uuid NOT NULL,
        rule text NOT NULL,
        claim bytea NOT NULL CHECK (octet_length(claim) = 32),
        ground text NOT NULL CHECK (ground <> ''),
        evidence text NOT NULL CHECK (evidence <> ''),
        officer text NOT NULL,
        crossing_point text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX rebuttal_movement ON rebuttal (movement_id)",
]

WAITING = [
    """
    CREATE TABLE waiting (
        movement_id uuid NOT NULL,
        due_at timestamptz NOT NULL,
        cause text NOT NULL,
        PRIMARY KEY (movement_id, due_at, cause)
    )
    """,
    "CREATE INDEX waiting_due ON waiting (due_at)",
    """
    CREATE TABLE list_purpose (
        list text PRIMARY KEY REFERENCES watchlist (name),
        purpose text NOT NULL CHECK (purpose IN ('lost_or_stolen', 'entry_ban')),
        set_by text NOT NULL,
        set_at timestamptz NOT NULL
    )
    """,
]

GRANTS = [
    "GRANT SELECT, INSERT ON person_link, link_ruling, correction, rebuttal, travel_group TO mabar_service",
    "GRANT SELECT, INSERT, DELETE ON waiting TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON list_purpose TO mabar_service",
]

COMMENTS = {
    "travel_group": "A company opened once, whose members are captured one by one. Append-only.",
    "person_link": "Two documents that may be one person''s, with what speaks for it. Append-only.",
    "link_ruling": "What an officer said of a link. Append-only: each names the one before it.",
    "correction": "What a recorded movement should have said, and on what evidence. Append-only.",
    "rebuttal": "What was shown against a finding. Append-only.",
    "waiting": "Movements to be judged again once a moment has come. Gone when that was done.",
    "list_purpose": "Lists whose entries are documents reported lost or stolen, or bans of entry.",
}


def upgrade() -> None:
    for statement in [*COMPANY, *LINKS, *CORRECTIONS, *WAITING, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

"""Protection apart from all else and sealed, with the directory of its partners; policies with their history."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

PROTECTION = [
    "CREATE TABLE protection_key (id text PRIMARY KEY, first_used_at timestamptz NOT NULL DEFAULT now())",
    """
    CREATE TABLE protection_case (
        movement_id uuid PRIMARY KEY,
        id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
        crossing_point text NOT NULL,
        opened_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX protection_case_opened ON protection_case (opened_at, movement_id)",
    """
    CREATE TABLE protection_record (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY,
        movement_id uuid NOT NULL REFERENCES protection_case (movement_id),
        recorded_at timestamptz NOT NULL,
        key_id text NOT NULL,
        nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
        sealed bytea NOT NULL
    )
    """,
    "CREATE INDEX protection_record_movement ON protection_record (movement_id, number)",
    """
    CREATE TABLE protection_partner (
        code text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
        name_en text NOT NULL CHECK (name_en <> ''),
        name_ar text NOT NULL CHECK (name_ar <> ''),
        name_ckb text NOT NULL CHECK (name_ckb <> ''),
        crossing_points text[] NOT NULL DEFAULT '{}'
            CHECK (crossing_points = '{*}' OR NOT '*' = ANY (crossing_points)),
        needs text[] NOT NULL DEFAULT '{}',
        contact text NOT NULL CHECK (contact <> ''),
        active boolean NOT NULL DEFAULT true,
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    "DELETE FROM finding WHERE severity = 'protection'",
    "ALTER TABLE finding ADD CONSTRAINT protection_is_kept_apart CHECK (severity <> 'protection')",
    # beside a CLEAR verdict it would say that protection is wanted
    "ALTER TABLE movement DROP COLUMN second_line",
]

GRANTS = [
    "GRANT SELECT, INSERT ON protection_key, protection_case, protection_record TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE ON protection_partner TO mabar_service",
]

COMMENTS = {
    "protection_key": "Fingerprints of the keys that ever sealed a record of protection; the keys are kept elsewhere.",
    "protection_case": "Movements that the protection desk knows of. Append-only.",
    "protection_record": "Findings, observations, releases and referrals, sealed each to its movement. Append-only.",
    "protection_partner": "Who takes referrals of protection, and from which crossing points.",
}


def upgrade() -> None:
    for statement in [*PROTECTION, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

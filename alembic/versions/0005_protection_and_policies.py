"""Protection apart from all else and sealed, with the directory of its partners; policies with
their history; stays, to ask who is inside."""

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
        movement_id uuid NOT NULL,
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

POLICIES = [
    """
    CREATE TABLE policy_change (
        id uuid PRIMARY KEY,
        version text NOT NULL REFERENCES policy (version),
        reason text NOT NULL CHECK (reason <> ''),
        proposed_by text NOT NULL,
        proposed_by_name text NOT NULL,
        proposed_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
        decided_by text,
        decided_by_name text,
        decided_at timestamptz,
        decision_reason text,
        in_force_from timestamptz,
        CONSTRAINT two_persons_activate CHECK (state <> 'approved' OR decided_by <> proposed_by),
        CONSTRAINT a_decision_has_its_maker
            CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT what_is_approved_begins CHECK ((state = 'approved') = (in_force_from IS NOT NULL)),
        CONSTRAINT the_past_keeps_its_policy CHECK (in_force_from > decided_at)
    )
    """,
    "CREATE INDEX policy_change_in_force ON policy_change (in_force_from) WHERE state = 'approved'",
    "CREATE TRIGGER policy_change_decided_once BEFORE UPDATE ON policy_change "
    "FOR EACH ROW EXECUTE FUNCTION decided_once()",
    "ALTER TABLE policy DROP COLUMN state, DROP COLUMN activated_by",
    "REVOKE UPDATE ON policy FROM mabar_service",
]

INSIDE = [
    """
    CREATE TABLE stay (
        entry_id uuid PRIMARY KEY,
        crossing_point text NOT NULL,
        entered_at timestamptz NOT NULL,
        until date,
        basis text NOT NULL,
        due_at timestamptz NOT NULL DEFAULT 'infinity',
        ended_at timestamptz NOT NULL DEFAULT 'infinity',
        CONSTRAINT what_is_due_has_its_day CHECK ((due_at = 'infinity') = (until IS NULL))
    )
    """,
    "CREATE INDEX stay_overdue ON stay (due_at, entry_id, ended_at) WHERE ended_at > due_at",
    "CREATE INDEX stay_ended ON stay (ended_at, entered_at) INCLUDE (crossing_point, basis, due_at)",
    "CREATE TABLE stay_end (movement_id uuid PRIMARY KEY, entry_id uuid NOT NULL, at timestamptz NOT NULL)",
    "CREATE INDEX stay_end_entry ON stay_end (entry_id, at)",
]

GRANTS = [
    "GRANT SELECT, INSERT, UPDATE, DELETE ON stay, stay_end TO mabar_service",
    "GRANT SELECT, INSERT ON policy_change TO mabar_service",
    "GRANT UPDATE (state, decided_by, decided_by_name, decided_at, decision_reason, in_force_from) ON policy_change "
    "TO mabar_service",
    "GRANT SELECT, INSERT ON protection_key, protection_case, protection_record TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE ON protection_partner TO mabar_service",
]

COMMENTS = {
    "policy": "The texts of rule policies by version, so that a finding can be explained years later. Append-only.",
    "policy_change": "What was proposed for the policy and who activated it from when: never the same person.",
    "stay": "Stays of foreigners, derived from movements as they are judged: whom to ask who is inside.",
    "stay_end": "Which stay a movement ended, derived as stays are.",
    "protection_key": "Fingerprints of the keys that ever sealed a record of protection; the keys are kept elsewhere.",
    "protection_case": "Movements that the protection desk knows of. Append-only.",
    "protection_record": "Findings, observations, releases and referrals, sealed each to its movement. Append-only.",
    "protection_partner": "Who takes referrals of protection, and from which crossing points.",
}


def upgrade() -> None:
    for statement in [*PROTECTION, *POLICIES, *INSIDE, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

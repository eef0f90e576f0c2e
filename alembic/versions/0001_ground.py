"""The ground: every table, its checks, its partitions and who may do what.

Written as SQL because it is about PostgreSQL: partitions, checks, privileges. There is no way back
from here: facts at a border are not unmade by a downgrade.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

REFERENCE = [
    """
    CREATE TABLE crossing_point (
        code text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('land', 'air', 'sea')),
        name_en text NOT NULL,
        name_ar text NOT NULL,
        name_ckb text NOT NULL,
        latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
        longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
        jurisdiction text NOT NULL,
        heard_until timestamptz
    )
    """,
    """
    CREATE TABLE policy (
        version text PRIMARY KEY,
        effective_from timestamptz NOT NULL,
        body text NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'shadow', 'active', 'retired')),
        activated_by text,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
]

ACCESS = [
    """
    CREATE TABLE account (
        id uuid PRIMARY KEY,
        username text NOT NULL UNIQUE,
        display_name text NOT NULL,
        password_hash text NOT NULL,
        roles text[] NOT NULL DEFAULT '{}',
        posts text[] NOT NULL DEFAULT '{}' CHECK (posts = '{*}' OR NOT '*' = ANY (posts)),
        active boolean NOT NULL DEFAULT true,
        demo boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE session (
        token_hash bytea PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES account (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX session_account ON session (account_id)",
    "CREATE INDEX session_expires ON session (expires_at)",
    """
    CREATE TABLE device_key (
        id uuid PRIMARY KEY,
        key_hash bytea NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('camera', 'workstation', 'monitor')),
        posts text[] NOT NULL DEFAULT '{}' CHECK (posts = '{*}' OR NOT '*' = ANY (posts)),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
    )
    """,
]

MOVEMENTS = [
    """
    CREATE TABLE reading (
        id uuid PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        crossing_point text,
        actor text NOT NULL,
        payload jsonb NOT NULL,
        image_digest bytea
    )
    """,
    "CREATE INDEX reading_created ON reading (created_at)",
    """
    CREATE TABLE inspection_key (
        id uuid PRIMARY KEY,
        request_hash bytea NOT NULL,
        occurred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE movement (
        occurred_at timestamptz NOT NULL,
        id uuid NOT NULL,
        crossing_point text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        direction text NOT NULL CHECK (direction IN ('entry', 'exit')),
        recorded_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        clock text NOT NULL CHECK (clock IN ('certain', 'uncertain')),
        source text NOT NULL CHECK (source IN ('live', 'paper', 'import')),
        document_key text NOT NULL,
        document_code text NOT NULL,
        issuing_state text NOT NULL,
        document_number text NOT NULL,
        date_of_expiry text,
        person_keys text[] NOT NULL DEFAULT '{}',
        primary_identifier text NOT NULL,
        secondary_identifier text NOT NULL,
        native_name text,
        father_name text,
        mother_name text,
        nationality text NOT NULL,
        date_of_birth text NOT NULL,
        sex text NOT NULL CHECK (sex IN ('M', 'F', 'X')),
        name_truncated boolean NOT NULL DEFAULT false,
        details jsonb NOT NULL DEFAULT '{}',
        reading_id uuid,
        verdict text NOT NULL CHECK (verdict IN ('CLEAR', 'REFER')),
        second_line boolean NOT NULL,
        rules text[] NOT NULL DEFAULT '{}',
        index_version text NOT NULL,
        policy_version text NOT NULL,
        officer text,
        device text,
        PRIMARY KEY (occurred_at, id)
    ) PARTITION BY RANGE (occurred_at)
    """,
    "CREATE INDEX movement_occurred ON movement USING brin (occurred_at)",
    "CREATE INDEX movement_post ON movement (crossing_point, occurred_at DESC, id)",
    "CREATE INDEX movement_document ON movement (document_key, occurred_at)",
    "CREATE INDEX movement_person ON movement USING gin (person_keys) WITH (fastupdate = off)",
    "CREATE INDEX movement_nationality ON movement (nationality, occurred_at)",
    "CREATE TABLE movement_default PARTITION OF movement DEFAULT",
    """
    CREATE TABLE finding (
        occurred_at timestamptz NOT NULL,
        id uuid NOT NULL,
        movement_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        rule text NOT NULL,
        rule_version integer NOT NULL,
        severity text NOT NULL CHECK (severity IN ('notice', 'irregular', 'alert', 'protection')),
        status text NOT NULL CHECK (status IN ('raised', 'withdrawn', 'shadow')),
        message text NOT NULL,
        params jsonb NOT NULL DEFAULT '{}',
        evidence text[] NOT NULL DEFAULT '{}',
        rebuttable_by text[] NOT NULL DEFAULT '{}',
        stale_posts text[] NOT NULL DEFAULT '{}',
        policy_version text NOT NULL,
        cause text,
        supersedes uuid,
        PRIMARY KEY (occurred_at, id),
        CONSTRAINT withdrawal_names_what_and_why
            CHECK (status <> 'withdrawn' OR (cause IS NOT NULL AND supersedes IS NOT NULL))
    ) PARTITION BY RANGE (occurred_at)
    """,
    "CREATE INDEX finding_movement ON finding (movement_id)",
    "CREATE INDEX finding_rule ON finding (rule, occurred_at)",
    "CREATE INDEX finding_doubt ON finding USING gin (stale_posts) WHERE stale_posts <> '{}'",
    "CREATE TABLE finding_default PARTITION OF finding DEFAULT",
    """
    CREATE TABLE decision (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        movement_occurred_at timestamptz NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('admitted', 'refused', 'referred')),
        reason_code text,
        officer text NOT NULL,
        note text,
        decided_at timestamptz NOT NULL,
        supersedes uuid UNIQUE REFERENCES decision (id) CHECK (supersedes <> id),
        CONSTRAINT refusal_has_a_reason CHECK (outcome <> 'refused' OR reason_code IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX decision_first ON decision (movement_id) WHERE supersedes IS NULL",
    "CREATE INDEX decision_movement ON decision (movement_id)",
    "CREATE INDEX decision_decided ON decision (decided_at)",
]

JOURNALS = [
    """
    CREATE TABLE post_counter (
        crossing_point text PRIMARY KEY,
        seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
        head bytea NOT NULL CHECK (octet_length(head) = 32)
    )
    """,
    """
    CREATE TABLE outbox (
        crossing_point text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        kind text NOT NULL,
        body jsonb NOT NULL,
        previous bytea NOT NULL CHECK (octet_length(previous) = 32),
        digest bytea NOT NULL CHECK (octet_length(digest) = 32),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (crossing_point, seq)
    )
    """,
    """
    CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL,
        actor_kind text NOT NULL CHECK (actor_kind IN ('account', 'device', 'service')),
        action text NOT NULL,
        purpose text,
        crossing_point text,
        subject text,
        details jsonb NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_actor ON audit (actor, at)",
    "CREATE INDEX audit_subject ON audit (subject)",
]

LISTS = [
    """
    CREATE TABLE watchlist (
        name text PRIMARY KEY,
        format text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        active boolean NOT NULL DEFAULT true
    )
    """,
    """
    CREATE TABLE list_version (
        list text NOT NULL REFERENCES watchlist (name),
        version integer NOT NULL CHECK (version > 0),
        digest bytea NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now(),
        imported_by text NOT NULL,
        counts jsonb NOT NULL DEFAULT '{}',
        report jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL CHECK (state IN ('current', 'superseded')),
        PRIMARY KEY (list, version)
    )
    """,
    "CREATE UNIQUE INDEX list_version_current ON list_version (list) WHERE state = 'current'",
    """
    CREATE TABLE list_entry (
        list text NOT NULL REFERENCES watchlist (name),
        entry_id text NOT NULL,
        first_version integer NOT NULL,
        last_version integer CHECK (last_version >= first_version),
        digest bytea NOT NULL,
        payload jsonb NOT NULL,
        PRIMARY KEY (list, entry_id, first_version)
    )
    """,
    "CREATE UNIQUE INDEX list_entry_current ON list_entry (list, entry_id) WHERE last_version IS NULL",
]

# The new partition is filled before it is attached: ATTACH locks the parent far less than CREATE … PARTITION OF,
# and rows that waited in the default partition would make either of them fail.
FUNCTIONS = [
    """
    CREATE FUNCTION ensure_partitions(from_month date, to_month date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    DECLARE
        parent text;
        part text;
        first_day timestamptz;
        next_month timestamptz;
        made integer := 0;
    BEGIN
        IF to_month > from_month + interval '50 years' THEN
            RAISE EXCEPTION 'partitions are made for at most 50 years at once';
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('mabar.ensure_partitions'));
        FOR first_day IN
            SELECT generate_series(date_trunc('month', from_month::timestamptz), to_month, interval '1 month')
        LOOP
            next_month := first_day + interval '1 month';
            FOREACH parent IN ARRAY ARRAY['movement', 'finding'] LOOP
                part := parent || to_char(first_day, '_YYYY_MM');
                CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
                EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', part, parent);
                EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', parent || '_default');
                EXECUTE format(
                    'WITH late AS (DELETE FROM public.%I WHERE occurred_at >= %L AND occurred_at < %L RETURNING *) '
                    'INSERT INTO public.%I SELECT * FROM late', parent || '_default', first_day, next_month, part);
                EXECUTE format(
                    'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, part, first_day, next_month);
                made := made + 1;
            END LOOP;
        END LOOP;
        RETURN made;
    END $$
    """,
    """
    CREATE FUNCTION default_partition_rows() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT (SELECT count(*) FROM public.movement_default) + (SELECT count(*) FROM public.finding_default)
    $$
    """,
]

# Privileges are asked of the partitioned table alone, so its partitions need none: nobody but their owner
# reaches one directly.
GRANTS = [
    "GRANT USAGE ON SCHEMA public TO mabar_service",
    "GRANT SELECT, INSERT ON movement, finding, decision, audit, outbox, inspection_key TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE ON crossing_point, policy, account, device_key, post_counter, watchlist, "
    "list_version, list_entry TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON session, reading TO mabar_service",
    "REVOKE ALL ON FUNCTION ensure_partitions(date, date), default_partition_rows() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION ensure_partitions(date, date), default_partition_rows() TO mabar_service",
]

COMMENTS = {
    "crossing_point": "Ports of entry; heard_until is the watermark of a post that reports through a relay.",
    "policy": "Rule policies by version, so that a finding can be explained years later.",
    "account": "Officers; posts holds crossing-point codes, * alone for all of them.",
    "session": "Officers signed in; a hash of the token only, so that reading this table lets nobody in.",
    "device_key": "Keys of cameras and other machines, hashed, bound to their posts.",
    "reading": "What was read from an image; the image itself is never kept.",
    "inspection_key": "Makes a movement id unique over all partitions, and a repeated request recognisable.",
    "movement": "One traveller, one document, one crossing. Append-only: a correction is a new fact.",
    "movement_default": "Movements of months without a partition. Watched: it should be empty.",
    "finding": "What a rule found about a movement. Append-only: a withdrawal is a row that names the one withdrawn.",
    "finding_default": "Findings of months without a partition. Watched: it should be empty.",
    "decision": "What an officer decided. Append-only: one first decision per movement, one successor per decision.",
    "post_counter": "The last number given at a crossing point, and the head of its hash chain.",
    "outbox": "What the centre is to hear, gapless and chained. Append-only.",
    "audit": "Who did or saw what, and for which purpose. Append-only.",
    "watchlist": "The lists that are screened against.",
    "list_version": "Each import of a list with its report; one version of a list is current.",
    "list_entry": "Entries over time: last_version is the last that held it, null while it is current.",
}


def upgrade() -> None:
    for statement in [*REFERENCE, *ACCESS, *MOVEMENTS, *JOURNALS, *LISTS, *FUNCTIONS, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

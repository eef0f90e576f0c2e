"""What is sealed month by month, what goes when its time is up, and what a traveller may ask for.

Erasing is for a role of its own: the service can add facts and place holds, and cannot erase; the eraser can erase, and
cannot add a fact, place or lift a hold. The chains stay whole: what is erased of them keeps its place and its hash.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

SEALED = [
    """
    CREATE TABLE data_key (
        id text PRIMARY KEY,
        guarded text NOT NULL CHECK (guarded IN ('protection', 'contact', 'contact_index', 'image')),
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        kek_id text NOT NULL,
        wrapped bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        destroyed_at timestamptz,
        UNIQUE (guarded, month),
        CONSTRAINT what_is_destroyed_is_gone CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
    )
    """,
    """
    CREATE TABLE contact (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        crossing_point text NOT NULL,
        token text NOT NULL,
        recorded_at timestamptz NOT NULL,
        key_id text NOT NULL,
        nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
        sealed bytea NOT NULL,
        UNIQUE (movement_id, token)
    )
    """,
    "CREATE INDEX contact_recorded ON contact (recorded_at)",
    """
    CREATE TABLE image (
        reading_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('zone', 'page')),
        crossing_point text NOT NULL,
        recorded_at timestamptz NOT NULL,
        media_type text NOT NULL,
        key_id text NOT NULL,
        nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
        sealed bytea NOT NULL,
        PRIMARY KEY (reading_id, kind)
    )
    """,
    "CREATE INDEX image_recorded ON image (recorded_at)",
    "DROP TABLE protection_key",  # which keys are needed is said by data_key
]

RETENTION = [
    """
    CREATE TABLE legal_hold (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        document_key text,
        crossing_point text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        legal_basis text NOT NULL CHECK (legal_basis <> ''),
        review_on date NOT NULL,
        placed_by text NOT NULL,
        placed_by_name text NOT NULL,
        placed_at timestamptz NOT NULL,
        ended_by text,
        ended_by_name text,
        ended_at timestamptz,
        end_reason text,
        CONSTRAINT two_persons_end CHECK (ended_by <> placed_by),
        CONSTRAINT an_end_has_its_maker CHECK ((ended_by IS NULL) = (ended_at IS NULL))
    )
    """,
    "CREATE INDEX legal_hold_movement ON legal_hold (movement_id)",
    "CREATE INDEX legal_hold_document ON legal_hold (document_key)",
    """
    CREATE TABLE erasure_notice (
        class text NOT NULL,
        month date NOT NULL,
        announced_at timestamptz NOT NULL,
        erase_from timestamptz NOT NULL CHECK (erase_from >= announced_at),
        records bigint NOT NULL CHECK (records > 0),
        policy_version text NOT NULL,
        PRIMARY KEY (class, month)
    )
    """,
    """
    CREATE TABLE erasure (
        id uuid PRIMARY KEY,
        class text NOT NULL,
        month date NOT NULL,
        cutoff timestamptz NOT NULL,
        policy_version text NOT NULL,
        erased_at timestamptz NOT NULL,
        erased jsonb NOT NULL,
        kept jsonb NOT NULL,
        keys text[] NOT NULL,
        digest bytea NOT NULL CHECK (octet_length(digest) = 32)
    )
    """,
    "CREATE INDEX erasure_erased ON erasure (erased_at)",
    "CREATE UNLOGGED TABLE going (id uuid, number bigint, at timestamptz NOT NULL)",
    "ALTER TABLE outbox ADD COLUMN erased_at timestamptz",
    "ALTER TABLE outbox ADD CONSTRAINT what_is_erased_is_empty CHECK (erased_at IS NULL OR body = '{}')",
    "ALTER TABLE audit_link ADD COLUMN erased_at timestamptz",
    # The fact that an outbox row tells of, by its id; a movement is found by its number.
    """
    CREATE FUNCTION outbox_about(kind text, body jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE kind WHEN 'revision' THEN body ->> 'movement_id' WHEN 'link' THEN body -> 'ruling' ->> 'id'
            ELSE body -> kind ->> 'id' END
    $$
    """,
    "CREATE INDEX outbox_about ON outbox (outbox_about(kind, body)) WHERE kind <> 'movement'",
    """
    CREATE FUNCTION drop_spent_partitions(before date) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
    SET lock_timeout = '2s' AS $$
    DECLARE
        part text;
        used boolean;
        dropped text[] := '{}';
    BEGIN
        FOR part IN
            SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
            WHERE inhparent IN ('public.movement'::regclass, 'public.finding'::regclass)
                AND c.relname ~ '_\\d{4}_\\d\\d$' AND to_date(right(c.relname, 7), 'YYYY_MM') < before
            ORDER BY c.relname
        LOOP
            EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', part);
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part) INTO used;
            CONTINUE WHEN used;
            EXECUTE format('DROP TABLE public.%I', part);
            dropped := dropped || part;
        END LOOP;
        RETURN dropped;
    END $$
    """,
]

RIGHTS = [
    """
    CREATE TABLE restriction (
        id uuid PRIMARY KEY,
        movement_id uuid NOT NULL,
        document_key text NOT NULL,
        crossing_point text NOT NULL,
        ground text NOT NULL CHECK (ground IN ('accuracy_contested', 'unlawful', 'needed_for_claims', 'objection')),
        reason text NOT NULL CHECK (reason <> ''),
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz,
        end_reason text,
        CONSTRAINT an_end_has_its_maker CHECK ((ended_by IS NULL) = (ended_at IS NULL))
    )
    """,
    "CREATE INDEX restriction_document ON restriction (document_key)",
    """
    CREATE TABLE rights_request (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('access', 'rectification', 'restriction')),
        movement_id uuid NOT NULL,
        document_key text NOT NULL,
        crossing_point text NOT NULL,
        recipient text NOT NULL CHECK (recipient IN ('traveller', 'representative', 'authority')),
        identity_shown text NOT NULL CHECK (identity_shown <> ''),
        received_by text NOT NULL,
        received_at timestamptz NOT NULL,
        answered_at timestamptz,
        answer text
    )
    """,
    "CREATE INDEX rights_request_received ON rights_request (received_at)",
    "CREATE INDEX rights_request_document ON rights_request (document_key)",
    """
    CREATE TABLE rights_ruling (
        request_id uuid PRIMARY KEY REFERENCES rights_request (id),
        decided_at timestamptz NOT NULL,
        key_id text NOT NULL,
        nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
        sealed bytea NOT NULL
    )
    """,
]

_ERASABLE = (
    "movement, finding, decision, correction, rebuttal, waiting, stay, stay_end, inspection_key, person_link, "
    "link_ruling, travel_group, hit, hit_case, adjudication, clearance, clearance_ending, reading, image, contact, "
    "broken_glass, protection_record, protection_case, restriction, rights_request, rights_ruling, audit, "
    "erasure_notice"
)
GRANTS = [
    "GRANT SELECT, INSERT ON data_key, contact, image, legal_hold, restriction, rights_request, rights_ruling "
    "TO mabar_service",
    "GRANT SELECT ON erasure, erasure_notice TO mabar_service",
    "GRANT UPDATE (ended_by, ended_by_name, ended_at, end_reason) ON legal_hold TO mabar_service",
    "GRANT UPDATE (ended_by, ended_at, end_reason) ON restriction TO mabar_service",
    "GRANT UPDATE (answered_at, answer) ON rights_request TO mabar_service",
    "REVOKE ALL ON FUNCTION drop_spent_partitions(date) FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO mabar_eraser",
    f"GRANT SELECT, DELETE ON {_ERASABLE} TO mabar_eraser",
    "GRANT SELECT ON legal_hold, outbox, audit_link, audit_chain, data_key, erasure TO mabar_eraser",
    "GRANT SELECT, INSERT, DELETE ON going TO mabar_eraser",
    "GRANT INSERT ON audit, erasure, erasure_notice TO mabar_eraser",
    "GRANT UPDATE (body, erased_at) ON outbox TO mabar_eraser",
    "GRANT UPDATE (erased_at) ON audit_link TO mabar_eraser",
    "GRANT UPDATE (kek_id, wrapped, destroyed_at) ON data_key TO mabar_eraser",
    "GRANT EXECUTE ON FUNCTION drop_spent_partitions(date) TO mabar_eraser",
]

TRAVELLERS = "(SELECT sees('border_control', 'second_line', 'protection', 'supervision', 'redress'))"
HERE = "((SELECT every_post()) OR crossing_point = ANY ((SELECT own_posts())::text[]))"
DESK = {
    "contact": f"{TRAVELLERS} AND {HERE}",
    "image": f"{TRAVELLERS} AND {HERE}",
    "legal_hold": f"(SELECT sees('supervision', 'audit', 'redress')) AND {HERE}",
    "restriction": TRAVELLERS,  # whoever meets the traveller is to know, at any post
    "rights_request": f"(SELECT sees('redress', 'protection')) AND {HERE}",
    "rights_ruling": "(SELECT sees('protection'))",
}

# What is restricted is not counted from the log; what the roll-ups have counted before, they keep.
RESTRICTED = [
    """
    CREATE FUNCTION restricted_documents() RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT coalesce(array_agg(document_key), '{}') FROM public.restriction WHERE ended_at IS NULL
    $$
    """,
    "REVOKE ALL ON FUNCTION restricted_documents() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION restricted_documents() TO mabar_analyst",
    "CREATE POLICY restricted ON movement AS RESTRICTIVE FOR SELECT TO mabar_analyst "
    "USING (document_key <> ALL ((SELECT restricted_documents())::text[]))",
]

# What is due has to be seen to be erased; no partition is reached but through its parent.
ERASER = """
    DO $$
    DECLARE guarded regclass;
    BEGIN
        FOR guarded IN
            SELECT oid FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
                AND NOT relispartition
                AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = 'eraser')
        LOOP
            EXECUTE format('CREATE POLICY eraser ON %s TO mabar_eraser USING (true)', guarded);
        END LOOP;
    END $$
"""

COMMENTS = {
    "data_key": "The key of each class and month, wrapped by a key kept elsewhere; gone once it was destroyed.",
    "contact": "Phone numbers and addresses of travellers, sealed each to its movement.",
    "image": "What the agency keeps of pictures of documents, sealed.",
    "legal_hold": "What must not be erased, why, and by which law; ended by another than placed it.",
    "erasure_notice": "What will be erased from when: nothing is erased that was not announced.",
    "erasure": "What was erased: class, month, counts, keys destroyed and a digest. No personal data. Append-only.",
    "going": "What one erasure takes, while its transaction lasts; empty at all other times.",
    "restriction": "Documents whose data are not used for statistics and links, and why.",
    "rights_request": "What travellers asked for, to whom it was answered, and when.",
    "rights_ruling": "What the protection desk decided on a request, sealed.",
}


def upgrade() -> None:
    for statement in [*SEALED, *RETENTION, *RIGHTS, *GRANTS]:
        op.execute(statement)
    for table, desk in DESK.items():
        op.execute(f"SELECT confine('{table}', $desk${desk}$desk$)")
    for statement in [*RESTRICTED, ERASER]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

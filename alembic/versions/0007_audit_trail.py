"""What nobody can alter unseen: every event of the trail is chained as it commits, and sealed in a tree.

The database chains, so that a row is chained whoever wrote it; the service may read the chain and not write it.
Chaining waits for the end of the transaction: the lock on a chain's head is held for the commit alone.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

CHANGES = [
    """
    CREATE TABLE audit_chain (
        chain text PRIMARY KEY,
        size bigint NOT NULL CHECK (size > 0),
        head bytea NOT NULL CHECK (octet_length(head) = 32)
    )
    """,
    """
    CREATE TABLE audit_link (
        chain text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        event_id bigint NOT NULL UNIQUE,
        leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
        head bytea NOT NULL CHECK (octet_length(head) = 32),
        PRIMARY KEY (chain, seq)
    )
    """,
    """
    CREATE TABLE audit_node (
        chain text NOT NULL,
        height smallint NOT NULL CHECK (height IN (8, 16, 24)),
        place bigint NOT NULL CHECK (place >= 0),
        hash bytea NOT NULL CHECK (octet_length(hash) = 32),
        PRIMARY KEY (chain, height, place)
    )
    """,
    """
    CREATE TABLE audit_checkpoint (
        chain text NOT NULL,
        size bigint NOT NULL CHECK (size > 0),
        at timestamptz NOT NULL,
        note text NOT NULL,
        PRIMARY KEY (chain, size)
    )
    """,
    # The bytes that are hashed. jsonb writes its keys in one order and its text in one way.
    """
    CREATE FUNCTION audit_event(event public.audit) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
        SELECT jsonb_build_object(
            'id', event.id, 'at', to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'actor', event.actor, 'actor_kind', event.actor_kind, 'action', event.action, 'purpose', event.purpose,
            'crossing_point', event.crossing_point, 'subject', event.subject, 'details', event.details)::text
    $$
    """,
    r"""
    CREATE FUNCTION audit_append(event public.audit) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        name text := coalesce(event.crossing_point, '-');
        leaf bytea := sha256('\x00'::bytea || convert_to(public.audit_event(event), 'UTF8'));
        place bigint;
        now_head bytea;
    BEGIN
        INSERT INTO public.audit_chain AS known (chain, size, head)
        VALUES (name, 1, sha256(decode(repeat('00', 32), 'hex') || leaf))
        ON CONFLICT (chain) DO UPDATE SET size = known.size + 1, head = sha256(known.head || leaf)
        RETURNING size, head INTO place, now_head;
        INSERT INTO public.audit_link (chain, seq, event_id, leaf, head) VALUES (name, place, event.id, leaf, now_head);
    END $$
    """,
    """
    CREATE FUNCTION audit_chained() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM public.audit_append(NEW);
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER audit_chained AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION audit_chained()
    """,
    "SELECT audit_append(audit) FROM audit ORDER BY id",  # what was recorded before there was a chain
    "REVOKE ALL ON FUNCTION audit_append(audit), audit_chained() FROM PUBLIC",
    "GRANT SELECT ON audit_chain, audit_link TO mabar_service",
    "GRANT SELECT, INSERT ON audit_node, audit_checkpoint TO mabar_service",
    "COMMENT ON TABLE audit_chain IS 'The head of each chain of the trail: one a crossing point, - for all else.'",
    "COMMENT ON TABLE audit_link IS 'Where each event stands in its chain. Written by the database alone.'",
    "COMMENT ON TABLE audit_node IS 'Complete subtrees of the tree over a chain, every eighth height. Append-only.'",
    "COMMENT ON TABLE audit_checkpoint IS 'Signed roots of the tree over a chain. Append-only.'",
]


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)

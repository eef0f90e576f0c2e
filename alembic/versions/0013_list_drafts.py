"""List files that wait for a second person: what each would change, kept apart until another puts it into force."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

LISTS = "(SELECT sees('second_line', 'watchlist', 'redress'))"

CHANGES = [
    """
    CREATE TABLE list_draft (
        id uuid PRIMARY KEY,
        list text NOT NULL,
        format text NOT NULL,
        base_version integer NOT NULL CHECK (base_version >= 0),
        digest bytea NOT NULL CHECK (length(digest) = 32),
        counts jsonb NOT NULL,
        skipped jsonb NOT NULL,
        proposed_by text NOT NULL,
        proposed_by_name text NOT NULL,
        proposed_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
        version integer,
        decided_by text,
        decided_by_name text,
        decided_at timestamptz,
        decision_reason text,
        CONSTRAINT two_persons_activate CHECK (state <> 'approved' OR decided_by <> proposed_by),
        CONSTRAINT a_decision_has_its_maker CHECK ((state = 'proposed') = (decided_by IS NULL)),
        CONSTRAINT approved_as_a_version CHECK ((state = 'approved') = (version IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX list_draft_open ON list_draft (list) WHERE state = 'proposed'",
    "CREATE TRIGGER list_draft_decided_once BEFORE UPDATE ON list_draft FOR EACH ROW EXECUTE FUNCTION decided_once()",
    """
    CREATE TABLE list_draft_entry (
        draft uuid NOT NULL REFERENCES list_draft (id) DEFERRABLE INITIALLY DEFERRED,
        entry_id text NOT NULL,
        effect text NOT NULL CHECK (effect IN ('added', 'changed', 'removed')),
        digest bytea,
        payload jsonb,
        PRIMARY KEY (draft, entry_id),
        CONSTRAINT an_entry_says_whom CHECK ((effect = 'removed') = (payload IS NULL)),
        CONSTRAINT an_entry_has_its_digest CHECK ((payload IS NULL) = (digest IS NULL))
    )
    """,
    "CREATE INDEX list_draft_entry_effect ON list_draft_entry (draft, effect, entry_id)",
    "GRANT SELECT, INSERT ON list_draft, list_draft_entry TO mabar_service, mabar_judge",
    "GRANT UPDATE (state, version, decided_by, decided_by_name, decided_at, decision_reason) ON list_draft "
    "TO mabar_service, mabar_judge",
    "GRANT DELETE ON list_draft_entry TO mabar_judge",  # once decided, what stands is in list_entry, or nowhere
    f"SELECT confine('list_draft', $desk${LISTS} OR (SELECT sees('audit'))$desk$)",
    f"SELECT confine('list_draft_entry', $desk${LISTS}$desk$)",
]
COMMENTS = {
    "list_draft": "List files handed in by one person, and what another decided on each.",
    "list_draft_entry": "What a list file that waits adds, changes and strikes; gone once it is decided on.",
}


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

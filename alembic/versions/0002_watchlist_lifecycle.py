"""The life of watchlists: who answers for an entry, who was cleared of it, what became of each hit.

What a person said once is never changed here: changes, clearances, their endings and adjudications are only added.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

CHANGES = [
    """
    CREATE TABLE list_change (
        id uuid PRIMARY KEY,
        list text NOT NULL REFERENCES watchlist (name),
        entry_id text NOT NULL DEFAULT '',
        revision integer NOT NULL CHECK (revision > 0),
        action text NOT NULL CHECK (action IN ('create', 'amend', 'withdraw')),
        owner text NOT NULL CHECK (owner <> ''),
        legal_basis text NOT NULL CHECK (legal_basis <> ''),
        instruction text NOT NULL CHECK (instruction <> ''),
        expires_on date,
        review_on date NOT NULL,
        minimum_identifiers boolean NOT NULL DEFAULT true,
        payload jsonb,
        reason text NOT NULL CHECK (reason <> ''),
        proposed_by text NOT NULL,
        proposed_by_name text NOT NULL,
        proposed_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
        decided_by text,
        decided_by_name text,
        decided_at timestamptz,
        decision_reason text,
        UNIQUE (list, entry_id, revision),
        CONSTRAINT two_persons_activate CHECK (state <> 'approved' OR decided_by <> proposed_by),
        CONSTRAINT a_decision_has_its_maker CHECK ((state = 'proposed') = (decided_by IS NULL)),
        CONSTRAINT an_entry_says_whom CHECK (entry_id = '' OR action = 'withdraw' OR payload IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX list_change_open ON list_change (list, entry_id) WHERE state = 'proposed'",
    "CREATE INDEX list_change_decided ON list_change (decided_at) WHERE state = 'approved'",
    """
    CREATE FUNCTION decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state <> 'proposed' THEN
            RAISE EXCEPTION 'a change that was decided on stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER list_change_decided_once BEFORE UPDATE ON list_change FOR EACH ROW EXECUTE FUNCTION decided_once()",
    """
    CREATE TABLE entry_alias (
        list text NOT NULL REFERENCES watchlist (name),
        old_id text NOT NULL,
        new_id text NOT NULL CHECK (new_id <> old_id),
        since timestamptz NOT NULL,
        said_by text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (list, old_id)
    )
    """,
    "CREATE INDEX entry_alias_new ON entry_alias (list, new_id)",
]

HITS = [
    """
    CREATE TABLE hit_case (
        id uuid PRIMARY KEY,
        opened_at timestamptz NOT NULL,
        movement_id uuid NOT NULL,
        document_key text NOT NULL,
        person_keys text[] NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX hit_case_document ON hit_case (document_key)",
    "CREATE INDEX hit_case_person ON hit_case USING gin (person_keys)",
    """
    CREATE TABLE hit (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES hit_case (id),
        list text NOT NULL,
        entry_id text NOT NULL,
        rule text NOT NULL CHECK (rule IN ('W1', 'W2')),
        score double precision NOT NULL,
        movement_id uuid NOT NULL,
        movement_occurred_at timestamptz NOT NULL,
        crossing_point text NOT NULL,
        raised_at timestamptz NOT NULL,
        cause text,
        UNIQUE (movement_id, list, entry_id)
    )
    """,
    "CREATE INDEX hit_of_case ON hit (case_id)",
    "CREATE INDEX hit_entry ON hit (list, entry_id)",
    "CREATE INDEX hit_raised ON hit (raised_at)",
    """
    CREATE TABLE adjudication (
        id uuid PRIMARY KEY,
        hit_id uuid NOT NULL REFERENCES hit (id),
        outcome text NOT NULL CHECK (outcome IN ('confirmed', 'cleared', 'undecided')),
        reason_code text NOT NULL CHECK (reason_code <> ''),
        note text,
        officer text NOT NULL,
        decided_at timestamptz NOT NULL,
        supersedes uuid UNIQUE REFERENCES adjudication (id) CHECK (supersedes <> id)
    )
    """,
    "CREATE UNIQUE INDEX adjudication_first ON adjudication (hit_id) WHERE supersedes IS NULL",
    "CREATE INDEX adjudication_hit ON adjudication (hit_id)",
]

CLEARANCES = [
    """
    CREATE TABLE clearance (
        id uuid PRIMARY KEY,
        list text NOT NULL REFERENCES watchlist (name),
        entry_id text NOT NULL,
        traveller jsonb NOT NULL,
        document_key text NOT NULL,
        person_keys text[] NOT NULL DEFAULT '{}',
        identifiers jsonb NOT NULL,
        reason_code text NOT NULL CHECK (reason_code <> ''),
        note text,
        cleared_by text NOT NULL,
        cleared_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL CHECK (expires_at > cleared_at),
        redress_number text,
        hit_id uuid REFERENCES hit (id)
    )
    """,
    "CREATE INDEX clearance_entry ON clearance (list, entry_id)",
    "CREATE INDEX clearance_document ON clearance (document_key)",
    "CREATE INDEX clearance_person ON clearance USING gin (person_keys)",
    "CREATE INDEX clearance_redress ON clearance (redress_number) WHERE redress_number IS NOT NULL",
    """
    CREATE TABLE clearance_ending (
        clearance_id uuid PRIMARY KEY REFERENCES clearance (id),
        cause text NOT NULL CHECK (cause IN ('revoked', 'lapsed')),
        ended_at timestamptz NOT NULL,
        ended_by text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        changes jsonb NOT NULL DEFAULT '{}',
        CONSTRAINT a_lapse_says_what_changed CHECK (cause <> 'lapsed' OR changes <> '{}')
    )
    """,
]

CHORES = [
    """
    CREATE TABLE list_source (
        list text PRIMARY KEY,
        location text NOT NULL,
        state text NOT NULL DEFAULT 'new'
            CHECK (state IN ('new', 'trying', 'unchanged', 'imported', 'waiting', 'failed')),
        last_tried_at timestamptz,
        last_changed_at timestamptz,
        last_error text,
        etag text,
        last_modified text,
        digest bytea,
        waiting text
    )
    """,
    """
    CREATE TABLE rescreening (
        list text NOT NULL REFERENCES watchlist (name),
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        entries integer NOT NULL CHECK (entries > 0),
        whole boolean NOT NULL DEFAULT false,
        since timestamptz,
        phase text NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'inside', 'recent', 'done')),
        cursor_at timestamptz,
        cursor_id uuid,
        total bigint,
        examined bigint NOT NULL DEFAULT 0,
        raised bigint NOT NULL DEFAULT 0,
        finished_at timestamptz,
        PRIMARY KEY (list, version),
        CONSTRAINT done_says_when CHECK ((phase = 'done') = (finished_at IS NOT NULL))
    )
    """,
    "CREATE INDEX rescreening_open ON rescreening (created_at) WHERE phase <> 'done'",
]

GRANTS = [
    "GRANT SELECT, INSERT ON list_change, entry_alias, hit_case, hit, adjudication, clearance, clearance_ending "
    "TO mabar_service",
    "GRANT UPDATE (state, decided_by, decided_by_name, decided_at, decision_reason) ON list_change TO mabar_service",
    "GRANT SELECT, INSERT, UPDATE ON list_source, rescreening TO mabar_service",
]

COMMENTS = {
    "list_change": "What was proposed for a list or an entry and who decided on it; approved by another than proposed.",
    "entry_alias": "Entries that live on under another id, so that clearances follow them. Append-only.",
    "hit_case": "One traveller whose hits second line looks at together; the traveller stands in the movement.",
    "hit": "A listed document or person met by a traveller, for second line to adjudicate. Append-only.",
    "adjudication": "What second line said of a hit. Append-only: a change of mind names what it replaces.",
    "clearance": "A traveller who is not the one that an entry means. Append-only.",
    "clearance_ending": "Why a clearance no longer holds: revoked by a person, or lapsed with the entry. Append-only.",
    "list_source": "What became of the last attempt to fetch each list that is fetched by itself.",
    "rescreening": "Changed entries run against what was recorded: how far, and what it raised.",
}


def upgrade() -> None:
    for statement in [*CHANGES, *HITS, *CLEARANCES, *CHORES, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

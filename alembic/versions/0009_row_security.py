"""Row security, the second wall: nobody's data are seen but by who acts, for a purpose, at posts that are theirs.

`service.confinement` says at the beginning of each transaction who acts. Three roles share the work of one service:
`mabar_service` looks, confined to posts and purpose; `mabar_judge` writes facts and reads the history of all posts,
by policies that are constant, so that its plans are those without row security; `mabar_analyst` counts, and has no
right to a column that names anybody. Where nobody acts there is nothing to see, for the owner neither.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

TRAVELLERS = "(SELECT sees('border_control', 'second_line', 'protection', 'supervision', 'redress'))"
LISTS = "(SELECT sees('second_line', 'watchlist', 'redress'))"
HERE = "((SELECT every_post()) OR crossing_point = ANY ((SELECT own_posts())::text[]))"
ITS_MOVEMENT = "EXISTS (SELECT FROM movement AS its WHERE its.occurred_at = {0}.{1} AND its.id = {0}.movement_id)"

# What the desk sees of each table. What is not named here a desk never sees.
DESK = {
    "movement": f"{TRAVELLERS} AND ({HERE} OR id = ANY ((SELECT opened_records())::uuid[]))",
    "finding": ITS_MOVEMENT.format("finding", "occurred_at"),
    "decision": ITS_MOVEMENT.format("decision", "movement_occurred_at"),
    "correction": ITS_MOVEMENT.format("correction", "movement_occurred_at"),
    "rebuttal": ITS_MOVEMENT.format("rebuttal", "movement_occurred_at"),
    "reading": None,
    "outbox": None,
    "stay": f"(SELECT sees('border_control', 'second_line', 'supervision')) AND {HERE}",
    "stay_end": None,
    "travel_group": f"{TRAVELLERS} AND {HERE}",
    "person_link": "(SELECT sees('second_line', 'redress')) AND ((SELECT every_post()) OR "
    "EXISTS (SELECT FROM movement WHERE document_key IN (one, other)))",
    "link_ruling": "EXISTS (SELECT FROM person_link AS its WHERE its.id = link_id)",
    "hit": f"(SELECT sees('second_line', 'redress')) AND {HERE}",
    "hit_case": "EXISTS (SELECT FROM hit AS its WHERE its.case_id = hit_case.id)",
    "adjudication": "EXISTS (SELECT FROM hit AS its WHERE its.id = hit_id)",
    "clearance": LISTS,
    "clearance_ending": LISTS,
    "list_entry": LISTS,
    # Who audits lists sees what was decided of them, and nobody who stands on them.
    "list_change": f"{LISTS} OR (SELECT sees('audit')) AND payload IS NULL",
    "protection_case": f"(SELECT sees('protection')) AND {HERE}",
    "protection_record": "(SELECT sees('protection')) AND "
    "EXISTS (SELECT FROM protection_case AS its WHERE its.movement_id = protection_record.movement_id)",
    "audit": f"(SELECT sees('audit')) AND {HERE}",
    "broken_glass": "officer = (SELECT current_setting('mabar.actor', true))",
    "notice": "(SELECT sees('supervision', 'audit')) AND "
    "((SELECT every_post()) OR crossing_points && (SELECT own_posts())::text[])",
}

# What an analyst's counting needs: no name, no number, no date of birth; by whom a post was passed is not told.
ANALYST = {
    "movement": "occurred_at, id, crossing_point, seq, direction, recorded_at, received_at, clock, source, "
    "document_code, issuing_state, nationality, sex, verdict, rules, index_version, policy_version",
    "finding": "occurred_at, id, movement_id, recorded_at, rule, rule_version, severity, status, policy_version, "
    "evidence, supersedes",
    "decision": "id, movement_id, movement_occurred_at, outcome, reason_code, decided_at, supersedes",
    "stay": "crossing_point, entered_at, until, basis, due_at, ended_at",
    "hit": "id, list, entry_id, rule, score, movement_id, movement_occurred_at, crossing_point, raised_at",
    "adjudication": "id, hit_id, outcome, reason_code, decided_at, supersedes",
}
COUNTED = {
    "movement": HERE,
    "finding": DESK["finding"],
    "decision": DESK["decision"],
    "stay": HERE,
    "hit": HERE,
    "adjudication": DESK["adjudication"],
}

TABLES = [
    """
    CREATE TABLE broken_glass (
        id uuid PRIMARY KEY,
        officer text NOT NULL,
        officer_name text NOT NULL,
        movement_id uuid NOT NULL,
        crossing_point text NOT NULL,
        reason_code text NOT NULL CHECK (reason_code <> ''),
        reason text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
        opened_at timestamptz NOT NULL,
        until timestamptz NOT NULL,
        CONSTRAINT for_a_short_time CHECK (until > opened_at AND until <= opened_at + interval '1 hour')
    )
    """,
    "CREATE INDEX broken_glass_officer ON broken_glass (officer, until)",
    """
    CREATE TABLE notice (
        id uuid PRIMARY KEY,
        kind text NOT NULL
            CHECK (kind IN ('break_glass', 'volume', 'hour', 'own_name', 'searches', 'watched', 'crowd')),
        officer text NOT NULL,
        officer_name text NOT NULL,
        crossing_points text[] NOT NULL,
        since timestamptz NOT NULL,
        raised_at timestamptz NOT NULL,
        details jsonb NOT NULL DEFAULT '{}',
        reviewed_by text,
        reviewed_by_name text,
        reviewed_at timestamptz,
        outcome text CHECK (outcome IN ('justified', 'unjustified', 'false_alarm')),
        note text CHECK (length(note) <= 500),
        UNIQUE (kind, officer, since),
        CONSTRAINT nobody_reviews_himself CHECK (reviewed_by <> officer),
        CONSTRAINT a_review_has_its_maker
            CHECK ((outcome IS NULL) = (reviewed_by IS NULL) AND (outcome IS NULL) = (reviewed_at IS NULL))
    )
    """,
    "CREATE INDEX notice_raised ON notice (raised_at)",
    "GRANT SELECT, INSERT ON broken_glass, notice TO mabar_service",
    "GRANT UPDATE (reviewed_by, reviewed_by_name, reviewed_at, outcome, note) ON notice TO mabar_service",
    "COMMENT ON TABLE broken_glass IS 'Records that an officer opened without the right, why, and until when. "
    "Append-only.'",
    "COMMENT ON TABLE notice IS 'What supervisors are told of consultations, and what came of their review.'",
]

FUNCTIONS = [
    """
    CREATE FUNCTION sees(VARIADIC purposes text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(current_setting('mabar.purpose', true) = ANY (purposes), false)
    $$
    """,
    """
    CREATE FUNCTION every_post() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(current_setting('mabar.posts', true) = '*', false)
    $$
    """,
    """
    CREATE FUNCTION own_posts() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT string_to_array(coalesce(current_setting('mabar.posts', true), ''), ',')
    $$
    """,
    """
    CREATE FUNCTION opened_records() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(movement_id), '{}') FROM public.broken_glass
        WHERE officer = current_setting('mabar.actor', true) AND until > now()
    $$
    """,
    # The owner sees through its own functions, which the service may call, and when it says that it maintains
    # (migrations and backups do); by a mere connection it sees nothing.
    """
    CREATE FUNCTION upkeep() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT current_user NOT IN ('mabar_service', 'mabar_judge', 'mabar_analyst', 'mabar_eraser')
           AND (session_user <> current_user OR current_setting('role') <> 'none'
                OR coalesce(current_setting('mabar.purpose', true) = 'maintenance', false))
    $$
    """,
    # Every table with personal data goes through this, those of later migrations too. `desk` is what a desk sees,
    # null for nothing.
    """
    CREATE FUNCTION confine(tab text, desk text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY upkeep ON public.%I USING ((SELECT public.upkeep()))', tab);
        EXECUTE format('CREATE POLICY judge ON public.%I TO mabar_judge USING (true)', tab);
        IF desk IS NOT NULL THEN
            EXECUTE format('CREATE POLICY desk ON public.%I FOR SELECT TO mabar_service USING (%s)', tab, desk);
        END IF;
    END $$
    """,
    "REVOKE ALL ON FUNCTION confine(text, text) FROM PUBLIC",
]

# As in 0001, and a partition is closed to all but its parent.
PARTITIONS = [
    """
    CREATE FUNCTION close_partition(part regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
        EXECUTE format('CREATE POLICY upkeep ON %s USING ((SELECT public.upkeep()))', part);
    END $$
    """,
    "REVOKE ALL ON FUNCTION close_partition(regclass) FROM PUBLIC",
    """
    SELECT close_partition(inhrelid::regclass) FROM pg_inherits
    WHERE inhparent IN ('movement'::regclass, 'finding'::regclass)
    """,
    """
    CREATE OR REPLACE FUNCTION ensure_partitions(from_month date, to_month date) RETURNS integer
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
                PERFORM public.close_partition(format('public.%I', part)::regclass);
                made := made + 1;
            END LOOP;
        END LOOP;
        RETURN made;
    END $$
    """,
]

ROLES = [
    "GRANT USAGE ON SCHEMA public TO mabar_analyst",
    "GRANT SELECT ON crossing_point, waiting TO mabar_analyst",
    "GRANT INSERT ON audit TO mabar_analyst",
    # Every deed leaves its row, whoever acts, and nobody reads it back.
    "CREATE POLICY trace ON audit FOR INSERT TO mabar_service, mabar_analyst WITH CHECK (true)",
]


def upgrade() -> None:
    for statement in [*TABLES, *FUNCTIONS]:
        op.execute(statement)
    for table, desk in DESK.items():
        op.execute(f"SELECT confine('{table}', {_quoted(desk)})")
    for statement in [*PARTITIONS, *ROLES]:
        op.execute(statement)
    for table, columns in ANALYST.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO mabar_analyst")
        op.execute(f"CREATE POLICY analyst ON {table} FOR SELECT TO mabar_analyst USING ({COUNTED[table]})")


def _quoted(condition: str | None) -> str:
    return f"$desk${condition}$desk$" if condition else "NULL"

"""The centre's figures: narrow roll-ups fed by the database itself, so that no code path can forget one.

What a movement counts for is said once, in `statistics_of`. Whatever is said of a movement adds a row for each figure
that it changes, in the transaction that says it: what the movement counts for now, less what it counted for before.
The rows are folded into the roll-ups behind the scenes; a reader adds up both. What is erased stays counted.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

FIGURES = {
    "movements": "Movements by hour, post, direction and verdict.",
    "travellers": "Movements by day, post, direction, nationality, age band and verdict.",
    "documents": "Movements by day, post, direction, issuing state, kind of document and verdict.",
    "outcomes": "Movements by day, post, direction, outcome of the last decision, reason of a refusal and nationality.",
    "times": "Waits by day, post, direction, stage and length, in steps of a tenth of a decade.",
    "findings": "Movements on which a rule found something, by day, post, direction, rule, its state, nationality.",
    "hits": "Hits by day, post, direction, list and what was said of them.",
    "inside": "Stays of foreigners that began, ended, or ran over, by day, post of entry and right.",
}

FED = ("movement", "finding", "decision", "correction", "rebuttal", "hit", "adjudication")

TABLES = [
    """
    CREATE TABLE statistic (
        figure text NOT NULL,
        at timestamptz NOT NULL,
        crossing_point text NOT NULL,
        direction text NOT NULL,
        one text NOT NULL,
        two text NOT NULL,
        three text NOT NULL,
        n bigint NOT NULL,
        PRIMARY KEY (figure, at, crossing_point, direction, one, two, three)
    ) PARTITION BY LIST (figure)
    """,
    *(f"CREATE TABLE statistic_{figure} PARTITION OF statistic FOR VALUES IN ('{figure}')" for figure in FIGURES),
    """
    CREATE TABLE statistic_delta (
        figure text NOT NULL,
        at timestamptz NOT NULL,
        crossing_point text NOT NULL,
        direction text NOT NULL,
        one text NOT NULL,
        two text NOT NULL,
        three text NOT NULL,
        n bigint NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)
    """,
    "CREATE VIEW statistic_now AS SELECT * FROM statistic UNION ALL SELECT * FROM statistic_delta",
    """
    CREATE TABLE statistic_basis (
        utc_offset interval NOT NULL,
        kept_before timestamptz NOT NULL DEFAULT '-infinity'
    )
    """,
    "INSERT INTO statistic_basis (utc_offset) VALUES ('3 hours')",
    "CREATE UNIQUE INDEX statistic_basis_single ON statistic_basis ((true))",
    "CREATE TABLE pseudonym_key (month date PRIMARY KEY, key bytea NOT NULL CHECK (octet_length(key) = 32))",
]

# What each movement counts for; `ignored` are rows to look past. Waits are told by the clock of a desk that saw the
# traveller: what was keyed later says nothing of them. OFFSET keeps the planner of PostgreSQL 18 from an error.
_COUNTS_FOR = """
SELECT s.figure, s.at, c.crossing_point, c.direction, s.one, s.two, s.three
FROM public.movement m CROSS JOIN LATERAL (
    SELECT k.*, public.statistics_day(k.at) AS day FROM public.statistics_counted(m, ignored) k OFFSET 0
) c
CROSS JOIN LATERAL (
    SELECT 'movements', date_bin('1 hour', c.at, '2000-01-01 00:00Z'), m.verdict, '', ''
    UNION ALL
    SELECT 'travellers', c.day, c.nationality, public.statistics_age(c.date_of_birth, c.at), m.verdict
    UNION ALL
    SELECT 'documents', c.day, c.issuing_state, left(c.document_code, 1), m.verdict
    UNION ALL
    SELECT 'outcomes', c.day, coalesce(max(d.outcome), 'undecided'), coalesce(max(d.reason_code), ''), c.nationality
    FROM public.decision d WHERE d.movement_id = m.id AND d.id <> ALL (ignored) AND NOT EXISTS (
        SELECT FROM public.decision later WHERE later.supersedes = d.id AND later.id <> ALL (ignored))
    UNION ALL
    SELECT 'times', c.day, 'verdict', public.statistics_step(m.recorded_at - m.occurred_at), ''
    WHERE m.source = 'live' AND m.clock = 'certain'
    UNION ALL
    SELECT 'times', c.day, w.stage, public.statistics_step(w.until - coalesce(w.since, m.occurred_at)), ''
    FROM public.statistics_waits(m.id, ignored) w
    WHERE w.stage = 'second_line' OR m.source = 'live' AND m.clock = 'certain'
    UNION ALL
    SELECT 'findings', c.day, f.rule, f.state, c.nationality
    FROM public.statistics_found(m.id, m.occurred_at, ignored) f
    UNION ALL
    SELECT 'hits', c.day, h.list, h.state, '' FROM public.statistics_hits(m.id, m.occurred_at, ignored) h
) s (figure, at, one, two, three)
"""

# Written to be inlined: no SET, every name with its schema.
MEANING = [
    """
    CREATE FUNCTION statistics_day(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
        SELECT date_bin('1 day', at + (SELECT utc_offset FROM public.statistic_basis), '2000-01-01 00:00Z')
            - (SELECT utc_offset FROM public.statistic_basis)
    $$
    """,
    r"""
    CREATE FUNCTION statistics_age(born text, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN born !~ '^\d{4}' THEN 'unknown' ELSE
            ('{0-11,12-17,18-24,25-34,35-44,45-54,55-64,65+}'::text[])[1 + width_bucket(
                extract(year FROM at AT TIME ZONE 'UTC')::integer - left(born, 4)::integer
                - (born ~ '\d\d-\d\d$' AND to_char(at AT TIME ZONE 'UTC', 'MM-DD') < right(born, 5))::integer,
                '{12,18,25,35,45,55,65}'::integer[])] END
    $$
    """,
    # Ten steps a decade: step k ends at 10^(k/10) seconds.
    """
    CREATE FUNCTION statistics_step(wait interval) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT least(60, ceil(10 * log(greatest(1, extract(epoch FROM wait)::double precision))))::integer::text
    $$
    """,
    # The movement as it counts now; nothing for one that never was. `ignored` are rows to look past.
    """
    CREATE FUNCTION statistics_counted(m public.movement, ignored uuid[])
    RETURNS TABLE (at timestamptz, crossing_point text, direction text, nationality text, issuing_state text,
                   document_code text, date_of_birth text) LANGUAGE sql STABLE AS $$
        SELECT coalesce((c.said ->> 'occurred_at')::timestamptz, m.occurred_at),
            coalesce(c.said ->> 'crossing_point', m.crossing_point), coalesce(c.said ->> 'direction', m.direction),
            coalesce(c.said ->> 'nationality', m.nationality), coalesce(c.said ->> 'issuing_state', m.issuing_state),
            coalesce(c.said ->> 'document_code', m.document_code), coalesce(c.said ->> 'date_of_birth', m.date_of_birth)
        FROM (
            SELECT bool_or(x.kind = 'void') AS void,
                jsonb_object_agg(f.key, f.value ORDER BY x.seq, x.recorded_at, x.id)
                    FILTER (WHERE f.key IS NOT NULL) AS said
            FROM public.correction x LEFT JOIN LATERAL jsonb_each(x.changes) f ON true
            WHERE x.movement_id = m.id AND x.id <> ALL (ignored)
        ) c
        WHERE c.void IS NOT TRUE
    $$
    """,
    # What became of each rule's findings: of several of one rule, one that stands decides.
    """
    CREATE FUNCTION statistics_found(movement uuid, recorded_for timestamptz, ignored uuid[])
    RETURNS TABLE (rule text, state text) LANGUAGE sql STABLE AS $$
        SELECT f.rule, CASE
            WHEN bool_or(f.status = 'raised' AND NOT EXISTS (
                SELECT FROM public.finding later WHERE later.occurred_at = recorded_for
                AND later.movement_id = movement AND later.supersedes = f.id AND later.id <> ALL (ignored)))
                THEN 'standing'
            WHEN bool_or(f.status = 'withdrawn' AND EXISTS (
                SELECT FROM public.rebuttal r WHERE r.movement_id = movement AND r.id::text = f.cause
                AND r.id <> ALL (ignored))) THEN 'rebutted'
            ELSE 'withdrawn' END
        FROM public.finding f
        WHERE f.occurred_at = recorded_for AND f.movement_id = movement AND f.status <> 'shadow'
            AND f.id <> ALL (ignored)
        GROUP BY f.rule
    $$
    """,
    """
    CREATE FUNCTION statistics_hits(movement uuid, recorded_for timestamptz, ignored uuid[])
    RETURNS TABLE (list text, state text) LANGUAGE sql STABLE AS $$
        SELECT h.list, coalesce(
            (SELECT a.outcome FROM public.adjudication a WHERE a.hit_id = h.id AND a.id <> ALL (ignored)
             AND NOT EXISTS (SELECT FROM public.adjudication later
                             WHERE later.supersedes = a.id AND later.id <> ALL (ignored)) LIMIT 1),
            CASE WHEN EXISTS (
                SELECT FROM public.finding f WHERE f.occurred_at = recorded_for AND f.movement_id = movement
                AND f.status = 'raised' AND f.rule IN ('W1', 'W2') AND f.evidence[1] = h.list || ':' || h.entry_id
                AND f.id <> ALL (ignored) AND NOT EXISTS (
                    SELECT FROM public.finding later WHERE later.occurred_at = recorded_for
                    AND later.movement_id = movement AND later.supersedes = f.id AND later.id <> ALL (ignored)))
            THEN 'open' ELSE 'withdrawn' END)
        FROM public.hit h WHERE h.movement_id = movement AND h.id <> ALL (ignored)
    $$
    """,
    """
    CREATE FUNCTION statistics_waits(movement uuid, ignored uuid[])
    RETURNS TABLE (stage text, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN before.id IS NULL THEN 'first_line' ELSE 'second_line' END, before.decided_at, d.decided_at
        FROM public.decision d LEFT JOIN public.decision before ON before.id = d.supersedes
        WHERE d.movement_id = movement AND d.id <> ALL (ignored)
            AND (before.id IS NULL OR before.outcome = 'referred' AND d.outcome <> 'referred')
    $$
    """,
    """
    CREATE FUNCTION statistics_of(movement uuid, recorded_for timestamptz, ignored uuid[])
    RETURNS TABLE (figure text, at timestamptz, crossing_point text, direction text, one text, two text, three text)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
    """
    f"{_COUNTS_FOR} WHERE m.id = movement AND m.occurred_at = recorded_for; END $$",
    # By a running sum of these anybody can tell how many were inside, and over their time, at the end of any day.
    """
    CREATE FUNCTION statistics_of_stay(crossing_point text, basis text, entered timestamptz, due timestamptz,
                                       ended timestamptz)
    RETURNS TABLE (figure text, at timestamptz, crossing_point text, direction text, one text, two text, three text)
    LANGUAGE sql STABLE AS $$
        SELECT 'inside', public.statistics_day(e.at), $1, '', $2, e.event, ''
        FROM (VALUES ('begun', entered, true), ('ended', ended, true),
                     ('overdue', greatest(due, entered), due < ended), ('overdue_ended', ended, due < ended)
             ) e (event, at, counts)
        WHERE e.counts AND isfinite(e.at)
    $$
    """,
]

# Each statement is planned once: it always finds one movement by its key.
FEEDING = [
    """
    CREATE FUNCTION statistics_again(movement uuid, recorded_for timestamptz, fresh uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('judged:' || movement, 0));
        INSERT INTO public.statistic_delta
        SELECT s.figure, s.at, s.crossing_point, s.direction, s.one, s.two, s.three, sum(s.n) FROM (
            SELECT now.*, 1 AS n FROM public.statistics_of(movement, recorded_for, '{}') now
            UNION ALL
            SELECT before.*, -1 FROM public.statistics_of(movement, recorded_for, fresh) before
        ) s
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(s.n) <> 0;
    END $$
    """,
    """
    CREATE FUNCTION statistics_fed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
    DECLARE
        each record;
    BEGIN
        IF TG_TABLE_NAME = 'movement' THEN
            FOR each IN SELECT id, occurred_at FROM fresh LOOP
                INSERT INTO public.statistic_delta
                SELECT s.*, count(*) FROM public.statistics_of(each.id, each.occurred_at, '{}') s
                GROUP BY 1, 2, 3, 4, 5, 6, 7;
            END LOOP;
        ELSIF TG_TABLE_NAME = 'finding' THEN
            FOR each IN SELECT movement_id, occurred_at, array_agg(id) AS ids FROM fresh WHERE status <> 'shadow'
                        GROUP BY 1, 2 ORDER BY 1 LOOP
                PERFORM public.statistics_again(each.movement_id, each.occurred_at, each.ids);
            END LOOP;
        ELSIF TG_TABLE_NAME = 'adjudication' THEN
            FOR each IN SELECT h.movement_id, h.movement_occurred_at, array_agg(f.id) AS ids
                        FROM fresh f JOIN public.hit h ON h.id = f.hit_id GROUP BY 1, 2 ORDER BY 1 LOOP
                PERFORM public.statistics_again(each.movement_id, each.movement_occurred_at, each.ids);
            END LOOP;
        ELSE
            FOR each IN SELECT movement_id, movement_occurred_at, array_agg(id) AS ids FROM fresh
                        GROUP BY 1, 2 ORDER BY 1 LOOP
                PERFORM public.statistics_again(each.movement_id, each.movement_occurred_at, each.ids);
            END LOOP;
        END IF;
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER statistics AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
        "FOR EACH STATEMENT EXECUTE FUNCTION statistics_fed()"
        for table in FED
    ),
    """
    CREATE FUNCTION statistics_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT 'mabar_eraser' IN (session_user, current_setting('role'))
    $$
    """,
    # Stays are kept as they are judged, so they change; those erased for their age stay counted.
    """
    CREATE FUNCTION statistics_stayed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND NOT public.statistics_erasing() THEN
            INSERT INTO public.statistic_delta
            SELECT s.*, -1 FROM past p, public.statistics_of_stay(p.crossing_point, p.basis, p.entered_at, p.due_at,
                                                                  p.ended_at) s;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO public.statistic_delta
            SELECT s.*, 1 FROM fresh f, public.statistics_of_stay(f.crossing_point, f.basis, f.entered_at, f.due_at,
                                                                  f.ended_at) s;
        END IF;
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER statistics_{operation.lower()} AFTER {operation} ON stay REFERENCING {tables} "
        "FOR EACH STATEMENT EXECUTE FUNCTION statistics_stayed()"
        for operation, tables in {
            "INSERT": "NEW TABLE AS fresh",
            "UPDATE": "OLD TABLE AS past NEW TABLE AS fresh",
            "DELETE": "OLD TABLE AS past",
        }.items()
    ),
]

KEEPING = [
    """
    CREATE FUNCTION statistics_fold(most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        folded bigint;
    BEGIN
        IF NOT pg_try_advisory_xact_lock(hashtext('mabar.statistics_fold')) THEN
            RETURN 0;
        END IF;
        WITH taken AS (
            DELETE FROM public.statistic_delta
            WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.statistic_delta LIMIT most)) RETURNING *
        ), merged AS (
            SELECT figure, at, crossing_point, direction, one, two, three, sum(n) AS n FROM taken
            GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ), kept AS (
            INSERT INTO public.statistic AS known SELECT * FROM merged
            ON CONFLICT (figure, at, crossing_point, direction, one, two, three) DO UPDATE SET n = known.n + excluded.n
        )
        SELECT count(*) INTO folded FROM taken;
        RETURN folded;
    END $$
    """,
    # What the log says beyond the roll-ups, by one snapshot: no writer waits for it. Nothing from before
    # `kept_before` is told, as its movements may be erased.
    "CREATE VIEW statistic_recount AS " + _COUNTS_FOR.replace("ignored", "'{}'") + "OFFSET 0",
    """
    CREATE FUNCTION statistics_differences() RETURNS SETOF public.statistic_delta
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '256MB' AS $$
        SELECT d.figure, d.at, d.crossing_point, d.direction, d.one, d.two, d.three, sum(d.n)::bigint FROM (
            SELECT s.*, 1 AS n FROM public.statistic_recount s
            UNION ALL
            SELECT s.*, 1 FROM public.stay p, public.statistics_of_stay(p.crossing_point, p.basis, p.entered_at,
                                                                        p.due_at, p.ended_at) s
            UNION ALL
            SELECT figure, at, crossing_point, direction, one, two, three, -n FROM public.statistic_now
        ) d
        WHERE d.at >= (SELECT kept_before FROM public.statistic_basis)
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(d.n) <> 0
    $$
    """,
    """
    CREATE FUNCTION statistics_rebuild(day_offset interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        changed bigint;
    BEGIN
        UPDATE public.statistic_basis SET utc_offset = day_offset WHERE utc_offset <> day_offset;
        INSERT INTO public.statistic AS known
        SELECT * FROM public.statistics_differences() ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (figure, at, crossing_point, direction, one, two, three) DO UPDATE SET n = known.n + excluded.n;
        GET DIAGNOSTICS changed = ROW_COUNT;
        RETURN changed;
    END $$
    """,
    # What is erased cannot be counted again: up to its day the roll-ups are all there is.
    """
    CREATE FUNCTION statistics_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        newest timestamptz;
    BEGIN
        IF NOT public.statistics_erasing() THEN
            RETURN NULL;
        ELSIF TG_TABLE_NAME IN ('movement', 'finding') THEN
            SELECT max(occurred_at) INTO newest FROM past;
        ELSIF TG_TABLE_NAME = 'adjudication' THEN
            SELECT max(decided_at) INTO newest FROM past;
        ELSIF TG_TABLE_NAME = 'stay' THEN
            SELECT max(e) INTO newest FROM past, unnest(ARRAY[entered_at, due_at, ended_at]) e WHERE isfinite(e);
        ELSE
            SELECT max(movement_occurred_at) INTO newest FROM past;
        END IF;
        UPDATE public.statistic_basis SET kept_before = public.statistics_day(newest) + interval '1 day'
        WHERE kept_before <= newest;
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER statistics_erased AFTER DELETE ON {table} REFERENCING OLD TABLE AS past "
        "FOR EACH STATEMENT EXECUTE FUNCTION statistics_erased()"
        for table in (*FED, "stay")
    ),
    # The same for all rows of one document in one month, and for nothing else: hashed twice with a key that nobody
    # reads. Who asks cannot read the number that it is made of, nor the date of birth.
    """
    CREATE FUNCTION pseudonymous(recorded_for timestamptz, movement uuid, OUT pseudonym text, OUT age_band text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        that_month date := date_trunc('month', recorded_for, 'UTC');
    BEGIN
        INSERT INTO public.pseudonym_key VALUES (that_month, sha256(convert_to(
            gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))
        ON CONFLICT DO NOTHING;
        SELECT left(encode(sha256(k.key || sha256(k.key || convert_to(m.document_key, 'UTF8'))), 'hex'), 16),
            public.statistics_age(m.date_of_birth, m.occurred_at)
        INTO pseudonym, age_band
        FROM public.movement m, public.pseudonym_key k
        WHERE k.month = that_month AND m.occurred_at = recorded_for AND m.id = movement;
    END $$
    """,
    "SELECT set_config('mabar.purpose', 'maintenance', true)",
    "SELECT statistics_rebuild((SELECT utc_offset FROM statistic_basis))",  # what was recorded before
]

GRANTS = [
    "REVOKE ALL ON FUNCTION statistics_again(uuid, timestamptz, uuid[]), statistics_fed(), statistics_stayed(), "
    "statistics_fold(integer), statistics_differences(), statistics_rebuild(interval), statistics_erased(), "
    "pseudonymous(timestamptz, uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION statistics_fold(integer), statistics_differences(), statistics_rebuild(interval) "
    "TO mabar_service",
    "GRANT EXECUTE ON FUNCTION pseudonymous(timestamptz, uuid) TO mabar_service, mabar_analyst",
    "GRANT SELECT ON statistic, statistic_delta, statistic_now, statistic_basis TO mabar_service, mabar_analyst",
    "GRANT SELECT, DELETE ON pseudonym_key TO mabar_eraser",
]

COMMENTS = {
    "statistic": "Roll-ups: how many, by figure; what one, two and three mean is said in service.figures.",
    **{f"statistic_{figure}": words for figure, words in FIGURES.items()},
    "statistic_delta": "What changed since it was folded into the roll-ups. Written by the database alone.",
    "statistic_basis": "How far local days are from UTC; before when figures outlive what they were counted from.",
    "pseudonym_key": "One key a month, by which two rows of one document are known; without it they are not.",
}


def upgrade() -> None:
    for statement in [*TABLES, *MEANING, *FEEDING, *KEEPING, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

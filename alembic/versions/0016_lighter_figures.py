"""The centre's figures, counted at less cost to who waits: what is said of a movement counts anew what it can change.

Until now everything that a movement counts for was worked out before and after each thing that was said of it: three
times an inspection, through every month's partition, a third of what an inspection costs the database. What it comes
to is the same, and `statistics_differences` still says so from the whole: it knows nothing of what is left out here.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"

# As `statistics_of` has it of a movement of which nothing is said yet: whatever is said of one is written after it.
_AT_FIRST = """
SELECT s.figure, s.at, m.crossing_point, m.direction, s.one, s.two, s.three, count(*)
FROM fresh m
CROSS JOIN LATERAL (SELECT public.statistics_day(m.occurred_at) AS day OFFSET 0) c
CROSS JOIN LATERAL (VALUES
    ('movements', date_bin('1 hour', m.occurred_at, '2000-01-01 00:00Z'), m.verdict, '', '', true),
    ('travellers', c.day, m.nationality, public.statistics_age(m.date_of_birth, m.occurred_at), m.verdict, true),
    ('documents', c.day, m.issuing_state, left(m.document_code, 1), m.verdict, true),
    ('outcomes', c.day, 'undecided', '', m.nationality, true),
    ('times', c.day, 'verdict', public.statistics_step(m.recorded_at - m.occurred_at), '',
     m.source = 'live' AND m.clock = 'certain')
) s (figure, at, one, two, three, counts)
WHERE s.counts
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

# The figures that each kind of fact can change, as `statistics_of` has them. `ignored` are rows to look past.
_OUTCOMES = """
SELECT 'outcomes', coalesce(max(d.outcome), 'undecided'), coalesce(max(d.reason_code), ''), c.nationality
FROM public.decision d WHERE d.movement_id = each.movement AND d.id <> ALL (ignored) AND NOT EXISTS (
    SELECT FROM public.decision later WHERE later.supersedes = d.id AND later.id <> ALL (ignored))
"""
_WAITS = """
SELECT 'times', w.stage, public.statistics_step(w.until - coalesce(w.since, c.occurred_at)), ''
FROM public.statistics_waits(each.movement, ignored) w
WHERE w.stage = 'second_line' OR c.source = 'live' AND c.clock = 'certain'
"""
_FINDINGS = """
SELECT 'findings', f.rule, f.state, c.nationality
FROM public.statistics_found(each.movement, each.recorded_for, ignored) f
"""
_HITS = """
SELECT 'hits', h.list, h.state, '' FROM public.statistics_hits(each.movement, each.recorded_for, ignored) h
"""


def _recounted(*figures: str) -> str:
    """Add to each figure what the movement counts for now, less what it counted for before the fresh rows."""
    now_and_before = " UNION ALL ".join(
        f"SELECT k.*, {sign} FROM ({figure.replace('ignored', rows)}) k"  # noqa: S608 - names of ours alone
        for figure in figures
        for sign, rows in ((1, "'{}'"), (-1, "each.ids"))
    )
    return f"""
    PERFORM pg_advisory_xact_lock(hashtextextended('judged:' || each.movement, 0));
    INSERT INTO public.statistic_delta
    SELECT s.figure, c.day, c.crossing_point, c.direction, s.one, s.two, s.three, sum(s.n)
    FROM (
        SELECT k.*, public.statistics_day(k.at) AS day, m.occurred_at, m.source, m.clock
        FROM public.movement m CROSS JOIN LATERAL public.statistics_counted(m, '{{}}') k
        WHERE m.id = each.movement AND m.occurred_at = each.recorded_for OFFSET 0
    ) c
    CROSS JOIN LATERAL ({now_and_before}) s (figure, one, two, three, n)
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(s.n) <> 0;
    """  # noqa: S608 - names of ours alone


def _of_each(found_by: str) -> str:
    return f"FOR each IN SELECT {found_by} GROUP BY 1, 2 ORDER BY 1 LOOP"


_SAID_OF = "movement_id AS movement, movement_occurred_at AS recorded_for, array_agg(id) AS ids FROM fresh"
_FOUND_OF = (
    "movement_id AS movement, occurred_at AS recorded_for, array_agg(id) AS ids, "
    "bool_or(rule IN ('W1', 'W2')) AS listed FROM fresh WHERE status <> 'shadow'"
)
_ADJUDGED_OF = (
    "h.movement_id AS movement, h.movement_occurred_at AS recorded_for, array_agg(f.id) AS ids "
    "FROM fresh f JOIN public.hit h ON h.id = f.hit_id"
)

FUNCTIONS = [
    # Each statement is planned once: it always finds one movement by its key. A correction can change every figure.
    f"""
    CREATE OR REPLACE FUNCTION statistics_fed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
    DECLARE
        each record;
    BEGIN
        CASE TG_TABLE_NAME
        WHEN 'movement' THEN
            INSERT INTO public.statistic_delta {_AT_FIRST};
        WHEN 'finding' THEN
            {_of_each(_FOUND_OF)}
                IF each.listed THEN
                    {_recounted(_FINDINGS, _HITS)}
                ELSE
                    {_recounted(_FINDINGS)}
                END IF;
            END LOOP;
        WHEN 'rebuttal' THEN
            {_of_each(_SAID_OF)} {_recounted(_FINDINGS)} END LOOP;
        WHEN 'decision' THEN
            {_of_each(_SAID_OF)} {_recounted(_OUTCOMES, _WAITS)} END LOOP;
        WHEN 'hit' THEN
            {_of_each(_SAID_OF)} {_recounted(_HITS)} END LOOP;
        WHEN 'adjudication' THEN
            {_of_each(_ADJUDGED_OF)} {_recounted(_HITS)} END LOOP;
        ELSE
            {_of_each(_SAID_OF)}
                PERFORM public.statistics_again(each.movement, each.recorded_for, each.ids);
            END LOOP;
        END CASE;
        RETURN NULL;
    END $$
    """,
]

# One look says what became of a movement: its decisions are read from the index alone.
INDEXES = [
    "CREATE INDEX decision_of_movement ON decision (movement_id) INCLUDE (id, outcome)",
    "DROP INDEX decision_movement",
]


def upgrade() -> None:
    for statement in [*FUNCTIONS, *INDEXES]:
        op.execute(statement)

"""The centre's figures once more by longer spans: days where they are kept by the hour, months where by the day.

A year of a busy country is some millions of roll-ups, too many to be added up for every look. Folding writes both, in
one transaction, so that they never differ; a reader takes the long spans that lie within a period and the short ones
at its ends. Travellers, who are kept by nationality and age band, are kept in long spans by each of the two alone too.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0013"

FIGURES = ("movements", "travellers", "documents", "outcomes", "times", "findings", "hits", "inside")
ALONE = {"nationalities": "travellers by nationality", "ages": "travellers by age band"}
KEY = "figure, at, crossing_point, direction, one, two, three"

TABLES = [
    f"""
    CREATE TABLE statistic_span (
        figure text NOT NULL,
        at timestamptz NOT NULL,
        crossing_point text NOT NULL,
        direction text NOT NULL,
        one text NOT NULL,
        two text NOT NULL,
        three text NOT NULL,
        n bigint NOT NULL,
        PRIMARY KEY ({KEY})
    ) PARTITION BY LIST (figure)
    """,
    *(
        f"CREATE TABLE statistic_span_{figure} PARTITION OF statistic_span FOR VALUES IN ('{figure}')"
        for figure in FIGURES
    ),
    *(
        f"CREATE TABLE statistic_span_{name} PARTITION OF statistic_span FOR VALUES IN ('{figure}')"
        for name, figure in ALONE.items()
    ),
]

FUNCTIONS = [
    # Every long span that a roll-up counts in. Written to be inlined: no SET, every name with its schema.
    """
    CREATE FUNCTION statistics_spans(of_figure text, of_at timestamptz, of_one text, of_two text)
    RETURNS TABLE (figure text, at timestamptz, one text, two text) LANGUAGE sql STABLE AS $$
        SELECT s.figure, CASE WHEN $1 = 'movements' THEN public.statistics_day($2) ELSE
            date_trunc('month', $2 + (SELECT utc_offset FROM public.statistic_basis), 'UTC')
            - (SELECT utc_offset FROM public.statistic_basis) END, s.one, s.two
        FROM (VALUES
            ($1, $3, $4, true),
            ('travellers by nationality', $3, '', $1 = 'travellers'),
            ('travellers by age band', '', $4, $1 = 'travellers')
        ) s (figure, one, two, counts)
        WHERE s.counts
    $$
    """,
    # As in 0011, and the long spans with it.
    f"""
    CREATE OR REPLACE FUNCTION statistics_fold(most integer) RETURNS bigint
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
            SELECT {KEY}, sum(n)::bigint AS n FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0
            ORDER BY 1, 2, 3, 4, 5, 6, 7
        ), kept AS (
            INSERT INTO public.statistic AS known SELECT * FROM merged
            ON CONFLICT ({KEY}) DO UPDATE SET n = known.n + excluded.n
        ), spanned AS (
            INSERT INTO public.statistic_span AS known
            SELECT s.figure, s.at, m.crossing_point, m.direction, s.one, s.two, m.three, sum(m.n)
            FROM merged m, public.statistics_spans(m.figure, m.at, m.one, m.two) s
            GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(m.n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
            ON CONFLICT ({KEY}) DO UPDATE SET n = known.n + excluded.n
        )
        SELECT count(*) INTO folded FROM taken;
        RETURN folded;
    END $$
    """,  # noqa: S608 - names of ours alone
    # What the short spans say beyond the long ones.
    f"""
    CREATE FUNCTION statistics_span_differences() RETURNS SETOF public.statistic_delta
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '256MB' AS $$
        SELECT figure, at, crossing_point, direction, one, two, three, sum(n)::bigint FROM (
            SELECT s.figure, s.at, k.crossing_point, k.direction, s.one, s.two, k.three, k.n
            FROM public.statistic k, public.statistics_spans(k.figure, k.at, k.one, k.two) s
            UNION ALL
            SELECT {KEY}, -n FROM public.statistic_span
        ) d
        GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0
    $$
    """,  # noqa: S608 - names of ours alone
    # Nothing is folded meanwhile, so that what the long spans are made of stands still.
    f"""
    CREATE OR REPLACE FUNCTION statistics_rebuild(day_offset interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        changed bigint;
        spanned bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('mabar.statistics_fold'));
        UPDATE public.statistic_basis SET utc_offset = day_offset WHERE utc_offset <> day_offset;
        INSERT INTO public.statistic AS known
        SELECT * FROM public.statistics_differences() ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT ({KEY}) DO UPDATE SET n = known.n + excluded.n;
        GET DIAGNOSTICS changed = ROW_COUNT;
        INSERT INTO public.statistic_span AS known
        SELECT * FROM public.statistics_span_differences() ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT ({KEY}) DO UPDATE SET n = known.n + excluded.n;
        GET DIAGNOSTICS spanned = ROW_COUNT;
        RETURN changed + spanned;
    END $$
    """,  # noqa: S608 - names of ours alone
    "INSERT INTO statistic_span SELECT * FROM statistics_span_differences() ORDER BY 1, 2, 3, 4, 5, 6, 7",
]

GRANTS = [
    "REVOKE ALL ON FUNCTION statistics_span_differences() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION statistics_span_differences() TO mabar_service",
    "GRANT SELECT ON statistic_span TO mabar_service, mabar_analyst",
]

COMMENTS = {
    "statistic_span": "The roll-ups once more, by the day where they are kept by the hour, else by the month.",
    **{f"statistic_span_{figure}": f"As statistic_{figure}, by longer spans." for figure in FIGURES},
    **{f"statistic_span_{name}": f"Of longer spans: {figure} alone." for name, figure in ALONE.items()},
}


def upgrade() -> None:
    for statement in [*TABLES, *FUNCTIONS, *GRANTS]:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")

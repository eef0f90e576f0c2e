"""A database with a made-up year of millions of movements, written in minutes: past the triggers, without indexes, and
its roll-ups in one pass.

What a movement counts for is said a second time here, over whole tables; `unlike` compares a day of it with what the
database itself says, movement by movement.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from service.acting import SERVICE
from service.database import open_database
from service.freshness import bring_up_to_date
from service.postgres import PostgresServer
from service.postgres_files import SUPERUSER
from service.settings import Settings

DAYS = 365
# The most frequent first. States by their codes, so that the map can draw them; nobody behind them is anybody.
STATES = """IRQ IRN TUR SYR JOR KWT SAU LBN EGY PAK IND BGD AZE PHL CHN USA GBR DEU SWE FRA ARE QAT BHR OMN YEM AFG NLD
DNK NOR AUS CAN ITA ESP RUS UKR GEO ARM KAZ UZB TKM LKA NPL IDN MYS JPN KOR THA VNM ETH KEN UGA TZA NGA GHA ZAF MAR DZA
TUN LBY SDN SOM ERI BEL AUT CHE POL CZE ROU BGR GRC SRB HRV HUN FIN IRL PRT BRA ARG MEX NZL""".split()
WAITS = "5 + 90 * random() * random()"  # seconds from the crossing to the first decision

SETTINGS = [
    "SET session_replication_role = replica",  # no triggers, no foreign keys
    "SET synchronous_commit = off",
    "SET work_mem = '512MB'",
    "SET maintenance_work_mem = '512MB'",
    "SET temp_buffers = '256MB'",
    "SELECT setseed(0.5)",
]

# Few posts and few nationalities have most of the traffic, as at any border; nights are quiet. Identifiers go with
# time, as the tables do, so that the disk is written from one end to the other.
MADE = f"""
CREATE TEMPORARY TABLE made AS
SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, w.*,
    statistics_day(w.at) AS day, statistics_age(w.born, w.at) AS band,
    CASE WHEN chance < 0.05 THEN 'REFER' ELSE 'CLEAR' END AS verdict,
    CASE WHEN chance < 0.002 THEN 'refused' ELSE 'admitted' END AS outcome,
    at + ({WAITS}) * interval '1 second' AS decided_at
FROM (
    SELECT row_number() OVER (ORDER BY at) AS n, drawn.*, posts.code AS post, states.code AS state
    FROM (
        SELECT CASE WHEN at > now() THEN at - ceil(random() * 360) * interval '1 day' ELSE at END AS at,
            CASE WHEN random() < 0.5 THEN 'entry' ELSE 'exit' END AS direction, random() AS chance,
            (1940 + floor(75 * sqrt(random())))::integer || '-05-17' AS born,
            floor(30 * power(random(), 3))::integer AS post_place,
            floor(80 * power(random(), 4))::integer AS state_place
        FROM (
            SELECT date_trunc('day', now()) - floor(random() * {DAYS}) * interval '1 day'
                + (6 + 9 * sqrt(-ln(1 - random() * 0.98)) * cos(6.283 * random())) * interval '1 hour' AS at
            FROM generate_series(1, $1)
        ) moments
    ) drawn
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS every
          FROM crossing_point) posts ON posts.place = drawn.post_place % posts.every
    JOIN unnest('{{{",".join(STATES)}}}'::text[]) WITH ORDINALITY states (code, place)
        ON states.place = drawn.state_place + 1
) w
ORDER BY n
"""  # noqa: S608  # made of our own words alone

WRITTEN = [
    """
    INSERT INTO movement (occurred_at, id, crossing_point, seq, direction, recorded_at, clock, source, document_key,
        document_code, issuing_state, document_number, primary_identifier, secondary_identifier, nationality,
        date_of_birth, sex, verdict, rules, index_version, policy_version)
    SELECT at, id, post, n, direction, at + interval '1 second', 'certain', 'live', state || ':' || n, 'P', state, n,
        'BENCH', 'MADE UP', state, born, 'X', verdict,
        CASE WHEN chance < 0.05 THEN '{M2}'::text[] ELSE '{}' END, '', '' FROM made
    """,
    """
    INSERT INTO decision (id, movement_id, movement_occurred_at, outcome, reason_code, officer, decided_at)
    SELECT id, id, at, outcome, CASE WHEN outcome = 'refused' THEN 'E' END, 'bench', decided_at FROM made
    """,
    """
    INSERT INTO finding (occurred_at, id, movement_id, rule, rule_version, severity, status, message, policy_version,
        evidence)
    SELECT at, id, id, (ARRAY['M2', 'E1', 'D4', 'M9', 'W2'])[1 + n % 5], 1, 'irregular', 'raised', 'x', '1',
        '{list:e1}' FROM made WHERE chance < 0.05
    """,
    """
    INSERT INTO finding (occurred_at, id, movement_id, rule, rule_version, severity, status, message, policy_version,
        cause, supersedes)
    SELECT occurred_at, gen_random_uuid(), movement_id, rule, 1, 'irregular', 'withdrawn', 'x', '1', 'x', id
    FROM finding WHERE random() < 0.2
    """,
    "INSERT INTO hit_case SELECT id, at, id, state || ':' || n, '{}' FROM made WHERE chance < 0.05 AND n % 5 = 4",
    """
    INSERT INTO hit SELECT id, id, 'list', 'e1', 'W2', 1, id, at, post, at FROM made
    WHERE chance < 0.05 AND n % 5 = 4
    """,
    """
    INSERT INTO stay (entry_id, crossing_point, entered_at, until, basis, due_at, ended_at)
    SELECT id, post, at, at::date + 30, (ARRAY['visa', 'permit', 'waiver'])[1 + n % 3],
        at + interval '30 days', CASE WHEN chance < 0.9 THEN at + random() * interval '32 days' ELSE 'infinity' END
    FROM made WHERE direction = 'entry' AND state <> 'IRQ'
    """,
]

_ONE = "SELECT '{figure}', {at}, post, direction, {key}, count(*) FROM made GROUP BY 2, 3, 4, 5, 6, 7"
_FOUND = """
SELECT '{figure}', day, m.post, m.direction, {key}, count(*)
FROM made m JOIN finding f ON f.movement_id = m.id AND f.status = 'raised'
LEFT JOIN finding gone ON gone.supersedes = f.id
WHERE {which} GROUP BY 2, 3, 4, 5, 6, 7
"""
_STATE = "CASE WHEN gone.id IS NULL THEN '{}' ELSE 'withdrawn' END"
COUNTED = [
    _ONE.format(figure="movements", at="date_bin('1 hour', at, '2000-01-01 00:00Z')", key="verdict, '', ''"),
    _ONE.format(figure="travellers", at="day", key="state, band, verdict"),
    _ONE.format(figure="documents", at="day", key="state, 'P', verdict"),
    _ONE.format(figure="outcomes", at="day", key="outcome, CASE outcome WHEN 'refused' THEN 'E' ELSE '' END, state"),
    _ONE.format(figure="times", at="day", key="'verdict', statistics_step(interval '1 second'), ''"),
    _ONE.format(figure="times", at="day", key="'first_line', statistics_step(decided_at - at), ''"),
    _FOUND.format(figure="findings", key=f"f.rule, {_STATE.format('standing')}, m.state", which="true"),
    _FOUND.format(figure="hits", key=f"'list', {_STATE.format('open')}, ''", which="f.rule = 'W2'"),
    """
    SELECT s.figure, s.at, s.crossing_point, s.direction, s.one, s.two, s.three, count(*)
    FROM stay p, statistics_of_stay(p.crossing_point, p.basis, p.entered_at, p.due_at, p.ended_at) s
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    """,
]

# What the database says of a day's movements, one by one, and what was written of it in one pass.
UNLIKE = """
WITH told AS (
    SELECT s.*, 1 AS n FROM movement m, statistics_of(m.id, m.occurred_at, '{}') s
    WHERE m.occurred_at >= $1::timestamptz - interval '1 hour' AND m.occurred_at < $1 + interval '25 hours'
    UNION ALL
    SELECT figure, at, crossing_point, direction, one, two, three, -n FROM statistic WHERE figure <> 'inside'
)
SELECT count(*) FROM (
    SELECT FROM told WHERE at >= $1 AND at < $1 + interval '24 hours'
    GROUP BY figure, at, crossing_point, direction, one, two, three HAVING sum(n) <> 0
) different
"""
INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made_by
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = ANY ('{movement, finding, decision, stay}'::regclass[]) AND NOT indisunique
"""


@asynccontextmanager
async def superuser(folder: Path) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection to the database of a data folder on which no service works, with every right."""
    server = PostgresServer(folder)
    await server.start()
    try:
        url = server.url(SUPERUSER)
        connection = await asyncpg.connect(
            host=str(url.query["host"]), user=url.username, password=url.password, database=url.database
        )
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await server.stop()


async def fill(folder: Path, movements: int) -> None:
    """Make the data folder, with so many movements; whole or not at all."""
    fresh = folder.with_suffix(".filling")
    async with open_database(Settings(data_dir=fresh), acting=SERVICE) as database:
        await bring_up_to_date(database.sessions)
    async with superuser(fresh) as connection:
        for statement in SETTINGS:
            await connection.execute(statement)
        indexes = await connection.fetch(INDEXES)
        for name, _ in indexes:
            await connection.execute(f"DROP INDEX {name}")
        await _timed("drawn", connection, MADE.replace("$1", str(movements)))
        for statement in WRITTEN:
            await _timed("written", connection, statement)
        await connection.execute("ANALYZE made, finding")
        for select in COUNTED:
            await _timed("counted", connection, f"INSERT INTO statistic {select} ORDER BY 1, 2, 3, 4, 5, 6, 7")
        for _, made_by in indexes:
            await _timed("indexed", connection, made_by)
        await _timed("vacuumed", connection, "VACUUM (ANALYZE)")
    fresh.rename(folder)


async def _timed(what: str, connection: asyncpg.Connection[asyncpg.Record], statement: str) -> None:
    began = time.perf_counter()
    done = await connection.execute(statement)
    print(f"{what:10} {time.perf_counter() - began:6.0f} s  {done}", flush=True)


async def unlike(folder: Path) -> int:
    """In how many cells the roll-ups of yesterday are not what the database says of its movements."""
    async with superuser(folder) as connection:
        yesterday = await connection.fetchval(
            "SELECT statistics_day(max(occurred_at)) - interval '24 hours' FROM movement"
        )
        return int(await connection.fetchval(UNLIKE, yesterday))

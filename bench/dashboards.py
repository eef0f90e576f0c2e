"""How quickly every picture of the dashboards is asked for on five million movements, and what they cost a post.

`python -m bench.dashboards [--movements N] [--folder DIR]` fills a fresh database (or goes on with one that is full),
makes the roll-ups from the log as `mabar statistics rebuild` does, checks that they are equal, and asks for each
picture at the use case, as an analyst does. The movements are written with the triggers off, so that filling takes
minutes and not hours; what the triggers cost is measured apart, on inspections with and without them. Wall time depends
on what else the machine does; processor time, of PostgreSQL and of the bench together, does not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.history import _cpu, _traveller
from service import statistics, usual
from service.access import ALL_POSTS, Actor, Role
from service.acting import SERVICE, acting, counting
from service.database import Database, open_database, reach
from service.domain import Crossing, Direction
from service.figures import Asked, Figure
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.person import person_keys
from service.policy import default_policy
from service.settings import Settings
from watchlist.index import Index

DAYS = 365
GOAL_MS = 300
OFFSET = timedelta(hours=3)
OFFICER = Actor(uuid4(), "bench", frozenset({Role.FIRST_LINE}), frozenset({ALL_POSTS}))
NOBODY = Index.build(())
FED = ("movement", "finding", "decision", "hit", "adjudication", "stay")

# Few posts and few nationalities have most of the traffic, as at any border; nights are quiet.
FILL = [
    "SELECT setseed(0.5)",
    """
    CREATE TEMPORARY TABLE made AS
    SELECT gen_random_uuid() AS id, posts.code AS post,
        date_trunc('day', now()) - interval '{days} days' + floor(random() * {days}) * interval '1 day'
            + (6 + 9 * sqrt(-ln(1 - random() * 0.98)) * cos(6.283 * random())) * interval '1 hour' AS at,
        (ARRAY['entry', 'exit'])[1 + n % 2] AS direction, states.code AS state, n,
        (1940 + floor(75 * sqrt(random())))::integer || '-05-17' AS born, random() AS chance
    FROM generate_series(1, {movements}) n
    CROSS JOIN LATERAL (SELECT floor(30 * power(random() + n * 0, 3))::integer AS place) p
    CROSS JOIN LATERAL (SELECT floor(80 * power(random() + n * 0, 4))::integer AS place) s
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS every
          FROM crossing_point) posts
        ON posts.place = p.place % posts.every
    JOIN (SELECT 'A' || chr(65 + i / 26) || chr(65 + i % 26) AS code, i AS place FROM generate_series(0, 79) i) states
        ON states.place = s.place
    """,
    """
    INSERT INTO movement (occurred_at, id, crossing_point, seq, direction, recorded_at, clock, source, document_key,
        document_code, issuing_state, document_number, primary_identifier, secondary_identifier, nationality,
        date_of_birth, sex, verdict, rules, index_version, policy_version)
    SELECT at, id, post, n, direction, at + interval '1 second', 'certain', 'live', state || ':' || n, 'P', state, n,
        'BENCH', 'MADE UP', state, born, 'X', CASE WHEN chance < 0.05 THEN 'REFER' ELSE 'CLEAR' END,
        CASE WHEN chance < 0.05 THEN '{M2}'::text[] ELSE '{}' END, '', '' FROM made
    """,
    """
    INSERT INTO decision (id, movement_id, movement_occurred_at, outcome, reason_code, officer, decided_at)
    SELECT gen_random_uuid(), id, at, CASE WHEN chance < 0.002 THEN 'refused' ELSE 'admitted' END,
        CASE WHEN chance < 0.002 THEN 'E' END, 'bench', at + (5 + 90 * random() * random()) * interval '1 second'
    FROM made
    """,
    """
    INSERT INTO finding (occurred_at, id, movement_id, rule, rule_version, severity, status, message, policy_version,
        evidence)
    SELECT at, gen_random_uuid(), id, (ARRAY['M2', 'E1', 'D4', 'M9', 'W2'])[1 + n % 5], 1, 'irregular', 'raised', 'x',
        '1', '{list:e1}' FROM made WHERE chance < 0.05
    """,
    """
    INSERT INTO finding (occurred_at, id, movement_id, rule, rule_version, severity, status, message, policy_version,
        cause, supersedes)
    SELECT occurred_at, gen_random_uuid(), movement_id, rule, 1, 'irregular', 'withdrawn', 'x', '1', 'x', id
    FROM finding WHERE random() < 0.2
    """,
    """
    WITH cases AS (INSERT INTO hit_case SELECT id, at, id, state || ':' || n, '{}' FROM made
                   WHERE chance < 0.05 AND n % 5 = 4)
    INSERT INTO hit SELECT gen_random_uuid(), id, 'list', 'e1', 'W2', 1, id, at, post, at FROM made
    WHERE chance < 0.05 AND n % 5 = 4
    """,
    """
    INSERT INTO stay (entry_id, crossing_point, entered_at, until, basis, due_at, ended_at)
    SELECT id, post, at, at::date + 30, (ARRAY['visa', 'permit', 'recorded'])[1 + n % 3],
        at + interval '30 days', CASE WHEN chance < 0.9 THEN at + random() * interval '32 days' ELSE 'infinity' END
    FROM made WHERE direction = 'entry'
    """,
    "DROP TABLE made",
    "ANALYZE",
]


def pictures(today: date) -> dict[str, tuple[Figure, Asked]]:
    """What the dashboards show, each over the longest time that they offer."""
    year, month = today - timedelta(DAYS - 1), today - timedelta(29)

    def of(first: date, *by: str, **more: Any) -> Asked:
        return Asked(first, today, by, **more)

    return {
        "movements by hour, a month": (Figure.MOVEMENTS, of(month, "hour")),
        "movements by day and direction, a year": (Figure.MOVEMENTS, of(year, "day", "direction")),
        "busiest hours, a year": (Figure.MOVEMENTS, of(year, "weekday", "hour_of_day")),
        "by transport, a year": (Figure.MOVEMENTS, of(year, "transport", "direction")),
        "verdicts by post, a year": (Figure.MOVEMENTS, of(year, "crossing_point")),
        "nationality, a year": (Figure.TRAVELLERS, of(year, "nationality")),
        "age bands, a year": (Figure.TRAVELLERS, of(year, "age_band")),
        "flows origin to post to direction, a year": (
            Figure.TRAVELLERS,
            of(year, "nationality", "crossing_point", "direction"),
        ),
        "one nationality by day, a year": (Figure.TRAVELLERS, of(year, "day", only={"nationality": "AAB"})),
        "issuing states, a year": (Figure.DOCUMENTS, of(year, "issuing_state")),
        "decisions by post, a year": (Figure.OUTCOMES, of(year, "crossing_point")),
        "refusals by reason, a year": (Figure.OUTCOMES, of(year, "reason")),
        "processing times by post, a year": (Figure.TIMES, of(year, "stage", "crossing_point")),
        "processing times by day, a year": (Figure.TIMES, of(year, "day", "stage")),
        "findings by rule, a year": (Figure.FINDINGS, of(year, "rule")),
        "hits by list, a year": (Figure.HITS, of(year, "list")),
        "people inside by day, a year": (Figure.INSIDE, of(year, "day")),
        "people inside by right, now": (Figure.INSIDE, of(today, "regime", "crossing_point")),
        "a month against another": (
            Figure.MOVEMENTS,
            of(month, "crossing_point", "direction", against=month - timedelta(30)),
        ),
    }


async def _owner(settings: Settings, statements: list[str]) -> None:
    async with reach(settings, join=True) as access:
        engine: AsyncEngine = create_async_engine(access.owner)
        async with engine.begin() as connection:
            await connection.execute(text("SELECT set_config('mabar.purpose', 'maintenance', true)"))
            for statement in statements:
                await connection.exec_driver_sql(statement)
        await engine.dispose()


def _triggers(how: str) -> list[str]:
    return [f"ALTER TABLE {table} {how} TRIGGER USER" for table in FED]


async def _fill(settings: Settings, database: Database, movements: int) -> None:
    async with database.sessions() as session:
        if await session.scalar(text("SELECT EXISTS (SELECT FROM statistic)")):
            return
    filling = [each.replace("{movements}", str(movements)).replace("{days}", str(DAYS)) for each in FILL]
    began = time.perf_counter()
    await _owner(settings, [*_triggers("DISABLE"), *filling, *_triggers("ENABLE")])
    print(f"{movements:,} movements written in {time.perf_counter() - began:.0f} s, without roll-ups")
    began = time.perf_counter()
    changed = await statistics.rebuild(database.sessions, OFFSET)
    print(f"roll-ups made anew in {time.perf_counter() - began:.0f} s: {changed:,} cells")
    await _owner(settings, ["ANALYZE"])


async def _ask(name: str, ask: Callable[[], Awaitable[object]]) -> bool:
    """The best and the worst of a few, by the clock, and by the processor."""
    taken = []
    await ask()
    before = _cpu(os.getpid())
    for _ in range(5):
        began = time.perf_counter()
        await ask()
        taken.append(1000 * (time.perf_counter() - began))
    used = sum(_cpu(os.getpid()).values()) - sum(before.values())
    met = min(taken) <= GOAL_MS
    print(
        f"{name:45} {min(taken):6.0f} to {max(taken):6.0f} ms   {200 * used:6.0f} ms of CPU   {'' if met else 'MISSED'}"
    )
    return met


async def _pictures(database: Database) -> bool:
    today = (datetime.now(UTC) + OFFSET).date()
    readers, met = database.reader_sessions, []
    with counting():
        for name, (figure, asked) in pictures(today).items():
            met.append(await _ask(name, partial(statistics.table, readers, figure, asked, smallest=5)))
        live = partial(usual.usual_day, readers, Asked(today, today), 8, now=datetime.now(UTC), smallest=5)
        met.append(await _ask("today against the usual day", live))
    return all(met)


async def _cost(settings: Settings, database: Database, count: int) -> None:
    """What an inspection takes with and without the triggers, turn by turn, so that both see the same machine."""
    spent = {"DISABLE": 0.0, "ENABLE": 0.0}
    number = 0
    for _ in range(4):
        for how in spent:
            await _owner(settings, _triggers(how))
            before = _cpu(os.getpid())
            for _ in range(count):
                number += 1
                await _inspect(database, number)
            spent[how] += sum(_cpu(os.getpid()).values()) - sum(before.values())
    without, with_them = (1000 * spent[how] / (4 * count) for how in ("DISABLE", "ENABLE"))
    print(f"an inspection: {with_them:.2f} ms of CPU with roll-ups, {without:.2f} ms without")


async def _inspect(database: Database, number: int) -> None:
    traveller, document = _traveller(number)
    keys = person_keys(traveller)
    at = datetime.now(UTC)
    made = Crossing(uuid4(), "IQ-ZUR", Direction.ENTRY, at, document, traveller, person_keys=keys)
    await inspect(database.sessions, NOBODY, default_policy(), made, actor=OFFICER, now=at)


async def measure(folder: Path, movements: int, inspections: int) -> bool:
    """All of it; whether every picture came in time."""
    settings = Settings(data_dir=folder)
    async with open_database(settings) as database:
        with acting(SERVICE):
            await bring_up_to_date(database.sessions)
            await _fill(settings, database, movements)
            began = time.perf_counter()
            found = await statistics.differences(database.sessions)
            print(f"compared with the log in {time.perf_counter() - began:.0f} s: {found or 'equal'}")
        met = await _pictures(database)
        if inspections:
            with acting(SERVICE):
                await _cost(settings, database, inspections)
    return met and not found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=5_000_000)
    parser.add_argument("--inspections", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="kept, and gone on with")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mabar-bench-") as fresh:
        met = asyncio.run(measure(asked.folder or Path(fresh), asked.movements, asked.inspections))
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()

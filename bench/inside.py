"""How long it takes to ask who is inside: a scratch database of a million made-up movements, each question many times.

    python -m bench.inside [MOVEMENTS]

Times are those of the whole use case, transaction and trail included: the fastest, median and slowest of 30, in ms.
On a machine that does other work the fastest is the nearest to what the question itself takes.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from service import inside
from service.access import ALL_POSTS, Actor, Role
from service.acting import SERVICE
from service.confinement import MAINTAINING
from service.database import open_database, reach
from service.freshness import bring_up_to_date
from service.policy import default_policy
from service.settings import Settings

ACTOR = Actor(UUID(int=1), "bench", frozenset(Role), frozenset({ALL_POSTS}))
TIMES = 30

# Of every five movements three are entries, spread over 500 days, and two the exits of those: one in five is still
# inside. A stay may last 30 days; one exit in fifty comes late, and so does one in ten of those who are inside.
FILL = """
CREATE TEMP TABLE made AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS out_id, n, n % 3 > 0 AS left_, 'K' || n AS number,
    (ARRAY['IQ-SHL', 'IQ-TRB', 'IQ-BGW', 'IQ-IBK', 'IQ-ZUR', 'IQ-NJF'])[1 + n % 6] AS post,
    CASE WHEN n % 3 > 0 THEN CAST(:now AS timestamptz) - interval '1 day' * (40 + 460 * random())
         WHEN n % 30 = 0 THEN CAST(:now AS timestamptz) - interval '1 day' * (31 + 30 * random())
         ELSE CAST(:now AS timestamptz) - interval '1 day' * 29 * random() END AS came,
    interval '1 day' * CASE WHEN n % 50 = 1 THEN 32 + 8 * random() ELSE 29 * random() END AS long
FROM generate_series(1, CAST(:entries AS integer)) AS n;
INSERT INTO movement (occurred_at, id, crossing_point, seq, direction, recorded_at, clock, source, document_key,
    document_code, issuing_state, document_number, primary_identifier, secondary_identifier, nationality,
    date_of_birth, sex, verdict, index_version, policy_version)
SELECT at, id, post, n, direction, at, 'certain', 'live', 'JOR:' || number, 'P', 'JOR', number, 'MADE', 'UP', 'JOR',
    '1980-05-17', 'X', 'CLEAR', '', ''
FROM (SELECT came AS at, id, post, n, 'entry' AS direction, number FROM made
      UNION ALL SELECT came + long, out_id, post, n, 'exit', number FROM made WHERE left_) AS every;
INSERT INTO inspection_key (id, request_hash, occurred_at) SELECT id, '', occurred_at FROM movement;
INSERT INTO stay (entry_id, crossing_point, entered_at, until, basis, due_at, ended_at)
SELECT id, post, came, (came + interval '30 days')::date, (ARRAY['visa', 'recorded', 'window'])[1 + n % 3],
    came + interval '30 days', CASE WHEN left_ THEN came + long ELSE 'infinity' END FROM made;
INSERT INTO stay_end SELECT out_id, id, came + long FROM made WHERE left_
"""


async def fill(settings: Settings, movements: int, now: datetime) -> None:
    """Write the made-up movements, and the stays that the service would have kept, as the owner of the tables."""
    async with reach(settings, join=True) as access:
        engine = create_async_engine(access.owner, connect_args={"server_settings": dict(MAINTAINING)})
        async with engine.begin() as connection:
            for statement in FILL.split(";\n"):
                given = {"now": now, "entries": movements * 3 // 5}
                asked = {name: value for name, value in given.items() if f":{name}" in statement}
                await connection.execute(text(statement), asked)
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))  # as autovacuum would have, by and by
        await engine.dispose()


async def measure(name: str, ask: Callable[[], Awaitable[object]]) -> None:
    """Print the fastest, the median and the slowest time, in ms."""
    took = []
    for _ in range(TIMES):
        begun = perf_counter()
        await ask()
        took.append((perf_counter() - begun) * 1000)
    sys.stdout.write(f"{name:<45}{min(took):8.1f}{median(took):8.1f}{max(took):8.1f}\n")


async def main(movements: int) -> None:
    now, policy = datetime.now(UTC), default_policy()
    with tempfile.TemporaryDirectory(prefix="mabar-") as data_dir:
        settings = Settings(data_dir=Path(data_dir), database_url=None)
        async with open_database(settings, acting=SERVICE) as database:
            await bring_up_to_date(database.sessions)
            await fill(settings, movements, now)
            over = partial(inside.overstayers, database.sessions, policy, actor=ACTOR, limit=50)
            for days in (0, 30, 200):
                then = now - timedelta(days)
                last = (await over(then, after=None))[0][-1].stay
                await measure(f"overstayers {days} days ago", partial(over, then, after=None))
                await measure("  their next page", partial(over, then, after=(last.due_at, last.entry_id)))
                await measure(f"counts {days} days ago", partial(inside.counts, database.sessions, then, actor=ACTOR))
            exits = partial(inside.expected_exits, database.sessions, policy, 7, actor=ACTOR, now=now, limit=50)
            await measure("exits expected in 7 days", partial(exits, after=None))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))

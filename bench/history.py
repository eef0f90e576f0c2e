"""How long an inspection takes of a traveller who has crossed 200 times: at 50 a second, by the clock and by CPU.

`python -m bench.history [--movements N] [--rate N] [--seconds N]` fills a fresh database, starts the
service on it, and sends crossings at a steady rate, whether or not the answers keep up. What is printed: percentiles of
the time from when a crossing was due to be sent to its answer, how many were not answered, and the processor time of
the service and of PostgreSQL for each inspection, which other work on the machine changes far less. How much it does is
told by the time that a loop takes which does nothing but add, on the idle machine before the service starts: no answer
can come faster than the machine lets that loop go on.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine

from bench.flow import serving
from service.acting import SERVICE
from service.database import open_database, reach
from service.domain import Crossing, Direction, PartialDate, TravelDocument, Traveller
from service.facts import GENESIS
from service.freshness import bring_up_to_date
from service.mapping import movement_columns
from service.person import person_keys
from service.postgres import PostgresServer
from service.postgres_files import SUPERUSER
from service.settings import Settings
from service.tables import DecisionRow, InspectionKeyRow, MovementRow, PostCounterRow

POSTS = ("IQ-ZUR", "IQ-TRB", "IQ-SHL")
WARM_SECONDS = 3  # until statements are prepared, which nobody measures
GOAL_MS = 60
GOAL_CPU_MS = {"python": 12, "postgres": 6}  # which leave two cores half idle at 50 a second
TICK = os.sysconf("SC_CLK_TCK")


def traveller_of(number: int) -> tuple[Traveller, TravelDocument]:
    consonants = ["BDFKLMNRST"[number // 10**place % 10] for place in range(4)]
    born = date(1950, 1, 1) + timedelta(days=37 * number % 18_000)  # no two on one day: nobody is taken for another
    names = ("A".join(consonants) + "I", "U".join(reversed(consonants)) + "A")
    traveller = Traveller(*names, "JOR", PartialDate.of(born), "M")
    return traveller, TravelDocument("P", "JOR", f"H{number * 1000:07d}", PartialDate(2034, 6, 30))


def _history(number: int, movements: int, now: datetime) -> Iterator[Crossing]:
    """In and out, a day each, up to yesterday."""
    traveller, document = traveller_of(number)
    keys = person_keys(traveller)
    for back in range(movements, 0, -1):
        direction = Direction.EXIT if back % 2 else Direction.ENTRY
        at = now - timedelta(days=back)
        yield Crossing(uuid4(), POSTS[number % 3], direction, at, document, traveller, person_keys=keys)


async def _fill(folder: str, travellers: int, movements: int) -> None:
    """Write the histories past the triggers that count for the dashboards: they are not what is measured."""
    now, settings = datetime.now(UTC), Settings(data_dir=Path(folder))
    async with open_database(settings, acting=SERVICE) as database, reach(settings, join=True) as access:
        await bring_up_to_date(database.sessions)
        filling = create_async_engine(
            access.maker, connect_args={"server_settings": {"session_replication_role": "replica"}}
        )
        for number in range(travellers):
            crossings = list(_history(number, movements, now))
            async with filling.begin() as connection:
                await connection.execute(insert(InspectionKeyRow), [_key(each) for each in crossings])
                rows = [_row(each, seq) for seq, each in enumerate(crossings, 1)]
                await connection.execute(insert(MovementRow), rows)
                await connection.execute(insert(DecisionRow), [_decision(each) for each in crossings])
        async with filling.begin() as connection:  # what is recorded now is numbered after the histories
            counters = [{"crossing_point": post, "seq": movements, "head": GENESIS} for post in POSTS]
            await connection.execute(insert(PostCounterRow), counters)
        await filling.dispose()


async def _settle(folder: str) -> None:
    """Have PostgreSQL tidy up now what was filled in at once, not while it is measured."""
    server = PostgresServer(Path(folder))
    await server.start()
    url = server.url(SUPERUSER)
    connection = await asyncpg.connect(
        host=str(url.query["host"]), user=url.username, password=url.password, database=url.database
    )
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()
    await server.stop()


def _key(crossing: Crossing) -> dict[str, Any]:
    at = crossing.occurred_at
    return {"id": crossing.id, "request_hash": b"", "occurred_at": at, "created_at": at}


def _row(crossing: Crossing, seq: int) -> dict[str, Any]:
    said = {"seq": seq, "recorded_at": crossing.occurred_at, "verdict": "CLEAR", "rules": []}
    return {**movement_columns(crossing), **said, "index_version": "", "policy_version": ""}


def _decision(crossing: Crossing) -> dict[str, Any]:
    at = crossing.occurred_at
    said = {"id": uuid4(), "outcome": "admitted", "officer": "bench", "decided_at": at}
    return {**said, "movement_id": crossing.id, "movement_occurred_at": at}


def _asked(number: int) -> dict[str, Any]:
    traveller, document = traveller_of(number)
    return {
        "id": str(uuid4()),
        "crossing_point": POSTS[number % 3],
        "direction": "entry",
        "occurred_at": datetime.now(UTC).isoformat(),
        "document": {
            "document_code": "P",
            "issuing_state": "JOR",
            "document_number": document.document_number,
            "date_of_expiry": str(document.date_of_expiry),
            "primary_identifier": traveller.primary_identifier,
            "secondary_identifier": traveller.secondary_identifier,
            "nationality": "JOR",
            "date_of_birth": str(traveller.date_of_birth),
            "sex": traveller.sex,
        },
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """Seconds from when each crossing was due to its answer, and what was answered instead, by status."""

    seconds: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


async def _send(client: httpx.AsyncClient, number: int, due: float, sent: Sent) -> None:
    try:
        answer = await client.post("/v1/inspections", json=_asked(number))
    except httpx.TransportError as error:
        sent.failed[type(error).__name__] += 1
        return
    if answer.is_success:
        sent.seconds.append(time.perf_counter() - due)
    else:
        sent.failed[str(answer.status_code)] += 1


async def _steadily(address: str, token: str, travellers: range, rate: int) -> Sent:
    """Send each traveller once, so many a second, whether or not the answers keep up."""
    sent = Sent()
    gc.disable()  # of the sender: what it would wait for itself is no answer's time
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=60) as client:
        began, under_way = time.perf_counter(), []
        for at, number in enumerate(travellers):
            due = began + at / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            under_way.append(asyncio.create_task(_send(client, number, due, sent)))
        await asyncio.gather(*under_way)
    return sent


def cpu(root: int) -> dict[str, float]:
    """Processor time in seconds of a process and its descendants, those that have ended included, by the name of the
    program."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            stats[int(folder.name)] = (name, int(fields[1]), sum(map(int, fields[11:15])) / TICK)
    return _sum(stats, root)


def _sum(stats: dict[int, tuple[str, int, float]], root: int) -> dict[str, float]:
    used: dict[str, float] = {}
    for pid, (name, _, seconds) in stats.items():
        line = [pid]
        while line[-1] in stats:
            line.append(stats[line[-1]][1])
        if root in line:
            used[name] = used.get(name, 0.0) + seconds
    return used


def _stalls(seconds: float = 10.0) -> list[float]:
    """How long a loop of 50,000 additions took each time, in milliseconds by the clock, over some seconds; sorted."""
    taken, began = [], time.perf_counter()
    while (at := time.perf_counter()) < began + seconds:
        total = 0
        for number in range(50_000):
            total += number
        taken.append(1000 * (time.perf_counter() - at))
    return sorted(taken)


def _print(sent: Sent, wall: float, used: dict[str, float]) -> None:
    taken, every = sorted(sent.seconds), len(sent.seconds) + sum(sent.failed.values())
    print(f"{every} inspections, {every / wall:.1f} a second, load {os.getloadavg()[0]:.1f}")
    print(f"not answered: {dict(sent.failed) or 0}  (goal 0)")
    for share, goal in ((0.5, ""), (0.95, ""), (0.99, f"  (goal {GOAL_MS} ms)")):
        at = min(len(taken) - 1, int(share * len(taken)))
        print(f"p{100 * share:.0f} {1000 * taken[at]:.0f} ms{goal}" if taken else f"p{100 * share:.0f} none")
    for name, seconds in used.items():
        goal = f"  (goal {GOAL_CPU_MS[name]} ms)" if name in GOAL_CPU_MS else ""
        print(f"{name}: {1000 * seconds / every:.1f} ms of CPU each{goal}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("movements", 200), ("rate", 50), ("seconds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mabar-bench-") as folder:
        warm = asked.rate * WARM_SECONDS
        every = warm + asked.rate * asked.seconds
        asyncio.run(_fill(folder, every, asked.movements))
        asyncio.run(_settle(folder))
        loop = _stalls()
        with serving(folder) as (client, process):
            token = client.headers["Authorization"].removeprefix("Bearer ")
            address = str(client.base_url)
            asyncio.run(_steadily(address, token, range(warm), asked.rate))
            before, began = cpu(process.pid), time.perf_counter()
            sent = asyncio.run(_steadily(address, token, range(warm, every), asked.rate))
            wall, after = time.perf_counter() - began, cpu(process.pid)
    _print(sent, wall, {name: seconds - before.get(name, 0.0) for name, seconds in after.items()})
    half, most = (loop[int(share * len(loop))] for share in (0.5, 0.99))
    print(f"the idle machine: a loop of {half:.1f} ms takes {most:.1f} ms once in 100 times, {loop[-1]:.0f} ms at most")


if __name__ == "__main__":
    main()

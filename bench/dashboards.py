"""How long each picture of the dashboards takes on five million movements, asked for as the console does.

`python -m bench.dashboards [--movements N] [--folder DIR]` fills a database (or goes on with one that is full; see
`bench.filled`), starts the service on it, and asks for every picture over the longest time that the console offers,
a year: once after the start, when nothing is in PostgreSQL's memory, then `--times` times, as an analyst, from whom
small cells are withheld, and as somebody who is told every count. Wall time depends on what else the machine does;
processor time, of PostgreSQL and of Python, hardly. With `--inspections` it tells too what the roll-ups cost a post.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from bench.cost import cost
from bench.filled import DAYS, fill, unlike
from bench.flow import serving
from bench.history import cpu
from service.access import ALL_POSTS, Role
from service.accounts import NewAccount, create_account, set_password
from service.acting import SERVICE
from service.database import open_database
from service.errors import AccountNameTaken
from service.settings import Settings

GOAL_MS = 300
GOAL_CPU_MS = 200


BESIDES = {
    "one nationality by day": "travellers?by=day&nationality=IRN",
    "refusals by reason": "outcomes?by=reason",
    "busiest hours": "movements?by=weekday,hour_of_day",
    "waits by day": "times?by=day,stage",
}  # no pictures of the console: what an analyst may ask over the API


def pictures(today: date) -> Iterator[tuple[str, str]]:
    """What each picture of the console is called, and what it asks for; then what may be asked besides."""
    year, month = f"from={today - timedelta(DAYS - 1)}&to={today}", f"from={today - timedelta(29)}&to={today}"
    yield "posts and hours of today", "usual-day"
    for name, query in {
        "flows": "travellers?by=nationality,crossing_point,direction",
        "movements by day": "movements?by=day,direction",
        "movements by post": "movements?by=crossing_point,direction",
        "decisions by post": "outcomes?by=crossing_point",
        "nationality": "travellers?by=nationality",
        "age band": "travellers?by=age_band",
        "documents": "documents?by=document_type",
        "transport": "movements?by=transport",
        "waits by stage": "times?by=stage",
        "waits by post": "times?by=crossing_point&stage=first_line",
        "findings by rule": "findings?by=rule",
        "hits by list": "hits?by=list",
        "inside by right": "inside?by=regime",
        "inside by day": "inside?by=day",
        "flows of one post": "travellers?by=nationality,crossing_point,direction&crossing_point=IQ-BGW",
        "ages of one nationality": "travellers?by=age_band&nationality=IRN",
        **BESIDES,
    }.items():
        yield name, f"{query}&{year}"
    yield "posts against a year ago", f"movements?by=crossing_point,direction&{month}&against={today - timedelta(393)}"
    before = today - timedelta(59)
    yield "flows against 30 days before", f"travellers?by=nationality,crossing_point,direction&{month}&against={before}"


@dataclass(slots=True)
class Taken:
    """What asking for one picture took: milliseconds by the clock, the first apart, and seconds of processors."""

    first: float = 0.0
    wall: list[float] = field(default_factory=list)
    used: dict[str, float] = field(default_factory=dict)
    size: int = 0

    def percentile(self, share: float) -> float:
        return sorted(self.wall)[min(len(self.wall) - 1, int(share * len(self.wall)))]

    def cpu_ms(self, program: str) -> float:
        return 1000 * sum(s for name, s in self.used.items() if name.startswith(program)) / len(self.wall)

    @property
    def missed(self) -> str:
        by_the_processor = self.cpu_ms("") > GOAL_CPU_MS
        return " MISSED" if self.percentile(0.95) > GOAL_MS else " much CPU" if by_the_processor else ""


def measure(client: httpx.Client, process: int, headers: dict[str, str], today: date, times: int) -> dict[str, Taken]:
    """Each picture once in turn, then each again and again."""
    found: dict[str, Taken] = {}
    for name, path in pictures(today):
        found[name] = Taken(first=_ask(client, path, headers)[0])
    for name, path in pictures(today):
        before = cpu(process)
        for _ in range(times):
            taken, size = _ask(client, path, headers)
            found[name].wall.append(taken)
        found[name].used = {of: seconds - before.get(of, 0.0) for of, seconds in cpu(process).items()}
        found[name].size = size
    return found


def _ask(client: httpx.Client, path: str, headers: dict[str, str]) -> tuple[float, int]:
    began = time.perf_counter()
    answer = client.get(f"/v1/statistics/{path}", headers=headers).raise_for_status()
    return 1000 * (time.perf_counter() - began), len(answer.content)


def tell(who: str, found: dict[str, Taken]) -> None:
    """The table, as docs/benchmarks.md has it."""
    print(f"\n| {who} | first | p50 | p95 | max, ms | PostgreSQL | Python, ms of CPU | kB | |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: | --- |")
    for name, taken in found.items():
        wall = [taken.first, *map(taken.percentile, (0.5, 0.95)), max(taken.wall)]
        told = [*wall, taken.cpu_ms("postgres"), taken.cpu_ms("python"), taken.size / 1000]
        print(f"| {name} | {' | '.join(f'{value:.0f}' for value in told)} |{taken.missed} |")


async def _analyst(folder: Path) -> str:
    """The password of an account that counts and reads no records."""
    password, now = secrets.token_urlsafe(24), datetime.now(UTC)
    async with open_database(Settings(data_dir=folder), acting=SERVICE) as database:
        new = NewAccount("analyst", "Analyst", frozenset({Role.ANALYST}), frozenset({ALL_POSTS}))
        try:
            await create_account(database.sessions, new, password, now=now)
        except AccountNameTaken:
            await set_password(database.sessions, "analyst", password, now=now)
    return password


def _signed_in(client: httpx.Client, password: str) -> dict[str, str]:
    answer = client.post("/v1/session", json={"username": "analyst", "password": password}).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def asked_of(folder: Path, times: int) -> bool:
    """Whether every picture came in time."""
    password = asyncio.run(_analyst(folder))
    today = (datetime.now(UTC) + timedelta(hours=3)).date()
    with serving(str(folder)) as (client, process):
        all_counts = {"Authorization": client.headers["Authorization"]}
        askers = {"an analyst": _signed_in(client, password), "who reads the log": all_counts}
        every = {who: measure(client, process.pid, headers, today, times) for who, headers in askers.items()}
    for who, found in every.items():
        tell(who, found)
    told = [taken for found in every.values() for name, taken in found.items() if name not in BESIDES]
    return not any(taken.missed == " MISSED" for taken in told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=5_000_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--inspections", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="kept, and gone on with")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mabar-bench-") as fresh:
        folder = asked.folder or Path(fresh) / "data"
        if not folder.exists():
            asyncio.run(fill(folder, asked.movements))
            print(f"cells of a day unlike what the database says of its movements: {asyncio.run(unlike(folder))}")
        met = asked_of(folder, asked.times)
        if asked.inspections:
            asyncio.run(cost(folder, asked.inspections))
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()

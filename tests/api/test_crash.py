"""kill -9 of the service or of its database at any moment, under writers: what was acknowledged is there, once.

`CRASH_CYCLES=200 CRASH_FOLDER=build/crash` is the campaign, which goes on in that folder where it was stopped.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import statistics
import string
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

from ocr.mrz import MrzFormat, render
from service_process import ROOT, ServiceProcess, copy_data, running

CYCLES = int(os.environ.get("CRASH_CYCLES", "2"))
CAMPAIGN = os.environ.get("CRASH_FOLDER")  # of a campaign; short, for a socket's path lies within
WRITERS = 4
MOST_AT_STAKE = 12  # movements acknowledged in a cycle before the kill, at most; a time would be few on a busy machine


def _inspection(chance: random.Random) -> dict[str, str]:
    """A traveller of their own: were all alike, each would be taken for the others and all be judged again."""
    year, month, day = chance.randrange(40, 99), chance.randrange(1, 13), chance.randrange(1, 29)
    zone = render(
        MrzFormat.TD3,
        document_code="P",
        issuing_state="UTO",
        document_number=f"C{chance.randrange(10**8):08d}",
        nationality="UTO",
        date_of_birth=f"{year:02}{month:02}{day:02}",
        sex="F",
        date_of_expiry="330415",
        primary_identifier="CRASHTEST",
        secondary_identifier="".join(chance.choices(string.ascii_uppercase, k=9)),
    )
    return {
        "id": str(uuid4()),
        "crossing_point": chance.choice(["IQ-ZUR", "IQ-SHL"]),
        "direction": chance.choice(["entry", "exit"]),
        "occurred_at": datetime.now(UTC).isoformat(),
        "mrz": "\n".join(zone),
    }


async def _write(
    service: ServiceProcess, headers: dict[str, str], acknowledged: set[str], seed: int, at_stake: asyncio.Semaphore
) -> None:
    """Inspect one traveller after another until the service is gone."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
        while True:
            asked = _inspection(chance)
            try:
                answer = await client.post("/v1/inspections", json=asked)
            except httpx.TransportError:
                return
            if answer.status_code == 503:  # the database is gone, and comes back by itself
                assert answer.headers["Retry-After"]
                assert answer.headers["Content-Type"] == "application/problem+json"
                return
            assert answer.status_code == 201, answer.text
            acknowledged.add(answer.json()["id"])
            at_stake.release()


async def _write_and_kill(
    service: ServiceProcess, headers: dict[str, str], acknowledged: set[str], cycle: int
) -> tuple[float, float, float]:
    """Kill one of both under load; seconds until the service was ready again, on the clock and of its CPU, and the
    machine's load then: on a loaded one the clock tells of the others."""
    at_stake, chance = asyncio.Semaphore(0), random.Random(cycle)
    seeds = range(cycle * WRITERS, (cycle + 1) * WRITERS)
    writers = [asyncio.create_task(_write(service, headers, acknowledged, seed, at_stake)) for seed in seeds]
    for _ in range(chance.randint(1, MOST_AT_STAKE)):
        await at_stake.acquire()
    await asyncio.sleep(chance.uniform(0, 0.1))
    is_database = cycle % 2 == 1
    await asyncio.to_thread(_kill_database if is_database else ServiceProcess.kill, service)
    began, spent = time.monotonic(), service.cpu_seconds()
    await asyncio.gather(*writers)
    await asyncio.to_thread(service.wait if is_database else service.start)
    spent = service.cpu_seconds() - (spent if is_database else 0.0)
    return time.monotonic() - began, spent, os.getloadavg()[0]


def _kill_database(service: ServiceProcess) -> None:
    """PostgreSQL's first process; its children end with it, and the service starts another."""
    pid = int((service.data_dir / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def _verify_trail(service: ServiceProcess, folder: Path) -> None:
    """As an auditor would: export, then verify by the program of one file that shares nothing with the service."""
    key = _run(service, "api", "audit", "export", str(folder)).split()[-1]
    _run(service, "verifier", str(folder), "--key", key)


def _run(service: ServiceProcess, *words: str) -> str:
    command = [sys.executable, "-m", *words]
    ran = subprocess.run(command, cwd=ROOT, env=service.environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout[-2000:], ran.stderr[-2000:])
    return ran.stdout


def _told(log: list[dict[str, str]], acknowledged: set[str]) -> None:
    ids = [line["id"] for line in log]
    assert len(ids) == len(set(ids))
    assert acknowledged <= set(ids)
    for post in {line["crossing_point"] for line in log}:
        numbers = [line["seq"] for line in log if line["crossing_point"] == post]
        assert len(numbers) == len(set(numbers))


async def test_no_acknowledged_movement_is_lost_to_kill_9(tmp_path: Path, demonstration: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="mabar-crash-") as scratch:
        folder = Path(CAMPAIGN or scratch)
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - nothing else runs meanwhile
        kept = folder / "state.json"
        state = json.loads(kept.read_text()) if kept.exists() else {"cycles": 0, "acknowledged": [], "ready": []}
        acknowledged = set(state["acknowledged"])
        if not (folder / "data").exists():
            copy_data(demonstration, folder / "data")
        with running(folder / "data", MABAR_READER_WORKERS="1") as service:
            headers = service.headers()  # one session for all cycles: it has to outlive them too
            for cycle in range(state["cycles"], CYCLES):
                ready = await _write_and_kill(service, headers, acknowledged, cycle)
                state |= {"cycles": cycle + 1, "acknowledged": sorted(acknowledged), "ready": [*state["ready"], ready]}
                kept.write_text(json.dumps(state))
            with service.client() as client:
                log = [json.loads(line) for line in client.get("/v1/movements/export?format=ndjson").text.splitlines()]
            _told(log, acknowledged)
            _verify_trail(service, tmp_path / "trail")
    print(f"{CYCLES} kills, {len(acknowledged)} movements acknowledged, none lost, trail whole; ready again after:")
    for first, name in enumerate(("service", "database")):
        print(f"{name}: {_summary(state['ready'][first::2])}")


def _summary(times: list[tuple[float, float, float]]) -> str:
    """Medians and worst of seconds on the clock, seconds of CPU and the machine's load."""
    columns = zip(("s on the clock", "s of CPU", "load"), zip(*times, strict=True), strict=True)
    return "; ".join(f"{name} {statistics.median(one):.1f}, at most {max(one):.1f}" for name, one in columns)

"""kill -9 of the service or of its database at any moment, under writers: what was acknowledged is there, once.

`CRASH_CYCLES=200 CRASH_FOLDER=build/crash` is the campaign, which goes on in that folder where it was stopped.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

from ocr.mrz import MrzFormat, render
from service_process import ROOT, ServiceProcess, running

CYCLES = int(os.environ.get("CRASH_CYCLES", "2"))
CAMPAIGN = os.environ.get("CRASH_FOLDER")  # of a campaign; short, for a socket's path lies within
WRITERS = 4


def _inspection(chance: random.Random) -> dict[str, str]:
    zone = render(
        MrzFormat.TD3,
        document_code="P",
        issuing_state="UTO",
        document_number=f"C{chance.randrange(10**8):08d}",
        nationality="UTO",
        date_of_birth="740812",
        sex="F",
        date_of_expiry="330415",
        primary_identifier="CRASHTEST",
        secondary_identifier="ANNA",
    )
    return {
        "id": str(uuid4()),
        "crossing_point": chance.choice(["IQ-ZUR", "IQ-SHL"]),
        "direction": chance.choice(["entry", "exit"]),
        "occurred_at": datetime.now(UTC).isoformat(),
        "mrz": "\n".join(zone),
    }


async def _write(
    service: ServiceProcess, headers: dict[str, str], acknowledged: set[str], seed: int, at_stake: asyncio.Event
) -> None:
    """Inspect one traveller after another until the service is gone."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=10) as client:
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
            at_stake.set()


async def _write_and_kill(service: ServiceProcess, acknowledged: set[str], cycle: int) -> float:
    """Kill one of both under load; how many seconds passed until the service was ready again."""
    headers = await asyncio.to_thread(service.headers)
    at_stake = asyncio.Event()
    seeds = range(cycle * WRITERS, (cycle + 1) * WRITERS)
    writers = [asyncio.create_task(_write(service, headers, acknowledged, seed, at_stake)) for seed in seeds]
    await at_stake.wait()
    chance = random.Random(cycle)
    await asyncio.sleep(chance.uniform(0, 0.7))
    is_database = cycle % 2 == 1
    await asyncio.to_thread(_kill_database if is_database else ServiceProcess.kill, service)
    began = time.monotonic()
    if not is_database:
        await asyncio.gather(*writers)
        return await asyncio.to_thread(service.start)
    await asyncio.gather(*writers)
    await asyncio.to_thread(service.wait)
    return time.monotonic() - began


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


async def test_no_acknowledged_movement_is_lost_to_kill_9(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="mabar-crash-") as scratch:
        folder = Path(CAMPAIGN or scratch)
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - nothing else runs meanwhile
        kept = folder / "state.json"
        state = json.loads(kept.read_text()) if kept.exists() else {"cycles": 0, "acknowledged": [], "ready": []}
        acknowledged = set(state["acknowledged"])
        with running(folder / "data", MABAR_READER_WORKERS="1") as service:
            for cycle in range(state["cycles"], CYCLES):
                ready = await _write_and_kill(service, acknowledged, cycle)
                state |= {"cycles": cycle + 1, "acknowledged": sorted(acknowledged), "ready": [*state["ready"], ready]}
                kept.write_text(json.dumps(state))
            with service.client() as client:
                log = [json.loads(line) for line in client.get("/v1/movements/export?format=ndjson").text.splitlines()]
            _told(log, acknowledged)
            _verify_trail(service, tmp_path / "trail")
    slowest = {name: max(state["ready"][first::2], default=0.0) for first, name in enumerate(("service", "database"))}
    print(
        f"{CYCLES} kills, {len(acknowledged)} movements acknowledged, none lost, trail whole; ready again after at most"
    )
    print(", ".join(f"{seconds:.1f} s of the {name}" for name, seconds in slowest.items()))

"""How long an officer waits: swipe to verdict and picture to verdict, at a service on this machine.

`python -m bench.flow [--count N]` starts a service with demonstration data in a temporary directory, sends one
traveller after another, and prints median, 95th and 99th percentile in milliseconds. The goal is a verdict within two
seconds.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from ocr.mrz import MrzFormat, render

ROOT = Path(__file__).parent.parent
PICTURES = sorted((ROOT / "tests" / "documents").glob("*.jpg"))


@contextmanager
def service() -> Iterator[httpx.Client]:
    """A signed-in client of a fresh service; prints how long its first start took."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mabar-bench-") as folder, serving(folder) as (client, _):
        print(f"first start, database and demonstration data included: {time.perf_counter() - began:.1f} s")
        yield client


@contextmanager
def serving(folder: str, log: Path = Path(os.devnull)) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A signed-in client of a service on a data directory, and its process; what it says goes into `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fast = {"MABAR_REQUESTS_PER_SECOND": "10000"}  # of one credential, as all posts of a country together
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--demo"],
            cwd=ROOT,
            env={**os.environ, **fast, "MABAR_DATA_DIR": folder, "PORT": str(port)},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait(client, process)
            sign_in(client, folder)
            yield client, process
    finally:
        process.terminate()
        process.wait()


def sign_in(client: httpx.Client, folder: str) -> None:
    """Sign the client in to the demonstration, anew where its session has locked."""
    password = (Path(folder) / "demo-password").read_text().strip()
    signed_in = client.post("/v1/session", json={"username": "demo", "password": password}).json()
    client.headers["Authorization"] = f"Bearer {signed_in['token']}"


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with suppress(httpx.TransportError):
            if client.get("/health/ready").status_code == 200:
                return
        time.sleep(0.05)
    raise SystemExit("the service did not start")


def _asked(**source: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"id": str(uuid4()), "crossing_point": "IQ-ZUR", "direction": "entry", "occurred_at": now, **source}


def swipe(client: httpx.Client, number: int) -> None:
    """One traveller whose zone comes as text."""
    zone = render(
        MrzFormat.TD3,
        document_code="P",
        issuing_state="IRN",
        document_number=f"B{number:08d}",
        nationality="IRN",
        date_of_birth=f"{60 + number % 40:02d}{1 + number % 12:02d}{1 + number % 28:02d}",
        sex="F",
        date_of_expiry="330415",
        primary_identifier=f"BENCH{chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
        secondary_identifier="PARISA",
    )
    client.post("/v1/inspections", json=_asked(mrz="\n".join(zone))).raise_for_status()


def picture(client: httpx.Client, number: int) -> None:
    """One traveller whose document is photographed: read, then inspect."""
    path = PICTURES[number % len(PICTURES)]
    answer = client.post("/v1/mrz", files={"image": (path.name, path.read_bytes())}).raise_for_status().json()
    asked = _asked(reading_id=answer["id"])
    if not answer["accepted"]:
        asked["mrz"] = "\n".join(answer["lines"])
    client.post("/v1/inspections", json=asked).raise_for_status()


def measure(name: str, count: int, work: Callable[[int], None]) -> None:
    """Time `work` for each of `count` travellers, after five that do not count."""
    for number in range(5):
        work(number)
    spent = []
    for number in range(5, 5 + count):
        began = time.perf_counter()
        work(number)
        spent.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(spent, n=100)
    print(f"{name}: median {statistics.median(spent):.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, n={count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    with service() as client:
        measure("swipe to verdict", count, lambda number: swipe(client, number))
        measure("picture to verdict", count, lambda number: picture(client, number))


if __name__ == "__main__":
    main()

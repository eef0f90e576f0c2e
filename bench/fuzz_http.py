"""Spoilt images through the whole way: socket, form, queue, fenced reader, answer.

    python -m bench.fuzz_http [--count 20000] [--workers 4]

The images are those of `bench.fuzz`, by number, at a service of its own with demonstration data. A finding is an answer
other than a reading (201) or a declared refusal (413, 415, 422; 503 of a full queue is tried again), one that took more
than 3 s, a service that died. Goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from bench.flow import serving
from bench.mutations import mutated_image

FOLDER = Path("build/fuzz")
FIRST = 20_000_000  # number of the first case: no other campaign reaches it
EXPECTED = (201, 413, 415, 422)
LONGEST_S = 3.0
BATCH = 100


@dataclass(slots=True)
class State:
    """What a campaign has come to: cases below ``next`` are done; memory of the service after each batch, in MB."""

    next: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    findings: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        answers = ", ".join(f"{times:,} x {status}" for status, times in sorted(self.counts.items()))
        memory = f"{min(self.memory_mb):.0f} to {max(self.memory_mb):.0f} MB" if self.memory_mb else "unknown"
        return (
            f"{self.next:,} images: {answers}; slowest {self.slowest_s:.2f} s; the service held {memory}; "
            f"{len(self.findings)} findings"
        )


async def ask(client: httpx.AsyncClient, number: int, state: State) -> None:
    """Send one image, again while the queue is full, and note what became of it."""
    image = mutated_image(FIRST + number)
    while True:
        began = time.perf_counter()
        answer = await client.post("/v1/mrz", files={"image": ("page", image)})
        spent = time.perf_counter() - began
        if answer.status_code != 503:
            break
        await asyncio.sleep(0.1)
    status = str(answer.status_code)
    state.counts[status] = state.counts.get(status, 0) + 1
    state.slowest_s = max(state.slowest_s, spent)
    if answer.status_code not in EXPECTED:
        state.findings.append((number, f"{answer.status_code}: {answer.text[:200]}"))
    if spent > LONGEST_S:
        state.findings.append((number, f"{spent:.1f} s"))


async def batch(base: str, token: str, numbers: range, workers: int, state: State) -> None:
    """Ask for each of the numbers, `workers` at once."""
    waiting = iter(numbers)

    async def work(client: httpx.AsyncClient) -> None:
        for number in waiting:
            await ask(client, number, state)

    async with httpx.AsyncClient(base_url=base, headers={"Authorization": token}, timeout=30) as client:
        await asyncio.gather(*(work(client) for _ in range(workers)))
    state.next = numbers.stop


def campaign(count: int, workers: int) -> State:
    """Send images 0 to `count`, from where the last run stopped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "http.json"
    state = State(**json.loads(file.read_text())) if file.exists() else State()
    with tempfile.TemporaryDirectory(prefix="mabar-fuzz-") as folder, serving(folder) as (client, process):
        while state.next < count:
            numbers = range(state.next, min(state.next + BATCH, count))
            asyncio.run(batch(str(client.base_url), client.headers["Authorization"], numbers, workers, state))
            if process.poll() is not None:
                state.findings.append((numbers.start, f"the service died: {process.returncode}"))
                break
            state.memory_mb.append(_resident_megabytes(process.pid))
            file.write_text(json.dumps(asdict(state)))
            print(state, flush=True)
    return state


def _resident_megabytes(pid: int) -> float:
    """Of the service's own process, without its readers. Linux."""
    rows = dict(row.split(":", 1) for row in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024


def main() -> None:
    """Run the campaign."""
    options = argparse.ArgumentParser(prog="python -m bench.fuzz_http", description=__doc__)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--workers", type=int, default=4)
    given = options.parse_args()
    state = campaign(given.count, given.workers)
    print(Counter(what.split(":")[0] for _, what in state.findings) or "nothing found")
    sys.exit(1 if state.findings else 0)


if __name__ == "__main__":
    main()

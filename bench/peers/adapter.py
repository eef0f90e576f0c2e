"""What all readers under measurement have in common: file names in, one JSON object a line out.

Each reader runs in a process of its own, peers in an environment of their own, so nothing here needs more than
Python. CPU time counts the programs that a reader runs; memory is the peak of the process itself.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str], tuple[str | None, bool, str]]
"""A reader: the lines in the image of a file, whether it stands by them, and what speaks against them."""


def serve(read: Read, name: str) -> None:
    """Answer each file named on standard input with what was read, until it ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # libraries print; the answers stay clean
    answers.write(json.dumps({"ready": name}) + "\n")
    for line in sys.stdin:
        before = cpu_seconds()
        try:
            text, sure, why = read(line.rstrip("\n"))
        except Exception as error:  # whatever a reader dies of is its result on this image
            text, sure, why = None, False, f"error: {type(error).__name__}: {error}"[:300]
        spent = 1000 * (cpu_seconds() - before)
        answer = {"mrz": text, "valid": sure, "why": why, "ms": round(spent, 1), "mb": peak_megabytes()}
        answers.write(json.dumps(answer) + "\n")


def count_cpu_time() -> None:
    """Let the reader's own patience run on CPU time: on a busy machine it would give up early, and seem worse."""
    time.perf_counter = time.process_time


def cpu_seconds() -> float:
    """CPU time of this process and of the programs that it has run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def peak_megabytes() -> float | None:
    """The most memory that this process has held; None where the system does not tell."""
    return _status_megabytes("VmHWM")  # getrusage would count the process that started this one


def resident_megabytes() -> float | None:
    """The memory that this process holds now; None where the system does not tell."""
    return _status_megabytes("VmRSS")


def _status_megabytes(name: str) -> float | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    rows = dict(row.split(":", 1) for row in status.read_text().splitlines())
    return int(rows[name].split()[0]) / 1024

"""How quickly a year of one busy post is replayed, and in how much memory: a made-up year without planted stories.

python -m bench.busy --movements 2000000 --post IQ-ZUR
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.travellers import REGULAR, World
from service.json_rows import encoded
from service.policy import default_policy
from service.reference import crossing_points
from service.replay import replay

SPELL = 100_000  # movements between two looks at the clock


def year(movements: int, post: str, seed: int, file: Path) -> float:
    """Write about so many movements of regular travellers; returns the share of travellers who come again."""
    world = World(seed, posts=(post,))
    lives, weights = zip(*REGULAR, strict=True)
    while len(world.lines) < movements:
        world.rng.choices(lives, weights)[0](world)
    who: Counter[int] = Counter()
    with file.open("w", encoding="utf-8") as out:
        for line in world.recorded():
            out.write(f"{line}\n")
            said = json.loads(line)["traveller"]
            # a respelt name has another tail, and a renewed passport another number
            who[hash((said["primary_identifier"][:6], said["date_of_birth"], said["nationality"], said["sex"]))] += 1
    return sum(1 for times in who.values() if times > 2) / len(who)


def measure(file: Path) -> dict[str, float | str]:
    """Replay a file as `mabar rules replay --json` does, its output thrown away: movements a second of CPU, MiB.

    The machine's own pace is asked all along: a processor that is lent out may be half as quick a minute later.
    """
    posts = {point.code: point for point in crossing_points()}
    gc.disable()  # as the command does
    movements, paces, spells = 0, [pace()], list[float]()
    with file.open(encoding="utf-8") as lines, Path(os.devnull).open("w", encoding="utf-8") as out:
        began = time.process_time()
        for written in replay(lines, default_policy(), posts):
            out.write(encoded(written) + "\n")
            movements += "verdict" in written
            if "verdict" in written and movements % SPELL == 0:
                spells.append(time.process_time() - began)
                paces.append(pace())
                began = time.process_time()
    seconds = sum(spells) + time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "movements": movements,
        "a_second": movements // seconds,
        "seconds": round(seconds),
        "MiB": round(peak),
        "a_second_by_100000": " ".join(str(round(SPELL / spell)) for spell in spells),
        "pace_ms": " ".join(str(round(each)) for each in paces),
    }


def pace() -> float:
    """How many milliseconds of CPU a loop takes now that does nothing but add: beside it a rate can be judged."""
    began = time.process_time()
    sum(number & 7 for number in range(1_000_000))
    return 1000 * (time.process_time() - began)


def main() -> int:
    """Print the figures as JSON; the year is made in a process of its own, which holds it all in memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--movements", type=int, default=2_000_000)
    parser.add_argument("--post", default="IQ-ZUR")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "year.jsonl"
        child = os.fork()
        if not child:
            repeat = year(asked.movements, asked.post, asked.seed, file)
            print(f"{100 * repeat:.0f} % of the travellers come again", flush=True)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            return 1
        print(json.dumps(measure(file)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

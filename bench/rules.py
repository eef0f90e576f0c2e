"""Measure the rules on made-up travellers: what was planted and found, what was found falsely, and how quickly.

python -m bench.rules --movements 100000 --seed 7 --write docs/rules-simulator.md
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.irregular import STORIES
from bench.travellers import REGULAR, World
from service.policy import Policy, default_policy
from service.reference import crossing_points
from service.replay import replay
from service.rules.catalogue import RULES
from service.wording import word

SHARE = 0.02  # of the movements that belong to planted stories
MOST_FALSE = 0.001  # false findings a movement on the unplanted


@dataclass(frozen=True, slots=True)
class Result:
    """By rule: planted, of those found, and false findings on unplanted travellers; CPU seconds of the replay."""

    movements: int
    planted: Counter[str]
    found: Counter[str]
    false: Counter[str]
    missed: tuple[tuple[str, str], ...]
    seconds: float
    withdrawn: int

    @property
    def share_false(self) -> float:
        return sum(self.false.values()) / self.movements


def world_of(movements: int, seed: int, share: float = SHARE) -> World:
    """A year with about so many movements; every story is planted at least once."""
    world = World(seed)
    lives, weights = zip(*REGULAR, strict=True)
    while len(world.lines) < movements * (1 - share):
        world.rng.choices(lives, weights)[0](world)
    stories = list(STORIES.values())
    told = 0
    while told < len(stories) or len(world.lines) < movements:
        before = len(world.lines)
        stories[told % len(stories)](world)
        world.touched.update(f"m{number}" for number in range(before, len(world.lines)))
        told += 1
    return world


def measure(world: World, policy: Policy | None = None) -> Result:
    """Replay the world and compare what stands at the end with what was planted."""
    posts = {point.code: point for point in crossing_points()}
    lines = list(world.recorded())
    began = time.process_time()
    stands, withdrawn = standing(replay(lines, policy or default_policy(), posts))
    seconds = time.process_time() - began
    found = {(movement, rule) for movement, rules in stands.items() for rule in +rules}
    hit = world.planted & found
    false = Counter(rule for movement, rule in found if movement not in world.touched)
    return Result(
        len(lines),
        Counter(rule for _, rule in world.planted),
        Counter(rule for _, rule in hit),
        false,
        tuple(sorted(world.planted - hit)),
        seconds,
        withdrawn,
    )


def standing(written: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Counter[str]], int]:
    """What stands at the end, by movement and rule, and how many findings later facts withdrew."""
    stands: dict[str, Counter[str]] = defaultdict(Counter)
    withdrawn = 0
    for line in written:
        if "verdict" in line:
            if line["findings"]:
                stands[line["id"]].update(finding["rule"] for finding in line["findings"])
        elif line["status"] == "raised":
            stands[line["id"]][line["rule"]] += 1
        else:
            stands[line["id"]][line["rule"]] -= 1
            withdrawn += 1
    return stands, withdrawn


def table(result: Result, seed: int) -> str:
    """The result as Markdown."""
    rows = [
        f"| {rule.id} | {word(rule.title, {})} | {result.planted[rule.id]:,} | {result.found[rule.id]:,} | "
        f"{result.false[rule.id]:,} | {100 * result.false[rule.id] / result.movements:.4f} % |"
        for rule in RULES
    ]
    total = (
        f"| | all | {result.planted.total():,} | {result.found.total():,} | {result.false.total():,} | "
        f"{100 * result.share_false:.4f} % |"
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join(
        [
            "# The rules on made-up travellers",
            "",
            "Written by `make bench-rules`: a year of made-up travellers with irregular ones planted among them "
            "(`bench/travellers.py`, `bench/irregular.py`), replayed under the bundled policy. *Planted* counts "
            "movements on which a rule must stand at the end, *false* findings that stand on travellers of whom "
            "nothing was planted, as a share of all movements. What a planted story gives beside its own rule (an "
            "overstay is often too long in the window as well) counts for nothing.",
            "",
            f"{result.movements:,} movements, seed {seed}; {result.withdrawn:,} findings were withdrawn by movements "
            f"that came late. {result.movements / result.seconds:,.0f} movements a second of CPU time; "
            f"{memory:,.0f} MiB at most, the made-up year itself included.",
            "",
            "| rule | finds | planted | found | false | false a movement |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
            *rows,
            total,
            "",
        ]
    )


def main() -> int:
    """Print or write the table; 1 where something planted was missed or too much is false."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--movements", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path, help="write the table here")
    asked = parser.parse_args()
    result = measure(world_of(asked.movements, asked.seed))
    text = table(result, asked.seed)
    print(text)
    for movement, rule in result.missed[:20]:
        print(f"missed: {rule} on {movement}")
    if asked.write:
        asked.write.write_text(text, "utf-8")
    return int(bool(result.missed) or result.share_false > MOST_FALSE)


if __name__ == "__main__":
    raise SystemExit(main())

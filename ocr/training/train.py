"""Make the OCR-B model from nothing, on generated lines only.

    python -m ocr.training.train --scratch FOLDER --out ocr/model

Training goes in rounds. Each round brings lines that were never seen before, a little harder than
the last, and keeps those of the rounds just before; the learning rate falls towards the end. The
best round by held-out error is kept. An interrupted run goes on from its last finished round.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ocr.training import tools
from ocr.training.lines import Line, make_line
from ocr.training.lstmf import write_lstmf
from ocr.training.tools import MODEL_NAME, Score

NETWORK = "[1,32,0,1 Ct3,3,16 Mp3,3 Lfys48 Lfx80 Lrx80 O1c1]"
ROUNDS = 36
ROUND_LINES = 2000
ROUND_ITERATIONS = 4000
ROUNDS_KEPT = 8  # a round trains on its own lines and those of the rounds just before
PATIENCE = 8  # rounds without a better model before training stops

HELD_OUT = 9_000_000  # seeds from here on are for judging, below for training
HELD_OUT_LINES = 250
CONDITIONS = {"clean": (0.0, 0.25), "moderate": (0.25, 0.6), "severe": (0.6, 1.0)}


@dataclass(frozen=True, slots=True)
class Round:
    """What one round trains on: its number, hardest lines, shortest pieces, learning rate."""

    number: int
    severity: float
    shortest: int
    learning_rate: float

    @property
    def first_seed(self) -> int:
        """Seeds of a round's lines follow from here."""
        return self.number * ROUND_LINES


def plan(number: int, rounds: int) -> Round:
    """Harder lines over the first half; after it the learning rate falls twenty-fold."""
    done = number / max(1, rounds - 1)
    severity = min(1.0, 0.3 + 1.6 * done)
    shortest = 6 if number < 2 else 8 + round(8 * done)
    fall = max(0.0, done - 0.5) * 2
    return Round(number, severity, shortest, round(2e-3 * 0.05**fall, 7))


def _spread(low: float, high: float, place: int) -> float:
    """Spread severities evenly over [low, high) whatever the number of lines."""
    return low + (high - low) * (place * 0.618034 % 1)


def round_lines(plan: Round) -> Iterator[Line]:
    """The lines that a round brings."""
    for place in range(ROUND_LINES):
        severity = _spread(0.0, plan.severity, place)
        yield make_line(plan.first_seed + place, severity, plan.shortest)


def held_out_lines(condition: str) -> Iterator[Line]:
    """Whole lines under one of CONDITIONS, from seeds that training never uses."""
    first = HELD_OUT + list(CONDITIONS).index(condition) * HELD_OUT_LINES
    for place in range(HELD_OUT_LINES):
        yield make_line(first + place, _spread(*CONDITIONS[condition], place))


@dataclass(frozen=True, slots=True)
class Training:
    """A training run and the folder that it works in."""

    scratch: Path
    rounds: int

    @property
    def starter(self) -> Path:
        return self.scratch / MODEL_NAME / f"{MODEL_NAME}.traineddata"

    @property
    def best(self) -> Path:
        """The best model so far, as the reader would use it."""
        return self.scratch / f"{MODEL_NAME}.traineddata"

    def lines(self, number: int) -> Path:
        return self.scratch / f"round{number}.lstmf"

    def checkpoint(self, number: int) -> Path:
        return self.scratch / f"round{number}_checkpoint"

    def prepare(self) -> None:
        """Make what every round needs, once."""
        if not self.starter.exists():
            tools.make_starter(self.scratch)
        for condition in CONDITIONS:
            if not (path := self.scratch / f"{condition}.lstmf").exists():
                write_lstmf(path, held_out_lines(condition))

    def write_lines(self, number: int) -> None:
        if number < self.rounds and not self.lines(number).exists():
            write_lstmf(self.lines(number), round_lines(plan(number, self.rounds)))

    def train(self, number: int) -> None:
        """Run one round, writing the next round's lines meanwhile."""
        self.write_lines(number)
        process = tools.start(self._command(plan(number, self.rounds)))
        self.write_lines(number + 1)
        tools.finish(process)

    def _command(self, this: Round) -> list[str]:
        kept = range(max(0, this.number - ROUNDS_KEPT + 1), this.number + 1)
        listed = self.scratch / "trained.txt"
        listed.write_text("".join(f"{self.lines(number)}\n" for number in kept))
        start = ("--net_spec", NETWORK)
        if this.number:
            start = ("--continue_from", str(self.checkpoint(this.number - 1)))
        return tools.program(
            "lstmtraining",
            *("--traineddata", self.starter, *start, "--net_mode", "192"),
            *("--train_listfile", listed, "--max_iterations", str((this.number + 1) * ROUND_ITERATIONS)),
            *("--learning_rate", str(this.learning_rate), "--reset_learning_rate"),
            *("--model_output", self.scratch / f"round{this.number}"),
        )

    def judge(self, number: int) -> dict[str, Score]:
        """Convert the round's model and score it under every condition."""
        model = self.scratch / "judged.traineddata"
        tools.export(self.checkpoint(number), self.starter, model, integer=True)
        return {name: tools.evaluate(model, self.scratch / f"{name}.lstmf", self.scratch) for name in CONDITIONS}


def mean_error(scores: dict[str, Score]) -> float:
    """The figure that picks the best round: character error over all conditions, percent."""
    return sum(score.character_error_rate for score in scores.values()) / len(scores)


def train(training: Training, minutes: float) -> dict[str, object]:
    """Train until the rounds, the minutes or the patience are used up; returns the figures."""
    deadline = time.monotonic() + 60 * minutes
    training.prepare()
    history = _history(training.scratch)
    while (number := len(history)) < training.rounds and time.monotonic() < deadline:
        training.train(number)
        scores = training.judge(number)
        if mean_error(scores) <= min(map(mean_error, history), default=100.0):
            (training.scratch / "judged.traineddata").replace(training.best)
        history.append(scores)
        _remember(training.scratch, history)
        print(f"round {number}: {mean_error(scores):.3f} % of characters wrong", flush=True)
        if _stalled(history):
            break
    return figures(training, history)


def _stalled(history: list[dict[str, Score]]) -> bool:
    errors = [mean_error(scores) for scores in history]
    return len(errors) - 1 - errors.index(min(errors)) >= PATIENCE


def _history(scratch: Path) -> list[dict[str, Score]]:
    path = scratch / "history.json"
    past = json.loads(path.read_text()) if path.exists() else []
    return [{name: Score(**score) for name, score in scores.items()} for scores in past]


def _remember(scratch: Path, history: list[dict[str, Score]]) -> None:
    rows = [{name: asdict(score) for name, score in scores.items()} for scores in history]
    (scratch / "history.json").write_text(json.dumps(rows, indent=1))


def figures(training: Training, history: list[dict[str, Score]]) -> dict[str, object]:
    """What MODEL.json says of the best model: recipe, versions, held-out errors."""
    best = min(range(len(history)), key=lambda number: mean_error(history[number]))
    return {
        "model": training.best.name,
        "bytes": training.best.stat().st_size,
        "made": datetime.now(UTC).date().isoformat(),
        "tesseract": tools.run("tesseract", "--version").split()[1],
        "network": NETWORK,
        "rounds": training.rounds,
        "best_round": best,
        "iterations": (best + 1) * ROUND_ITERATIONS,
        "lines_seen": (best + 1) * ROUND_LINES,
        "held_out_lines_per_condition": HELD_OUT_LINES,
        "held_out_percent": {name: asdict(score) for name, score in history[best].items()},
    }


def publish(training: Training, made: dict[str, object], out: Path) -> None:
    """Put the best model and its figures into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / training.best.name).write_bytes(training.best.read_bytes())
    (out / "MODEL.json").write_text(json.dumps(made, indent=2) + "\n")


def main() -> None:
    """Train and publish, as the command line says."""
    parser = argparse.ArgumentParser(description="Make the OCR-B model from nothing.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and its figures")
    parser.add_argument("--scratch", type=Path, required=True, help="working folder, about 2 GB")
    parser.add_argument("--minutes", type=float, default=180, help="start no round after this")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="length of the schedule")
    options = parser.parse_args()
    training = Training(options.scratch.resolve(), options.rounds)
    training.scratch.mkdir(parents=True, exist_ok=True)
    publish(training, train(training, options.minutes), options.out)


if __name__ == "__main__":
    main()

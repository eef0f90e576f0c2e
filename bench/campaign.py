"""Thousands of made-up documents, and pages without a zone, each read once: how often right, wrong, accepted.

    python -m bench.campaign [--count N] [--without-zone N] [--workers 1|2]

One JSON object a line goes to build/campaign/, in a file named by what reads: a changed reader or generator begins a
new one, an unchanged one goes on where it was stopped. Seeds begin at 7,000,000, which nothing is tuned or trained on.
"""

import argparse
import hashlib
import json
import multiprocessing
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from bench.peers.adapter import count_cpu_time
from bench.score import percentile, wilson
from ocr.reader import read_mrz
from ocr.training import decoys
from ocr.training.camera import CONDITIONS
from ocr.training.generate import GeneratedDocument, generate_document, generate_without_zone

ROOT = Path(__file__).parent.parent
FOLDER = Path("build/campaign")
FIRST_SEED = 7_000_000
QUALITY = 95  # of the JPEG that is read; the generator has coded its picture once before


@dataclass(frozen=True, slots=True)
class Case:
    """One picture to be read: a made-up document, or a page of some kind that has no zone."""

    kind: str
    condition: str
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case; ``truth`` and ``read`` are lines, "" for none; ``ms`` is CPU time, decoding included."""

    kind: str
    condition: str
    seed: int
    format: str
    truth: str
    read: str
    accepted: bool
    lost: bool
    ms: float
    pixels: int
    why: str

    @property
    def case(self) -> Case:
        """Which case it is the outcome of."""
        return Case(self.kind, self.condition, self.seed)

    @property
    def right(self) -> bool:
        """Whether every character was read, or that there is none to read."""
        return self.read == self.truth


DOCUMENT, TEXT_PAGE = "document", "text page"
KINDS = (TEXT_PAGE, *decoys.KINDS)


def cases(count: int, without_zone: int) -> Iterator[Case]:
    """`count` documents, the conditions in turn, and so many pages without a zone, kinds and conditions in turn."""
    conditions = list(CONDITIONS)
    for place in range(count):
        yield Case(DOCUMENT, conditions[place % len(conditions)], FIRST_SEED + place)
    for place in range(without_zone):
        kind = KINDS[place % len(KINDS)]
        yield Case(kind, conditions[place // len(KINDS) % len(conditions)], FIRST_SEED + place)


def try_case(case: Case) -> Outcome:
    """Make the picture, read it, compare."""
    made = _make(case)
    data = cv2.imencode(".jpg", made.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    began = time.process_time()
    reading = read_mrz(data)
    spent = 1000 * (time.process_time() - began)
    return Outcome(
        kind=case.kind,
        condition=case.condition,
        seed=case.seed,
        format=str(made.doc_type or ""),
        truth="\n".join(made.mrz_lines),
        read="\n".join(reading.lines or ()),
        accepted=reading.accepted,
        lost=made.lost,
        ms=round(spent, 1),
        pixels=made.image.shape[0] * made.image.shape[1],
        why=" ".join(sorted({f"{obstacle.code}:{obstacle.field}" for obstacle in reading.obstacles})),
    )


def _make(case: Case) -> GeneratedDocument:
    if case.kind == DOCUMENT:
        return generate_document(case.seed, case.condition)
    if case.kind == TEXT_PAGE:
        return generate_without_zone(case.seed, case.condition)
    return decoys.generate_decoy(case.seed, case.condition, case.kind)


def fingerprint() -> str:
    """Twelve digits that change with the reader, its models or the generator."""
    digest = hashlib.sha256()
    for file in sorted(
        path for path in (ROOT / "ocr").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def load(file: Path) -> list[Outcome]:
    """The outcomes that a file holds, the last line left out where it was broken off."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [Outcome(**json.loads(line)) for line in lines if line.endswith("}")]


def run(asked: Sequence[Case], file: Path, workers: int) -> list[Outcome]:
    """Try what the file does not hold yet; all outcomes, in the order of their cases."""
    known = {outcome.case: outcome for outcome in load(file)}
    rest = [case for case in asked if case not in known]
    file.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(workers, count_cpu_time) as pool, file.open("a") as out:
        for place, outcome in enumerate(pool.imap_unordered(try_case, rest, chunksize=8), 1):
            known[outcome.case] = outcome
            out.write(json.dumps(asdict(outcome)) + "\n")
            out.flush()
            if place % 500 == 0:
                print(f"{place} of {len(rest)} after {time.monotonic() - began:.0f} s", flush=True)
    return [known[case] for case in asked]


def report(outcomes: Iterable[Outcome]) -> str:
    """Rates with their 95 % intervals, and every wrong reading that was accepted."""
    everything = list(outcomes)
    documents = [outcome for outcome in everything if outcome.kind == DOCUMENT]
    rows = ["| | images | right | lost | right, of those not lost | accepted, of right | wrong, accepted | CPU ms |"]
    rows.append("|" + " --- |" * 8)
    rows += [_row(name, [outcome for outcome in documents if outcome.condition == name]) for name in CONDITIONS]
    rows.append(_row("all documents", documents))
    rows += [_row(f"no zone: {kind}", [o for o in everything if o.kind == kind]) for kind in KINDS]
    rows.append(_row("no zone", [outcome for outcome in everything if outcome.kind != DOCUMENT]))
    wrong = [outcome for outcome in everything if outcome.accepted and not outcome.right]
    return "\n".join([*rows, "", f"wrong, but accepted: {len(wrong)}", *map(_told, wrong)])


def _row(name: str, outcomes: list[Outcome]) -> str:
    if not outcomes:
        return f"| {name} | 0 |" + " |" * 6
    right = [outcome for outcome in outcomes if outcome.right]
    legible = [outcome for outcome in outcomes if not outcome.lost]
    times = [outcome.ms for outcome in outcomes]
    cells = [
        f"{len(outcomes)}",
        _rate(len(right), len(outcomes)),
        f"{len(outcomes) - len(legible)}",
        _rate(sum(outcome.right for outcome in legible), len(legible)),
        _rate(sum(outcome.accepted for outcome in right), len(right)) if outcomes[0].truth else "-",
        f"{sum(outcome.accepted and not outcome.right for outcome in outcomes)}",
        f"{statistics.median(times):.0f} / {percentile(times, 0.95):.0f}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _rate(hits: int, trials: int) -> str:
    low, high = wilson(hits, trials)
    return f"{hits / trials:.2%} ({low:.2%} to {high:.2%})" if trials else "-"


def _told(outcome: Outcome) -> str:
    return f"\n{outcome.kind} {outcome.condition} {outcome.seed}\n{outcome.truth or '(no zone)'}\n{outcome.read}"


def main() -> None:
    """Run the campaign and print its report."""
    options = argparse.ArgumentParser(prog="python -m bench.campaign", description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--without-zone", type=int, default=990, metavar="N", help="pages without a zone")
    options.add_argument("--workers", type=int, default=1, choices=(1, 2))
    given = options.parse_args()
    file = FOLDER / f"{fingerprint()}.jsonl"
    print(f"outcomes in {file}", flush=True)
    print(report(run(list(cases(given.count, given.without_zone)), file, given.workers)))


if __name__ == "__main__":
    main()

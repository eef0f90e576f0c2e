"""Tesseract's training programs, run one at a time on one thread so that a run can be repeated."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ocr.layout import ALPHABET

MODEL_NAME = "mabar_ocrb"
_EVALUATED = re.compile(r"BCER eval=([\d.]+), BWER eval=([\d.]+)")


class TrainingError(RuntimeError):
    """A training program is missing or ended badly; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Score:
    """Errors on held-out lines, both in percent: characters, and lines with any error."""

    character_error_rate: float
    line_error_rate: float


def program(name: str, *arguments: str | Path) -> list[str]:
    """The command line of an installed program. Raises TrainingError when there is none."""
    found = shutil.which(name)
    if not found:
        raise TrainingError(f"{name} is not installed; Debian's package is tesseract-ocr")
    return [found, *map(str, arguments)]


def start(command: list[str]) -> subprocess.Popen[str]:
    """Start a program on one thread, its output to be read at `finish`."""
    one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        command, env=one_thread, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a program and return what it said. Raises TrainingError when it ends badly."""
    said = process.communicate()[0]
    if process.returncode:
        raise TrainingError(f"{process.args!s} ended with {process.returncode}: {said[-2000:]}")
    return said


def run(name: str, *arguments: str | Path) -> str:
    """Run a program to its end and return what it said."""
    return finish(start(program(name, *arguments)))


def make_starter(scratch: Path) -> Path:
    """Make the untrained model: the alphabet, and nothing learnt. Returns its file."""
    alphabet, language = scratch / "alphabet.txt", scratch / "language"
    language.mkdir(parents=True, exist_ok=True)
    alphabet.write_text(ALPHABET + "\n")
    # combine_lang_model wants the Han strokes file even for an alphabet without Han, and not empty.
    (language / "radical-stroke.txt").write_text("4E00\t1.0\n")
    unicharset = scratch / "unicharset"
    run("unicharset_extractor", "--output_unicharset", unicharset, "--norm_mode", "1", alphabet)
    options = ("--script_dir", language, "--output_dir", scratch, "--lang", MODEL_NAME)
    run("combine_lang_model", "--input_unicharset", unicharset, *options, "--pass_through_recoder")
    return scratch / MODEL_NAME / f"{MODEL_NAME}.traineddata"


def export(checkpoint: Path, starter: Path, model: Path, *, integer: bool) -> None:
    """Write the model of a training checkpoint, with 8-bit weights when `integer`."""
    options = ("--stop_training", "--continue_from", checkpoint, "--traineddata", starter)
    kind = ("--convert_to_int",) if integer else ()
    run("lstmtraining", *options, *kind, "--model_output", model)


def evaluate(model: Path, lines: Path, scratch: Path) -> Score:
    """Read the lines of a training document with `model` and count the errors."""
    listed = scratch / "evaluated.txt"
    listed.write_text(f"{lines}\n")
    said = run("lstmeval", "--model", model, "--eval_listfile", listed, "--verbosity", "0")
    if not (found := _EVALUATED.search(said)):
        raise TrainingError(f"lstmeval gave no figures: {said[-2000:]}")
    return Score(float(found[1]), float(found[2]))

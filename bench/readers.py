"""A reader in a process of its own, asked for one image after the other.

A reader that dies or hangs on an image is started anew for the next one, and the image counts as unread. Memory is
the most that its process and the programs it runs have held at one time.
"""

import json
import os
import selectors
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
START_S, IMAGE_S = 180.0, 120.0  # patience, on a clock: a measured machine may be busy
SAMPLE_S = 0.02  # between two looks at the memory of a reader's processes


@dataclass(frozen=True, slots=True)
class Reader:
    """A name for the table and the command that serves it."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader made of an image: text, whether it stands by it, CPU milliseconds, what speaks against it."""

    mrz: str | None
    valid: bool
    ms: float | None
    why: str = ""


@dataclass(slots=True)
class Run:
    """All answers of a reader, by file; ``megabytes`` at its peak; ``failed`` says why it did not start."""

    reader: str
    version: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    megabytes: float = 0.0
    failed: str = ""


class ReaderDied(RuntimeError):  # noqa: N818
    """The reader's process ended or did not answer in time."""


def run_reader(reader: Reader, files: Sequence[Path]) -> Run:
    """Have every file read, after the first one once without counting it: what is loaded late is loaded then."""
    run, waiting = Run(reader.name), list(files)
    while waiting:
        try:
            with _started(reader.command) as server:
                run.version = server.ask(None, START_S)["ready"]
                _serve(server, waiting, run)
        except (ReaderDied, OSError) as error:
            run.failed = str(error)
            break
    return run


def _serve(server: "_Server", waiting: list[Path], run: Run) -> None:
    """Ask for what waits until the reader dies; what it dies of is done with."""
    try:
        server.ask(waiting[0], IMAGE_S)
        while waiting:
            got = server.ask(waiting[0], IMAGE_S)
            run.answers[waiting.pop(0).name] = Answer(got["mrz"], got["valid"], got["ms"], got["why"])
            run.megabytes = max(run.megabytes, got["mb"] or 0.0, server.megabytes)
    except ReaderDied as error:
        run.answers[waiting.pop(0).name] = Answer(None, False, None, f"error: {error}")


class _Server:
    """A started reader: one question, one answer."""

    def __init__(self, process: "subprocess.Popen[str]", errors: Path) -> None:
        self._process, self._errors = process, errors
        self._ready = selectors.DefaultSelector()
        assert process.stdout is not None
        self._ready.register(process.stdout, selectors.EVENT_READ)
        self.megabytes = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def ask(self, file: Path | None, patience_s: float) -> dict[str, Any]:
        """The next answer, to a file or to the start. Raises ReaderDied."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            if file is not None:
                self._process.stdin.write(f"{file}\n")
                self._process.stdin.flush()
            if not self._ready.select(patience_s):
                raise ReaderDied(f"no answer within {patience_s:.0f} s")
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            last = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
            raise ReaderDied(f"it ended: {''.join(last) or 'without a word'}")
        return dict(json.loads(line))

    def _watch(self) -> None:
        stopped = threading.Event()
        while self._process.poll() is None and not stopped.wait(SAMPLE_S):
            self.megabytes = max(self.megabytes, sum(map(_resident_megabytes, _family(self._process.pid))))


@contextmanager
def _started(command: Sequence[str]) -> Iterator[_Server]:
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "errors"
        with errors.open("w") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                cwd=ROOT,
                env={**os.environ, **ONE_THREAD},
                start_new_session=True,
            )
        try:
            yield _Server(process, errors)
        finally:
            process.kill()
            process.communicate()


def _family(pid: int) -> list[int]:
    """A process and all that it started, as far as the system tells."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident_megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

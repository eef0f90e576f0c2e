"""Readings in processes of their own, which a hostile image can hang or blow up without harm.

A worker makes one reading at a time, of one image or of several frames of one document, under a limit
of memory and of time; it is killed when it exceeds either, and another takes its place. Workers stay
warm between readings: loading the libraries and the model takes longer than reading. Once they are
loaded a fence goes up (`ocr.fence`): no network, no files, no other programs.
"""

import asyncio
import contextlib
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from ocr.fence import Fence, raise_fence
from ocr.frames import read_frames
from ocr.image import DEFAULT_LIMITS, ImageRefused, Limits
from ocr.reader import preload
from ocr.reading import MrzReading
from ocr.tesseract import EngineMissing, ProgramEngine

Read = Callable[[Sequence[bytes], Limits], MrzReading]
Answer = MrzReading | Exception

MEMORY_BYTES = 1_500_000_000
"""Address space of a worker (RLIMIT_AS): much more than it touches, for libraries map far more."""
SECONDS = 2.0
"""Longest reading, of one image or of one set of frames, after which its worker is killed."""
_MOST_WAITING = 10  # for each worker: a few seconds of reading, and what their images take in memory
_START_SECONDS = 30.0  # loading libraries and model on a slow machine


class ReadFailed(RuntimeError):  # noqa: N818
    """The image could not be read to its end; the next one can."""


class ReadTimeout(ReadFailed):
    """The image took too long and its worker was killed."""


class WorkerDied(ReadFailed):
    """The worker ended while it read the image, most likely for want of memory."""


class ReaderBusy(ReadFailed):
    """More images wait than could be read before whoever sent them gives up."""


class ReaderPool:
    """Reads images in ``workers`` processes at once; ``_MOST_WAITING`` more for each wait their turn.

    Use it as an asynchronous context manager, or call `close` at the end. ``read`` is what a worker
    does with frames of one document: a function that a module names, for it is sent to another process.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        limits: Limits = DEFAULT_LIMITS,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        read: Read = read_frames,
    ) -> None:
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._waiting = 0
        # Three quarters of the time for looking: what was found must be finished and sent, too.
        limits = replace(limits, patience_ms=750 * seconds)
        self._workers = [_Worker(_Task(read, limits, seconds, memory_bytes)) for _ in range(workers)]
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="mrz-reader")
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def read(self, data: bytes) -> MrzReading:
        """As `ocr.reader.read_mrz`, without holding up the event loop.

        Raises what read_mrz raises, ReadTimeout or WorkerDied.
        """
        return await self.read_frames([data])

    async def read_frames(self, frames: Sequence[bytes]) -> MrzReading:
        """As `ocr.frames.read_frames`, without holding up the event loop.

        The set has the time of one reading. Raises what `read` raises, and ReaderBusy at once.
        """
        if self._waiting >= _MOST_WAITING * len(self._workers):
            raise ReaderBusy("more images wait to be read than can be read in time; send this one again")
        self._waiting += 1
        try:
            worker = await self._idle.get()
        finally:
            self._waiting -= 1
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._threads, worker.read, frames)
        # Whoever waits may give up; the worker is free again only once its reading has ended.
        task.add_done_callback(lambda _: self._idle.put_nowait(worker))
        return await asyncio.shield(task)

    @property
    def fence(self) -> Fence:
        """What stands round the workers, once one has been started: all have the same kernel."""
        return next((worker.fence for worker in self._workers if worker.fence), Fence())

    async def warm_up(self) -> None:
        """Start every worker now rather than at its first image."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._threads, worker.start) for worker in self._workers))

    def close(self) -> None:
        """End the workers; what they are reading is lost."""
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown(wait=True)

    async def __aenter__(self) -> Self:
        await self.warm_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker does, and under which limits."""

    read: Read
    limits: Limits
    seconds: float
    memory_bytes: int


class _Worker:
    """One process and the pipe to it. Used by one thread at a time, save for `stop`."""

    def __init__(self, task: _Task) -> None:
        self._task = task
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self.fence: Fence | None = None

    def read(self, frames: Sequence[bytes]) -> MrzReading:
        """Have one document read; see `ReaderPool.read_frames`."""
        pipe = self.start()
        try:
            pipe.send(frames)
            if not pipe.poll(self._task.seconds):
                raise ReadTimeout(f"the image took longer than {self._task.seconds:g} seconds to read")
            answer: Answer = pipe.recv()
        except ReadTimeout:
            self.stop()
            raise
        except (EOFError, OSError) as error:
            self.stop()
            raise WorkerDied("the reader stopped while it read the image") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def start(self) -> Connection:
        """The pipe to a process that is ready to read, started if it is not running."""
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        self.stop()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._task), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        if not ours.poll(_START_SECONDS):
            self.stop()
            raise WorkerDied("the reader did not start")
        try:
            self.fence = ours.recv()
        except EOFError as error:
            self.stop()
            raise WorkerDied("the reader did not start") from error
        return ours

    def stop(self) -> None:
        """Kill the process, if there is one."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is not None:
            process.kill()
            process.join()
            process.close()
        if pipe is not None:
            pipe.close()


def _serve(pipe: Connection, task: _Task) -> None:
    """A worker's life: answer each image with its reading or the error it raised."""
    resource.setrlimit(resource.RLIMIT_AS, (task.memory_bytes, task.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send(_fence_in(pipe))
    with contextlib.suppress(EOFError, OSError):  # the pool has closed its end
        while True:
            frames = pipe.recv()
            _limit_cpu(task.seconds)
            pipe.send(_answer(frames, task))


def _fence_in(pipe: Connection) -> Fence:
    """Load what readings take, then raise the fence. Tesseract as a program cannot work behind one."""
    try:
        engine = preload()
    except EngineMissing:  # each reading will say so
        return Fence()
    return Fence() if isinstance(engine, ProgramEngine) else raise_fence(pipe.fileno())


def _limit_cpu(seconds: float) -> None:
    """Let the system end this process should the pool be gone before it could."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(frames: Sequence[bytes], task: _Task) -> Answer:
    try:
        return task.read(frames, task.limits)
    except (ImageRefused, EngineMissing) as refusal:
        return refusal
    except MemoryError:
        return WorkerDied("the reader ran out of memory")

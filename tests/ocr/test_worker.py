"""Workers: killable, limited, replaced. The reading itself is replaced by small functions here."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ocr.image import ImageTooLarge, Limits
from ocr.reading import FrameOutcome, MrzReading
from ocr.worker import ReaderBusy, ReaderPool, ReadTimeout, WorkerDied


def read(frames: Sequence[bytes], limits: Limits) -> MrzReading:
    """Does what the first frame says, in the worker."""
    match frames[0]:
        case b"hang":
            time.sleep(60)
        case b"spin":
            while True:
                pass
        case b"die":
            os._exit(9)
        case b"eat":
            return MrzReading.nothing((), float(len(bytearray(8_000_000_000))))
        case b"large":
            raise ImageTooLarge(f"at most {limits.max_bytes} bytes are read")
        case b"break":
            raise LookupError("a fault of our own")
        case b"count":
            return replace(MrzReading.nothing((), 0.0), frames=(FrameOutcome.USED,) * len(frames))
    return MrzReading.nothing((), float(os.getpid()))


def pool(workers: int = 1) -> ReaderPool:
    return ReaderPool(workers, limits=Limits(max_bytes=5), seconds=1.0, read=read)


async def test_a_warm_worker_is_used_again_and_is_not_this_process() -> None:
    async with pool() as readers:
        pids = {(await readers.read(b"")).elapsed_ms for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids


@pytest.mark.parametrize("data", [b"hang", b"spin"])
async def test_an_image_that_takes_too_long_is_given_up(data: bytes) -> None:
    async with pool() as readers:
        before = (await readers.read(b"")).elapsed_ms
        with pytest.raises(ReadTimeout, match=r"longer than 1 seconds"):
            await readers.read(data)
        assert (await readers.read(b"")).elapsed_ms != before


async def test_a_worker_that_somebody_halted_is_replaced() -> None:
    async with pool() as readers:
        pid = int((await readers.read(b"")).elapsed_ms)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(ReadTimeout):
            await readers.read(b"")
        assert int((await readers.read(b"")).elapsed_ms) != pid


@pytest.mark.parametrize("data", [b"die", b"eat", b"break"])
async def test_a_dead_worker_is_replaced(data: bytes) -> None:
    async with pool() as readers:
        with pytest.raises(WorkerDied):
            await readers.read(data)
        assert (await readers.read(b"")).lines is None


async def test_refusals_come_through_and_keep_the_worker() -> None:
    async with pool() as readers:
        before = (await readers.read(b"")).elapsed_ms
        with pytest.raises(ImageTooLarge, match="at most 5 bytes"):
            await readers.read(b"large")
        assert (await readers.read(b"")).elapsed_ms == before


async def test_frames_of_one_document_go_to_one_worker_together() -> None:
    async with pool() as readers:
        assert len((await readers.read_frames([b"count", b"", b"die"])).frames) == 3


async def test_the_event_loop_runs_on_while_a_worker_reads() -> None:
    async with pool() as readers:
        reading = asyncio.create_task(readers.read(b"hang"))
        ticks = 0
        while not reading.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert ticks > 5
        assert isinstance(reading.exception(), ReadTimeout)


async def test_two_workers_read_two_images() -> None:
    async with pool(2) as readers:
        results = await asyncio.gather(readers.read(b"hang"), readers.read(b""), return_exceptions=True)
    assert isinstance(results[0], ReadTimeout)
    assert isinstance(results[1], MrzReading)


async def test_more_than_can_be_read_in_time_are_refused_at_once_and_the_others_read() -> None:
    async with pool() as readers:
        asked = [asyncio.create_task(readers.read(b"")) for _ in range(15)]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(result) for result in results] == [MrzReading] * 11 + [ReaderBusy] * 4
        assert (await readers.read(b"")).lines is None


async def test_one_who_gives_up_waiting_does_not_break_the_next_reading() -> None:
    async with pool() as readers:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(readers.read(b"hang"), 0.05)
        assert (await readers.read(b"")).lines is None


async def test_a_closed_pool_leaves_no_process() -> None:
    readers = pool()
    pid = int((await readers.read(b"")).elapsed_ms)
    readers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

"""Screening files of millions of travellers: blocks of lines on all cores, answered in the order they came.

Every process maps the one saved index, so that they share its pages. A few blocks are under way at a time, however
long the file is.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from watchlist.index import Index
from watchlist.lines import screen_lines

BLOCK = 250  # lines handed to a process at once
AHEAD = 3  # blocks under way for each process


def screen_crowd(
    index: Index, lines: Iterable[str], workers: int, first: int = 1, at: datetime | None = None
) -> Generator[str, None, None]:
    """What ``screen_lines`` gives, line for line, worked out by so many processes.

    A file shorter than a block for each of them is screened here: starting a process takes a second.
    """
    lines = iter(lines)
    beginning = list(islice(lines, BLOCK * workers)) if workers > 1 else []
    if len(beginning) < BLOCK * workers or workers == 1:
        yield from screen_lines(index, chain(beginning, lines), first, at)
        return
    yield from _on_all_cores(index, chain(beginning, lines), workers, first, at)


def _on_all_cores(index: Index, lines: Iterator[str], workers: int, first: int, at: datetime | None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mabar-index-") as folder:
        index.save(Path(folder))
        started = ProcessPoolExecutor(workers, get_context("spawn"), _load, (folder,))
        with started as pool:
            under_way: deque[Future[list[str]]] = deque()
            while block := list(islice(lines, BLOCK)):
                under_way.append(pool.submit(_screen, block, first, at))
                first += len(block)
                if len(under_way) > AHEAD * workers:
                    yield from under_way.popleft().result()
            for answers in under_way:
                yield from answers.result()


_index = Index.build(())


def _load(folder: str) -> None:
    """Each process maps the index once."""
    global _index  # noqa: PLW0603 - a worker of a pool has nowhere else to keep it
    _index = Index.load(Path(folder))


def _screen(block: list[str], first: int, at: datetime | None) -> list[str]:
    return list(screen_lines(_index, block, first, at))

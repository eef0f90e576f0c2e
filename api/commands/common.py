"""What the commands share: settings, an open database, progress on a terminal, refusals in one line."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ocr.image import ImageRefused
from ocr.mrz import MrzError
from service.acting import SERVICE
from service.database import Database, open_database
from service.errors import ServiceError
from service.settings import load_settings
from watchlist.sources.reading import ListFileError

P = ParamSpec("P")
T = TypeVar("T")

REFUSALS = (ServiceError, ListFileError, MrzError, ImageRefused, OSError)
EXIT_REFUSED = 1
console = Console(stderr=True)


def command(work: Callable[P, T]) -> Callable[P, T]:
    """A refusal ends the command with its one line on standard error and exit code 1, not with a traceback."""

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except BrokenPipeError:  # the reader of our output went away: `mabar … | head`
            sys.stderr.close()
            raise typer.Exit(0) from None
        except REFUSALS as refusal:
            typer.echo(f"mabar: {refusal}", err=True)
            raise typer.Exit(EXIT_REFUSED) from None

    return run


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(work)


@asynccontextmanager
async def database() -> AsyncIterator[Database]:
    """The database of the settings; that of a running service is joined."""
    async with open_database(load_settings(), join=True, acting=SERVICE) as opened:
        yield opened


def now() -> datetime:
    """The clock on the wall, aware and in UTC."""
    return datetime.now(UTC)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Report how much is done: a bar on a terminal, silence elsewhere."""
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)

"""`mabar screen`: travellers as JSON lines in, hits as JSON lines out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import command, database, now, progress, run
from service.errors import SettingsRefused
from service.screening import IndexInForce
from service.watchlists import records_of
from watchlist.crowds import screen_crowd
from watchlist.index import Index
from watchlist.records import Entry
from watchlist.sources import ftm_delta
from watchlist.sources.formats import DELTA, FORMATS


@command
def screen(
    source: Annotated[typer.FileText | None, typer.Argument(help="JSON lines; standard input when left out")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines out; the only form there is")] = True,
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="FORMAT:PATH", help="screen against these files alone, without a database"),
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="processes; 0 for as many as there are cores")] = 0,
    at: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE", formats=["%Y-%m-%d"], help="the day (UTC) whose entries count; today when left out"
        ),
    ] = None,
    skip: Annotated[int, typer.Option(min=0, help="lines to pass over, to go on where an earlier run ended")] = 0,
) -> None:
    """Screen travellers against the lists in force, or against list files; answers come in the order of the lines.

    Entries that have expired by the day, or do not count yet, are left out.
    """
    moment = at.replace(tzinfo=UTC) if at else now()
    index = _index_of(lists) if lists else run(_index_in_force(moment))
    lines = islice(source or sys.stdin, skip, None)
    screened = screen_crowd(index, lines, workers or os.cpu_count() or 1, skip + 1, moment)
    with progress("travellers") as report:
        for done, line in enumerate(screened, 1):
            sys.stdout.write(line + "\n")
            report(done)


def _index_of(lists: list[str]) -> Index:
    entries: Iterable[Entry] = ()
    for format_, path in map(_parse, lists):
        if format_ == DELTA:
            entries = ftm_delta.apply(entries, ftm_delta.read(path))
        else:
            entries = chain(entries, records_of(format_, path))
    return Index.build(entries)


def _parse(one: str) -> tuple[str, Path]:
    format_, _, path = one.partition(":")
    if format_ not in FORMATS or not path:
        raise SettingsRefused(f"--list takes FORMAT:PATH with a format of {', '.join(sorted(FORMATS))}; not {one!r}")
    return format_, Path(path)


async def _index_in_force(at: datetime) -> Index:
    async with database() as opened:
        screening = IndexInForce(opened.sessions)
        await screening.refresh()
        return screening.current.index_at(at)

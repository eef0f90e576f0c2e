"""`mabar screen`: travellers as JSON lines in, hits as JSON lines out."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import command, database, progress, run
from service.errors import SettingsRefused
from service.screening import IndexInForce
from service.watchlists import records_of
from watchlist.index import Index
from watchlist.lines import screen_lines
from watchlist.sources.formats import FORMATS


@command
def screen(
    source: Annotated[typer.FileText | None, typer.Argument(help="JSON lines; standard input when left out")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines out; the only form there is")] = True,
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="FORMAT:PATH", help="screen against these files alone, without a database"),
    ] = None,
) -> None:
    """Screen travellers against the lists in force, or against list files."""
    index = _index_of(lists) if lists else run(_index_in_force())
    with progress("travellers") as report:
        for done, line in enumerate(screen_lines(index, source or sys.stdin), 1):
            sys.stdout.write(line.rstrip("\n") + "\n")
            report(done)


def _index_of(lists: list[str]) -> Index:
    return Index.build(chain.from_iterable(records_of(*_parse(one)) for one in lists))


def _parse(one: str) -> tuple[str, Path]:
    format_, _, path = one.partition(":")
    if format_ not in FORMATS or not path:
        raise SettingsRefused(f"--list takes FORMAT:PATH with a format of {', '.join(sorted(FORMATS))}; not {one!r}")
    return format_, Path(path)


async def _index_in_force() -> Index:
    async with database() as opened:
        screening = IndexInForce(opened.sessions)
        await screening.refresh()
        return screening.index

"""`mabar list import` and `mabar list status`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.commands.common import command, console, database, now, progress, run
from service.list_store import ImportReport, ListInForce, lists_in_force
from service.watchlists import import_list
from watchlist.sources.formats import FORMATS

app = typer.Typer(help="Watchlists: import and look.", no_args_is_help=True)


@app.command("import")
@command
def import_(
    name: Annotated[str, typer.Argument(help="the list's name here, such as un-sc")],
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=", ".join(sorted(FORMATS)))],
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the file")],
    confirmed: Annotated[bool, typer.Option(help="strike more than half of the entries in force")] = False,
) -> None:
    """Replace a list by a file: all of it or nothing. A running service takes it up within seconds."""

    async def work() -> ImportReport:
        async with database() as opened:
            with progress("records") as report:
                return await import_list(
                    opened.sessions, name, format_, path, actor=None, now=now(), confirmed=confirmed, progress=report
                )

    made = run(work())
    typer.echo(f"{made.list} version {made.version}: " + ", ".join(f"{n} {what}" for what, n in made.counts().items()))
    for skipped in made.skipped:
        typer.echo(f"  left out {skipped.reference}: {skipped.reason}")


@app.command("status")
@command
def status() -> None:
    """The lists in force."""

    async def work() -> tuple[ListInForce, ...]:
        async with database() as opened, opened.sessions() as session:
            return await lists_in_force(session)

    table = Table("list", "format", "version", "entries", "imported", "by")
    for one in run(work()):
        imported = f"{one.imported_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(one.name, one.format, str(one.version), f"{one.entries:,}", imported, one.imported_by)
    console.__class__().print(table)

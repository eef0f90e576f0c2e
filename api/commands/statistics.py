"""`mabar statistics check`, `rebuild` and `export`."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import EXIT_REFUSED, command, database, run
from api.routes.statistics import sheet_columns, sheet_rows
from api.sheets import SheetFormat, written
from service import disclosure, statistics
from service.figures import Asked, Figure
from service.policies import PoliciesInForce, keep_bundled
from service.policy import default_policy_text

app = typer.Typer(help="The centre's figures.", no_args_is_help=True)


@app.command("check")
@command
def check(as_json: Annotated[bool, typer.Option("--json", help="as one JSON object")] = False) -> None:
    """Compare the roll-ups with the log. Nobody waits for it; the exit code is 1 where they disagree."""

    async def work() -> list[tuple[str, int, int]]:
        async with database() as opened:
            return await statistics.differences(opened.sessions)

    found = run(work())
    if as_json:
        typer.echo(json.dumps({figure: {"cells": cells, "by": by} for figure, cells, by in found}))
    else:
        for figure, cells, by in found:
            typer.echo(f"{figure}: {cells:,} cells disagree with the log, by {by:,} in all")
        typer.echo("roll-ups and log disagree: mabar statistics rebuild" if found else "roll-ups and log agree")
    if found:
        raise typer.Exit(EXIT_REFUSED)


@app.command("rebuild")
@command
def rebuild() -> None:
    """Make the roll-ups anew from the log, with days as the policy in force has them. Nobody waits for it.

    What was counted from movements that have been erased since stays as it is.
    """

    async def work() -> int:
        async with database() as opened:
            policies = PoliciesInForce(opened.sessions, await keep_bundled(opened.sessions, default_policy_text()))
            await policies.refresh()
            return await statistics.rebuild(opened.sessions, policies.at(datetime.now(UTC)).utc_offset)

    typer.echo(f"{run(work()):,} cells were put right")


@app.command("export")
@command
def export(
    figure: Figure,
    output: Annotated[Path, typer.Option("--output", "-o", help="file")],
    recipient: Annotated[str, typer.Option(help="to whom it is given; it stays in the trail")],
    by: Annotated[str, typer.Option(help="dimensions with commas between, such as day,direction")] = "",
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="the first day")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="the last day, included")] = None,
    smallest: Annotated[int, typer.Option(help="withhold cells of fewer", min=1)] = 5,
    format_: Annotated[SheetFormat, typer.Option("--format")] = SheetFormat.CSV,
) -> None:
    """Write a figure to a file. It is a disclosure and leaves its trace, with the digest of the file."""
    last = (until or datetime.now(UTC)).date()
    first = since.date() if since else last - timedelta(29)
    asked = Asked(first, last, tuple(filter(None, by.split(","))))

    async def work() -> int:
        async with database() as opened:
            made = await statistics.table(opened.reader_sessions, figure, asked, smallest=smallest)
            columns, numbers = sheet_columns(made)
            sheet = await written(sheet_rows(made), columns, format_, numbers=numbers)
            said = {"figure": figure, "by": by, "from": asked.first, "to": asked.last}
            given = disclosure.Given(recipient, format_, sheet.rows, sheet.digest)
            await disclosure.note_given(opened.sessions, "export_statistics", said, given, actor=None)
            with sheet.file, output.open("wb") as file:
                sheet.file.seek(0)
                shutil.copyfileobj(sheet.file, file)
            return sheet.rows

    typer.echo(f"{run(work()):,} rows written to {output}")

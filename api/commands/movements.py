"""`mabar movements export`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import command, database, progress, run
from api.present import movement_out
from api.rows import as_csv, as_ndjson
from service import disclosure
from service.domain import Direction, Verdict
from service.movement_log import Filter

app = typer.Typer(help="The movement log.", no_args_is_help=True)


class Format(StrEnum):
    """How the log is written out."""

    CSV = "csv"
    NDJSON = "ndjson"


@app.command("export")
@command
def export(
    format_: Annotated[Format, typer.Option("--format")] = Format.CSV,
    since: Annotated[datetime | None, typer.Option("--from", help="UTC, included")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="UTC, not included")] = None,
    post: Annotated[str | None, typer.Option(help="crossing point, such as IQ-ZUR")] = None,
    direction: Direction | None = None,
    nationality: str | None = None,
    rule: Annotated[str | None, typer.Option(help="such as M2")] = None,
    verdict: Verdict | None = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file; standard output when left out")] = None,
) -> None:
    """Write the log, oldest first. The export is a disclosure and leaves its trace in the audit trail."""
    wanted = Filter(
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
        crossing_point=post,
        direction=direction,
        nationality=nationality,
        rule=rule,
        verdict=verdict,
    )

    async def work() -> None:
        with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as file:
            async with database() as opened:
                lines = await disclosure.export(opened.reader_sessions, opened.sessions, wanted, actor=None)
                rows = (movement_out(line) async for line in lines)
                with progress("movements") as report:
                    done = 0
                    async for text in as_csv(rows) if format_ is Format.CSV else as_ndjson(rows):
                        file.write(text)
                        done += 1
                        report(done)

    run(work())

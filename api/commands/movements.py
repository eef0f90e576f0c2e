"""`mabar movements export` and `mabar movements import`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import EXIT_REFUSED, command, database, now, progress, run
from api.present import movement_out
from api.rows import as_csv, as_exchange, as_ndjson
from service import disclosure
from service.canonical import plain
from service.database import Database
from service.domain import Direction, Verdict
from service.errors import SettingsRefused
from service.exchange import OURS, ExchangeFormat, ExchangeMapping, MappingError, read_mapping
from service.importing import Fate, Imported, Importer, begin, lines_of
from service.importing import importer as importer_of
from service.movement_log import Filter, Line
from service.policies import PoliciesInForce, keep_bundled
from service.policy import default_policy_text
from service.screening import IndexInForce

app = typer.Typer(help="The movement log.", no_args_is_help=True)


class Format(StrEnum):
    """How the log is written out."""

    CSV = "csv"
    NDJSON = "ndjson"
    EXCHANGE = "exchange"
    EXCHANGE_CSV = "exchange-csv"


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
    """Write the log, oldest first: with verdicts (csv, ndjson), or as other systems exchange movements.

    The export is a disclosure and leaves its trace in the audit trail.
    """
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
                with progress("movements") as report:
                    done = 0
                    async for text in _written(lines, format_):
                        file.write(text)
                        done += 1
                        report(done)

    run(work())


def _written(lines: AsyncIterator[Line], format_: Format) -> AsyncIterator[str]:
    if format_ in (Format.EXCHANGE, Format.EXCHANGE_CSV):
        return as_exchange(lines, csv=format_ is Format.EXCHANGE_CSV)
    rows = (movement_out(line) async for line in lines)
    return as_csv(rows) if format_ is Format.CSV else as_ndjson(rows)


@app.command("import")
@command
def import_(
    source: Annotated[Path, typer.Argument(help="file of movements", exists=True, dir_okay=False)],
    sender: Annotated[str, typer.Option(help="who sends it, such as pisces-bgw: keeps its ids apart from others'")],
    format_: Annotated[ExchangeFormat | None, typer.Option("--format", help="by the file's ending if left out")] = None,
    mapping: Annotated[Path | None, typer.Option(help="how its fields are named, see docs/exchange.md")] = None,
    after: Annotated[int, typer.Option(help="go on after this line", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line for each line")] = False,
) -> None:
    """Take in movements of another system. What is known already is passed over, so an import may be repeated.

    Each refused line is named with its number on standard error; the exit code is 1 if there was one.
    """
    format_ = format_ or (ExchangeFormat.CSV if source.suffix.lower() == ".csv" else ExchangeFormat.NDJSON)
    counts: Counter[str] = Counter()

    async def work() -> None:
        with source.open(encoding="utf-8-sig", newline="") as file:
            async with database() as opened, _importing(opened, sender) as importer:
                with progress("lines") as report:
                    for number, text in lines_of(file, format_, _mapping(mapping), after):
                        made = await importer.take(number, text)
                        counts[made.fate] += 1
                        _tell(made, as_json=as_json)
                        report(counts.total())

    run(work())
    typer.echo(", ".join(f"{counts[fate]:,} {fate}" for fate in Fate), err=as_json)
    if counts[Fate.REFUSED]:
        raise typer.Exit(EXIT_REFUSED)


@asynccontextmanager
async def _importing(opened: Database, sender: str) -> AsyncIterator[Importer]:
    await begin(opened.sessions, sender, actor=None)
    screening = IndexInForce(opened.sessions)
    await screening.refresh()
    policies = PoliciesInForce(opened.sessions, await keep_bundled(opened.sessions, default_policy_text()))
    await policies.refresh()
    yield Importer(opened.sessions, screening.current, policies, sender, importer_of(sender), now)


def _mapping(file: Path | None) -> ExchangeMapping:
    try:
        return read_mapping(file.read_text("utf-8")) if file else OURS
    except MappingError as refusal:
        raise SettingsRefused(f"{file}: {refusal}") from None


def _tell(made: Imported, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({name: value for name, value in plain(made).items() if value}) + "\n")
    elif made.fate is Fate.REFUSED:
        typer.echo(f"line {made.number}: {made.reason}", err=True)

"""`mabar retention` and `mabar keys`: what has had its time goes, and the keys that what is sealed rests on."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.commands.common import command, database, now, run
from api.retaining import retention_of
from service import envelope, retention
from service.canonical import plain
from service.errors import SettingsRefused
from service.retention import ClassPlan, Proof
from service.settings import load_settings

app = typer.Typer(help="How long what is kept: planned, announced, erased, proven.", no_args_is_help=True)
keys = typer.Typer(help="The keys of what is sealed.", no_args_is_help=True)

AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", help="as if it were that moment (UTC); what changes something only in a demonstration"),
]
Json = Annotated[bool, typer.Option("--json", help="JSON out")]


def _moment(as_of: datetime | None, *, writes: bool) -> datetime:
    """The moment that is meant. Raises SettingsRefused where real data would go before their time."""
    if as_of is not None and writes and not load_settings().demo:
        raise SettingsRefused("--as-of erases by another clock than the real one: only with MABAR_DEMO=true")
    return as_of.replace(tzinfo=UTC) if as_of else now()


@app.command()
@command
def plan(as_of: AsOf = None, as_json: Json = False) -> None:
    """Say what a run would erase, class by class, and what stays, why. Erases nothing."""

    async def work() -> list[ClassPlan]:
        async with database() as opened:
            policy, moment = retention_of(load_settings()), _moment(as_of, writes=False)
            return await retention.plan(opened.eraser_sessions, policy, now=moment, actor=None)

    found = run(work())
    if as_json:
        sys.stdout.write(json.dumps(plain(found)) + "\n")
        return
    for each in found:
        typer.echo(f"{each.data_class}: {each.records:,} records, kept {each.days} days ({each.citation})")
        for due in each.months:
            kept = ", ".join(f"{count:,} stay ({why})" for why, count in due.kept.items())
            typer.echo(f"  {due.month:%Y-%m}: {due.going:,} go{', ' + kept if kept else ''}")
        if each.waiting:
            typer.echo(f"  {each.waiting:,} of these are not announced long enough yet")


@app.command()
@command
def announce(as_of: AsOf = None) -> None:
    """Announce what will have had its time once the notice is over. The service does so every hour."""

    async def work() -> list[str]:
        async with database() as opened:
            policy, moment = retention_of(load_settings()), _moment(as_of, writes=True)
            made = await retention.announce(opened.eraser_sessions, policy, now=moment)
            return [
                f"{one.class_} of {one.month:%Y-%m}: {one.records:,} go from {one.erase_from:%Y-%m-%d}" for one in made
            ]

    typer.echo("\n".join(run(work())) or "nothing new")


@app.command("run")
@command
def run_now(as_of: AsOf = None) -> None:
    """Erase what was announced long enough. The service does so every hour."""

    async def work() -> list[Proof]:
        async with database() as opened:
            policy, moment = retention_of(load_settings()), _moment(as_of, writes=True)
            return await retention.run(opened.eraser_sessions, policy, now=moment)

    for proof in run(work()):
        rows = ", ".join(f"{count:,} {table}" for table, count in proof.erased.items())
        gone = rows or f"{len(proof.keys)} keys of months before"
        typer.echo(f"{proof.data_class} {proof.month:%Y-%m}: {gone}; digest {proof.digest.hex()[:16]}…")


@keys.command("list")
@command
def list_() -> None:
    """Every data key: what it seals, of which month, by which key it is wrapped, or when it was destroyed."""

    async def work() -> list[str]:
        async with database() as opened:
            return [
                f"{row.id}  {row.guarded}  {row.month:%Y-%m}  "
                + (f"destroyed {row.destroyed_at:%Y-%m-%d}" if row.destroyed_at else f"wrapped by {row.kek_id}")
                for row in await envelope.keys(opened.sessions)
            ]

    typer.echo("\n".join(run(work())))


@keys.command()
@command
def rewrap() -> None:
    """Wrap every data key anew with the first key of MABAR_DATA_KEY_FILE or MABAR_PROTECTION_KEY_FILE."""

    async def work() -> int:
        async with database() as opened:
            return await envelope.rewrap(opened.eraser_sessions)

    typer.echo(f"{run(work())} data keys were wrapped by another key")

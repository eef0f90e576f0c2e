"""`mabar paper print`, `spoil` and `reconcile`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import command, database, now, run
from api.paper_forms import pdf
from service import paper
from service.canonical import plain
from service.forms import read_form_number
from service.paper import Issued, Reconciliation

app = typer.Typer(help="Numbered paper forms, for when nothing else works.", no_args_is_help=True)

Post = Annotated[str, typer.Option("--post", help="crossing point, such as IQ-ZUR")]


@app.command("print")
@command
def print_(
    post: Post,
    count: Annotated[int, typer.Option(min=1, max=paper.MOST, help="how many")] = 20,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="file; named by the first number")] = None,
) -> None:
    """Write new numbered forms as a PDF. Every number counts as printed from now on."""

    async def work() -> Issued:
        async with database() as opened:
            return await paper.issue(opened.sessions, post, count, actor=None, now=now())

    issued = run(work())
    file = output or Path(f"forms-{issued.numbers[0]}.pdf")
    file.write_bytes(pdf(issued))
    typer.echo(f"{file}: {issued.numbers[0]} to {issued.numbers[-1]}")


@app.command("spoil")
@command
def spoil(
    number: Annotated[str, typer.Argument(help="as printed, such as IQ-ZUR-000001-C")],
    reason: Annotated[str, typer.Option(help="why it was not filled in")],
) -> None:
    """Say that a form was spoilt: it is no longer missing, and to be kept."""

    async def work() -> None:
        async with database() as opened:
            await paper.spoil(opened.sessions, read_form_number(number), reason, actor=None, now=now())

    run(work())


@app.command("reconcile")
@command
def reconcile(post: Post, as_json: Annotated[bool, typer.Option("--json", help="JSON out")] = False) -> None:
    """Say which forms are missing, which were keyed twice, and which numbers were never printed."""

    async def work() -> Reconciliation:
        async with database() as opened:
            return await paper.reconcile(opened.sessions, post, actor=None)

    found = run(work())
    sys.stdout.write(json.dumps(plain(found)) + "\n" if as_json else _readable(found))


def _readable(found: Reconciliation) -> str:
    lines = [f"{found.issued} printed, {found.keyed} keyed"]
    lines += [f"missing  {number}  printed {at:%Y-%m-%d %H:%M}" for number, at in found.missing.items()]
    lines += [f"spoilt   {number}  {said.reason}" for number, said in found.spoilt.items()]
    for what, named in (("doubled", found.doubled), ("unknown", found.unknown)):
        lines += [f"{what}  {number}  {' '.join(map(str, ids))}" for number, ids in named.items()]
    return "\n".join(lines) + "\n"

"""`mabar audit export`, `mabar audit verify` and `mabar audit witness`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import EXIT_REFUSED, command, database, now, progress, run
from service import trail
from service.settings import load_settings
from service.trail_key import signer_of
from verifier.__main__ import report
from verifier.trail import BETWEEN_NOTES, CHECKPOINTS, EVENTS, NotTheTrail, Verifier, notes_of
from verifier.trail import verify as verify_export

app = typer.Typer(help="The audit trail: exported, verified, witnessed.", no_args_is_help=True)


@app.command("export")
@command
def export(folder: Annotated[Path, typer.Argument(help="a folder that is made", show_default=False)]) -> None:
    """Seal the trail and write it out whole, for `mabar audit verify` or `python -m verifier` on another machine.

    The folder holds what was done by whom: it is made for our eyes alone. The public key goes to standard output.
    """
    folder.mkdir(mode=0o700, parents=True)
    signer = signer_of(load_settings())

    async def work() -> None:
        async with database() as opened:
            notes = await trail.export_begun(opened.sessions, signer, now=now())
            (folder / CHECKPOINTS).write_text(BETWEEN_NOTES.join(notes), "utf-8")
            with (folder / EVENTS).open("w", encoding="utf-8") as file, progress("events") as said:
                done = 0
                async for event in trail.exported(opened.sessions):
                    file.write(f"{event.chain}\t{event.seq}\t{event.head.hex()}\t{event.text}\n")
                    done += 1
                    said(done)

    run(work())
    typer.echo(signer.verifier)


@app.command("verify")
@command
def verify(
    folder: Annotated[Path, typer.Argument(help="an export", show_default=False)],
    key: Annotated[str | None, typer.Option(help="the public key; that of this machine when left out")] = None,
    witness: Annotated[list[Path] | None, typer.Option(help="checkpoints that were kept elsewhere")] = None,
) -> None:
    """Say whether an exported trail is what was sealed. Ends with 1 when it is not."""
    try:
        verifier = Verifier.parse(key or signer_of(load_settings()).verifier)
        witnessed = [note for path in witness or [] for note in notes_of(path.read_text("utf-8"))]
        result = verify_export(folder, verifier, witnessed)
    except NotTheTrail as refusal:
        typer.echo(f"mabar: {refusal}", err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    for line in report(result):
        typer.echo(line)
    if result.wrong:
        raise typer.Exit(EXIT_REFUSED)


@app.command("witness")
@command
def witness() -> None:
    """Seal the trail and print the latest checkpoint of each chain, to be kept on paper or in another house."""
    signer = signer_of(load_settings())

    async def work() -> list[str]:
        async with database() as opened:
            await trail.seal(opened.sessions, signer, now=now())
            return await trail.checkpoints(opened.sessions)

    typer.echo(BETWEEN_NOTES.join(run(work())), nl=False)

"""`mabar backup`, `mabar restore` and `mabar backup-key`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import EXIT_REFUSED, command, database, run
from service import audit
from service import backup as backups
from service.database import reach
from service.settings import load_settings
from service.vault import Vault

Identity = Annotated[Path, typer.Option(help="the key that opens it, from `mabar backup-key`")]


@command
def backup(
    path: Annotated[Path, typer.Argument(help="the file that is made", show_default=False)],
    recipients: Annotated[list[str], typer.Option("--to", help="public key, as age1…; give it once for each")],
) -> None:
    """Write the whole database, encrypted, while the service goes on."""

    async def work() -> None:
        async with database() as opened, reach(load_settings(), join=True) as access:
            async with opened.sessions.begin() as session:  # before: whoever copies everything leaves a trace
                await audit.record(session, None, "back_up", purpose="administration", details={"to": recipients})
            await backups.back_up(access.owner, recipients, path)

    run(work())
    typer.echo(f"{path}: {path.stat().st_size:,} bytes")


@command
def restore(
    path: Annotated[Path, typer.Argument(help="a backup", show_default=False)],
    identity: Identity,
    verify: Annotated[bool, typer.Option("--verify", help="restore it beside the database, look, and drop it")] = False,
) -> None:
    """Bring a backup back into an empty database.

    With --verify it is only proven that this could be done: 1 is the exit code when it could not.
    """

    async def work() -> backups.Proof | None:
        async with reach(load_settings(), join=verify) as access:
            if verify:
                return await backups.prove(access, identity, path, Vault(load_settings()))
            await backups.restore(access.owner, identity, path)
            return None

    proof = run(work())
    if proof is None:
        typer.echo(f"{path} is restored")
        return
    for table, rows in proof.rows.items():
        typer.echo(f"{table}: {rows:,} rows")
    for wrong in proof.wrong:
        typer.echo(f"WRONG {wrong}")
    if proof.wrong:
        raise typer.Exit(EXIT_REFUSED)
    typer.echo(f"{path} can be restored, every chain in it holds, and the keys at hand open what is sealed")


@command
def backup_key(path: Annotated[Path, typer.Argument(help="the file that is made", show_default=False)]) -> None:
    """Make the key that opens backups, and print its public half. Keep the file away from the service's machine."""
    typer.echo(backups.new_key(path))

"""`mabar account`: the first account, any other one that the operator makes, and the way back into one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.common import command, database, now, run
from service import passwords
from service.access import ALL_POSTS, Role
from service.accounts import HANDED_OUT, NewAccount, create_account, first_account, remove_passkeys, set_password
from service.freshness import bring_up_to_date
from service.settings import load_settings

app = typer.Typer(help="Officers' accounts.", no_args_is_help=True)


def _told(username: str, password: str) -> str:
    hours = HANDED_OUT.total_seconds() / 3600
    return f"{username}; password: {password}\nIt counts for {hours:.0f} hours, and is replaced at the first sign-in."


@app.command("first")
@command
def first(username: str, display_name: Annotated[str, typer.Option("--name")] = "") -> None:
    """Make the first account, an administrator's, and show its password. Works once, on a service without accounts."""

    async def work() -> str:
        async with database() as opened:
            await bring_up_to_date(opened.sessions)
            return await first_account(opened.sessions, username, display_name or username, now=now())

    typer.echo(f"administrator {_told(username, run(work()))}")


@app.command("recover")
@command
def recover(username: str) -> None:
    """Let somebody back into an account: a new password, no passkeys, no sessions. For when no administrator can."""

    async def work() -> str:
        async with database() as opened:
            await remove_passkeys(opened.sessions, username, now=now())
            return await set_password(opened.sessions, username, now=now())

    typer.echo(f"account {_told(username, run(work()))}")


@app.command("create")
@command
def create(
    username: str,
    roles: Annotated[list[Role], typer.Option("--role", help="give it once for each role")],
    posts: Annotated[list[str], typer.Option("--post", help="crossing point; * for all")] = [ALL_POSTS],  # noqa: B006
    display_name: Annotated[str, typer.Option("--name")] = "",
    ask: Annotated[bool, typer.Option("--ask-password", help="type a password instead of having one made up")] = False,
) -> None:
    """Make an account and show its password, this once."""
    password = typer.prompt("password", hide_input=True, confirmation_prompt=True) if ask else None
    if password is not None:
        names, refused = (username, display_name), passwords.blocklist(load_settings().password_blocklist)
        passwords.check(password, *names, refused=refused)
    new = NewAccount(username, display_name or username, frozenset(roles), frozenset(posts))

    async def work() -> str:
        async with database() as opened:
            await bring_up_to_date(opened.sessions)
            return (await create_account(opened.sessions, new, password, now=now()))[1]

    made = run(work())
    typer.echo(f"account {username} made" if ask else f"account {_told(username, made)}")


@app.callback()
def accounts() -> None:
    """Officers' accounts."""

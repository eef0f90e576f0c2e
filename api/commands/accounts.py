"""`mabar account create`: the first account, and any other one that the operator makes."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.common import command, database, now, run
from service.access import ALL_POSTS, Role
from service.accounts import NewAccount, create_account
from service.freshness import bring_up_to_date

app = typer.Typer(help="Officers' accounts.", no_args_is_help=True)


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
    new = NewAccount(username, display_name or username, frozenset(roles), frozenset(posts))

    async def work() -> str:
        async with database() as opened:
            await bring_up_to_date(opened.sessions)
            return (await create_account(opened.sessions, new, password, now=now()))[1]

    made = run(work())
    typer.echo(f"account {username} made" + ("" if ask else f"; password: {made}"))


@app.callback()
def accounts() -> None:
    """Officers' accounts."""

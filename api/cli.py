"""The `mabar` command: the service, and the work at a desk without one."""

from __future__ import annotations

from importlib import import_module

import typer

# Where each is found: a module of `api.commands`, and in it a command or a group of them.
COMMANDS = {
    "serve": ("serving", "serve"),
    "migrate": ("serving", "migrate"),
    "demo": ("serving", "demo"),
    "backup": ("backups", "backup"),
    "restore": ("backups", "restore"),
    "backup-key": ("backups", "backup_key"),
    "access": ("access", "access"),
    "read": ("reading", "read"),
    "inspect": ("reading", "inspect"),
    "camera": ("camera", "camera"),
    "screen": ("screening", "screen"),
    "list": ("lists", "app"),
    "movements": ("movements", "app"),
    "paper": ("paper", "app"),
    "rules": ("rules", "app"),
    "statistics": ("statistics", "app"),
    "account": ("accounts", "app"),
    "audit": ("audit", "app"),
    "retention": ("retention", "app"),
    "keys": ("retention", "keys"),
}


def command_line(first: str | None = None) -> typer.Typer:
    """The command line; where its `first` word names a command, that one alone is loaded.

    A camera's station need not load the service, nor whoever reads one picture the console: that takes seconds on a
    small machine.
    """
    app = typer.Typer(
        name="mabar",
        help="Border-crossing processing: read the document, screen, apply the rules, record, explain.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,  # locals may hold a traveller's data
        add_completion=False,
    )
    app.callback()(_nothing)
    for name in [first] if first in COMMANDS else COMMANDS:
        module, within = COMMANDS[name]
        found = getattr(import_module(f"api.commands.{module}"), within)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _nothing() -> None:
    pass  # its being there keeps a command alone from losing its name

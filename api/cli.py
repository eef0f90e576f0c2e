"""The `mabar` command: the service, and the work at a desk without one."""

from __future__ import annotations

import typer

from api.commands import (
    access,
    accounts,
    audit,
    backups,
    camera,
    lists,
    movements,
    paper,
    reading,
    retention,
    rules,
    screening,
    serving,
    statistics,
)

app = typer.Typer(
    name="mabar",
    help="Border-crossing processing: read the document, screen, apply the rules, record, explain.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold a traveller's data
    add_completion=False,
)
app.command("serve")(serving.serve)
app.command("migrate")(serving.migrate)
app.command("demo")(serving.demo)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("backup-key")(backups.backup_key)
app.command("access")(access.access)
app.command("read")(reading.read)
app.command("inspect")(reading.inspect)
app.command("camera")(camera.camera)
app.command("screen")(screening.screen)
app.add_typer(lists.app, name="list")
app.add_typer(movements.app, name="movements")
app.add_typer(paper.app, name="paper")
app.add_typer(rules.app, name="rules")
app.add_typer(statistics.app, name="statistics")
app.add_typer(accounts.app, name="account")
app.add_typer(audit.app, name="audit")
app.add_typer(retention.app, name="retention")
app.add_typer(retention.keys, name="keys")

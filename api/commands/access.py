"""`mabar access`: who may ask what, and for what."""

from __future__ import annotations

import typer

from api.access_matrix import markdown
from api.app import create_app
from api.commands.common import command
from service.settings import Settings


@command
def access() -> None:
    """Print the matrix of roles, purposes and endpoints, as docs/access.md holds it."""
    typer.echo(markdown(create_app(Settings())), nl=False)

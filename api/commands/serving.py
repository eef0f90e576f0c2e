"""`mabar serve`, `mabar migrate`, `mabar demo`."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import resource
import socket
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from api import connection, logs
from api.app import create_app
from api.commands.common import EXIT_REFUSED, command, console, database, now, progress, run
from api.deps import Services
from service import warming
from service.accounts import DEMO_USERNAME, demo_account
from service.demo.load import load_demo
from service.errors import SettingsRefused
from service.freshness import bring_up_to_date
from service.policies import keep_bundled
from service.policy import default_policy_text
from service.screening import IndexInForce
from service.settings import Settings, load_settings


@command
def serve(
    demo: Annotated[bool, typer.Option(help="made-up travellers and a demo account, this machine only")] = False,
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Serve the console and the API."""
    settings = _settings(demo, host, port)
    logs.configure(settings.log_level)
    _leave_no_memory_behind()
    application = create_app(settings)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `api.proxy` reads them, of proxies that are named
        timeout_graceful_shutdown=10,
        timeout_keep_alive=20,
        http=connection.behind(settings.trusted_proxies),  # which bounds what clients send, and how many they are
        ws="none",
    )
    server = _Server(config, settings, application)
    server.run()
    if not server.started:
        raise typer.Exit(EXIT_REFUSED)


def _leave_no_memory_behind() -> None:
    """No crash of the service or of a process that it starts writes its memory to disk: travellers are in it.

    With a limit of 1 byte Linux does not even hand a dump to a program, as it does with 0. What is left of a crash is
    where it happened, which `faulthandler` says without a value.
    """
    most = min(1, resource.getrlimit(resource.RLIMIT_CORE)[1] % 2**64)  # -1 is without limit
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    faulthandler.enable()


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it listens, and then has its connections ready before they are needed."""

    def __init__(self, config: uvicorn.Config, settings: Settings, application: FastAPI) -> None:
        super().__init__(config)
        self._settings = settings
        self._application = application
        self._warming: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _collect_seldom()
            services: Services = self._application.state.services
            _announce(self._settings, services)
            self._warming = asyncio.create_task(_warm_up(services))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._warming:
            self._warming.cancel()
        await super().shutdown(sockets)


async def _warm_up(services: Services) -> None:
    """A service that cannot serves all the same: whoever comes first waits a little longer."""
    try:
        await warming.warm_up(services.database, services.screening.current, services.policy, now=services.now())
    except Exception as error:
        logs.report("warming up failed", error)


def _collect_seldom() -> None:
    """Leave what stands by now out of garbage collection, and look for cycles in what is new less often.

    A traveller's history is thousands of values that hold no cycle: going through them at every 700th, and through
    program and lists with them, took a tenth of the service's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _announce(settings: Settings, services: Services) -> None:
    """What to open, and in a demonstration which account to use."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    lines = ["", f"Mabar is ready: http://{host}:{settings.port}"]
    if settings.demo:
        lines += [
            f"demo account    {DEMO_USERNAME}",
            f"its password    {services.parts.demo_password}",
            "demonstration with made-up travellers, for this machine only",
        ]
    typer.echo("\n".join([*lines, f"data directory  {settings.data_dir}", ""]))


def _settings(demo: bool, host: str | None, port: int | None) -> Settings:
    given = {name: value for name, value in (("demo", demo or None), ("host", host), ("port", port)) if value}
    return load_settings(**given)


@command
def migrate() -> None:
    """Bring the database's schema up to date."""

    async def work() -> None:
        async with database() as opened:
            await bring_up_to_date(opened.sessions)

    run(work())
    typer.echo("the database is up to date")


@command
def demo() -> None:
    """Load the made-up list, travellers and movements, and show the demo account."""
    settings = load_settings()
    if not settings.demo:
        raise SettingsRefused("made-up travellers do not belong into a service in use; set MABAR_DEMO=1")

    async def work() -> int:
        async with database() as opened:
            await bring_up_to_date(opened.sessions)
            screening = IndexInForce(opened.sessions)
            await screening.refresh()
            policy = await keep_bundled(opened.sessions, default_policy_text())
            with progress("crossings") as report:
                made = await load_demo(opened.sessions, screening, policy, now(), report)
            username, password = await demo_account(opened.sessions, settings.data_dir, now=now())
            console.print(f"account {username}, password {password}", highlight=False)
            return made

    made = run(work())
    typer.echo(f"{made} made-up crossings recorded" if made else "there are movements already; nothing was added")

"""The composition root of the HTTP service: what is built once, and how requests reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import text

from api import logs, openapi, problems
from api.assembly import Assembly, assemble, fetching_of
from api.console import Console
from api.deps import Probe, Services
from api.methods import KnownMethods, PlainAddress
from api.metrics import Metrics
from api.middleware import BodyLimit, RateLimit, RequestLog, SecurityHeaders
from api.proxy import TrustedProxies
from api.routes import (
    accounts,
    audit,
    corrections,
    crossing_points,
    demo,
    devices,
    health,
    hits,
    inside,
    inspections,
    list_chores,
    list_drafts,
    list_lifecycle,
    meaning,
    movements,
    notices,
    officers,
    own_account,
    paper,
    people,
    policies,
    protection,
    provider,
    readings,
    reference,
    retention,
    rights,
    screenings,
    second_line,
    sessions,
    statistics,
    stays,
    watchlists,
    zone_check,
)
from ocr.tesseract import MODEL
from service import passwords
from service.acting import SERVICE, acting
from service.database import Database, open_database
from service.outage import SUSPECTS, is_outage
from service.provider import Provider
from service.rate import Rate, Rates
from service.settings import Settings

BODY_MOST = 1_000_000  # bytes of any request body, but for the routes below
LARGER = {
    "/v1/mrz": 40_000_000,  # ten frames, not each of them as large as an image may be
    "/v1/movements/import": 10_000_000,
}
# Templates of the routes that stream whole lists in.
COUNT_FOR_THEMSELVES = frozenset({"/v1/watchlists/{name}", "/v1/watchlists/{name}/drafts/{draft_id}"})
# FastAPI's own would hand bodies and the messages of exceptions to whatever exporter the environment names.
NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
ROUTERS = (
    health.router,
    reference.router,
    sessions.router,
    provider.router,
    own_account.router,
    accounts.router,
    devices.router,
    crossing_points.router,
    readings.router,
    zone_check.router,
    meaning.router,
    demo.router,
    inspections.router,
    corrections.router,
    people.router,
    paper.router,
    movements.router,
    watchlists.router,
    list_drafts.router,
    list_lifecycle.router,
    list_chores.router,
    hits.router,
    second_line.router,
    inside.router,
    protection.router,
    retention.router,
    rights.router,
    screenings.router,
    statistics.router,
    stays.router,
    policies.router,
    audit.router,
    notices.router,
    officers.router,
)


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The application. It opens a database of its own, and closes it, unless one is given.

    Raises:
        SettingsRefused: a file that the settings name cannot be used.
    """
    metrics, fetching = Metrics(), fetching_of(settings)
    agency = Provider(settings) if settings.provider_issuer else None
    passwords.blocklist(settings.password_blocklist)  # read at the start, so that a wrong path is told then

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(_log_stray_fault)
        async with AsyncExitStack() as stack:
            opened = database if database else await stack.enter_async_context(open_database(settings))
            with acting(SERVICE):  # the chores that begin here go on as it
                parts = await assemble(stack, settings, opened, metrics, fetching)
            probes: dict[str, Probe] = {
                "database": partial(_answers, opened),
                "lists": partial(_loaded, parts),
                "reader": _has_model,
            }
            app.state.services = Services(settings, opened, parts, metrics, probes=probes, provider=agency)
            yield

    app = FastAPI(
        title="Mabar",
        version=_version(),
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        responses=openapi.RESPONSES,
        generate_unique_id_function=openapi.operation_id,
        docs_url=None,  # api.reference has a page that works without a network
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        lifespan=lifespan,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(Console())
    problems.install(app, SUSPECTS, is_outage)
    openapi.install(app)
    app.add_middleware(KnownMethods, routers=ROUTERS)
    app.add_middleware(PlainAddress)
    app.add_middleware(BodyLimit, most=BODY_MOST, others=LARGER, exempt=COUNT_FOR_THEMSELVES)
    known = Rate(settings.requests_per_second, settings.requests_burst)
    strangers = Rate(settings.strangers_per_second, settings.strangers_burst)
    app.add_middleware(RateLimit, rates=Rates(known, strangers))
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    proxies = [str(network) for network in settings.trusted_proxies]
    app.add_middleware(TrustedProxies, networks=proxies, certificate_header=settings.certificate_header)  # outermost
    return app


async def _has_model() -> bool:
    """A worker that died is replaced at the next image; without the model none can read."""
    return MODEL.exists()


async def _answers(database: Database) -> bool:
    async with database.sessions() as session:
        return await session.scalar(text("SELECT true")) is True


async def _loaded(parts: Assembly) -> bool:
    return parts.screening.loaded


def _version() -> str:
    try:
        return version("mabar")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0+checkout"


def _log_stray_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task that failed unobserved: asyncio's own words would quote the exception."""
    logs.report("task failed", context.get("exception"))

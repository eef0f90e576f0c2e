"""What is built once around an open database: lists, policy, reader, the made-up data, and the chores."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from api import logs, wall_clock
from api.metrics import Metrics
from api.retaining import retain, retention_of
from ocr.fence import Fence
from ocr.image import Limits
from ocr.worker import ReaderPool
from service import consultations, envelope, reimport, rescreening, statistics, trail, waiting
from service.accounts import demo_account
from service.checkpoint import Signer
from service.database import Database
from service.demo.load import load_demo
from service.errors import SettingsRefused
from service.freshness import bring_up_to_date
from service.keeping import Retention
from service.policies import PoliciesInForce, keep_bundled
from service.policy import Policy, default_policy_text
from service.policy_book import Policies
from service.reimport import Fetching
from service.screening import IndexInForce
from service.settings import Settings
from service.sources import Source, read_sources
from service.trail_key import signer_of
from watchlist.sources.formats import FORMATS

POLICY_LOOK_SECONDS = 2.0  # well below `service.policies.AHEAD`
LIST_LOOK_SECONDS = 2.0  # how soon an import made elsewhere is screened against
PARTITION_LOOK_SECONDS = 6 * 3600.0
SOURCE_LOOK_SECONDS = 30.0  # how soon a list that is due is fetched
SEAL_SECONDS = 60.0  # how much of the trail could be lost unseen with the whole machine
RESCREEN_LOOK_SECONDS = 5.0  # how soon changed entries are run against what was recorded
WAITING_LOOK_SECONDS = 20.0  # how soon a movement is judged again when its moment has come
RETENTION_SECONDS = 3600.0  # how soon what has had its time goes: it goes by days
FOLD_SECONDS = 2.0  # how much a figure has to add up beside its roll-up
CONSULTATION_LOOK_SECONDS = 300.0  # how soon a supervisor hears of unusual consultation
EXPIRY_LOOK_SECONDS = 1800.0  # how soon what was found with an entry ends after the entry


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts that routes work with, beside the database. `demo_password` is None outside a demonstration."""

    screening: IndexInForce
    policy: Policies
    reader: ReaderPool
    fetching: Fetching
    signer: Signer
    retention: Retention
    demo_password: str | None = None


async def assemble(
    stack: AsyncExitStack, settings: Settings, database: Database, metrics: Metrics, fetching: Fetching
) -> Assembly:
    """Build the parts; `stack` takes them down again."""
    await envelope.agree(database.sessions, datetime.now(UTC))
    await bring_up_to_date(database.sessions)
    screening = IndexInForce(database.sessions)
    await screening.refresh()
    text = default_policy_text()
    bundled = await keep_bundled(database.sessions, _for_specimens(text) if settings.demo else text)
    policies = PoliciesInForce(database.sessions, bundled)
    await policies.refresh()
    limits = Limits(max_bytes=settings.image_max_bytes, max_pixels=settings.image_max_pixels)
    reader = ReaderPool(settings.reader_workers, limits=limits, seconds=settings.image_timeout_seconds)
    stack.callback(reader.close)
    await reader.warm_up()
    _say_fence(reader.fence)
    password = await _demonstrate(settings, database, screening, bundled) if settings.demo else None
    _chore(stack, "policies", POLICY_LOOK_SECONDS, policies.refresh)
    _chore(stack, "watchlists", LIST_LOOK_SECONDS, screening.refresh)
    _chore(stack, "sources", SOURCE_LOOK_SECONDS, lambda: _fetch(database, fetching))
    _chore(stack, "rescreening", RESCREEN_LOOK_SECONDS, lambda: _rescreen(settings, database, screening))
    _chore(stack, "waiting", WAITING_LOOK_SECONDS, lambda: _judge_due(database, policies))
    _chore(stack, "expiry", EXPIRY_LOOK_SECONDS, lambda: _withdraw_expired(database))
    signer = signer_of(settings)
    _chore(stack, "trail", SEAL_SECONDS, lambda: _seal(database, signer))
    _chore(stack, "statistics", FOLD_SECONDS, lambda: statistics.fold(database.sessions))
    _chore(stack, "consultations", CONSULTATION_LOOK_SECONDS, lambda: _watch_consultations(settings, database))
    _chore(stack, "partitions", PARTITION_LOOK_SECONDS, lambda: _keep_partitions(database, metrics))
    await wall_clock.look_back(database)
    clock = wall_clock.WallClock()
    _chore(stack, "clock", wall_clock.LOOK_SECONDS, lambda: wall_clock.look(database, clock))
    retaining = retention_of(settings)
    _chore(stack, "retention", RETENTION_SECONDS, lambda: retain(database, retaining))
    return Assembly(screening, policies, reader, fetching, signer, retaining, password)


def _say_fence(fence: Fence) -> None:
    """Tell the operator what keeps a reader that an image took over from network, files and programs."""
    if fence.stands:
        logs.get_logger().info("readers are fenced in", fence=str(fence))
    else:
        logs.get_logger().warning("readers are not fenced in: seccomp cannot be had here", fence=str(fence))


def fetching_of(settings: Settings) -> Fetching:
    """The lists that are fetched by themselves.

    Raises:
        SettingsRefused: the file that names them cannot be used.
    """
    sources: tuple[Source, ...] = ()
    if settings.list_sources is not None:
        try:
            sources = read_sources(settings.list_sources.read_text("utf-8"), FORMATS)
        except (OSError, ValueError) as error:
            raise SettingsRefused(f"MABAR_LIST_SOURCES: {error}") from None
    return Fetching(sources, settings.data_dir / "sources", settings.list_most_lost)


async def _fetch(database: Database, fetching: Fetching) -> None:
    await reimport.work_off(database.sessions, fetching, now=datetime.now(UTC))


async def _rescreen(settings: Settings, database: Database, screening: IndexInForce) -> None:
    now, days = datetime.now(UTC), settings.rescreen_days
    await screening.refresh()  # terms that were renewed count before the list is run again
    await rescreening.work_off(database.sessions, screening.current, days=days, now=now)


async def _seal(database: Database, signer: Signer) -> None:
    await trail.seal(database.sessions, signer, now=datetime.now(UTC))


async def _judge_due(database: Database, policies: PoliciesInForce) -> None:
    await waiting.work_off(database.sessions, policies, now=datetime.now(UTC))


async def _watch_consultations(settings: Settings, database: Database) -> None:
    await consultations.work_off(database.sessions, settings.unusual, now=datetime.now(UTC))


async def _withdraw_expired(database: Database) -> None:
    await rescreening.withdraw_expired(database.sessions, now=datetime.now(UTC))


def _for_specimens(text: str) -> str:
    """The same policy, but the specimen state UTO is let pass: another text, and so another version."""
    return text.replace("accept_specimen = false", "accept_specimen = true")


async def _demonstrate(settings: Settings, database: Database, screening: IndexInForce, policy: Policy) -> str:
    now = datetime.now(UTC)
    await load_demo(database.sessions, screening, policy, now)
    _, password = await demo_account(database.sessions, settings.data_dir, now=now)
    return password


async def _keep_partitions(database: Database, metrics: Metrics) -> None:
    await database.ensure_partitions(datetime.now(UTC).date())
    metrics.stray_rows.set(await database.default_partition_rows())


def _chore(stack: AsyncExitStack, name: str, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` every so many seconds for as long as `stack` stands; a failure is logged and tried again."""
    task = asyncio.create_task(_repeat(name, seconds, work), name=name)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)


async def _repeat(name: str, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:  # a chore that fails once (a database restarting) must not end for good
            logs.report("chore failed", error, chore=name)

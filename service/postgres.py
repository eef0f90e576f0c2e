"""The PostgreSQL server that the service brings along: its supervisor.

Two locks in the kernel say what is true, and both vanish with the processes that hold them:
`service.lock` is held by the service and keeps a second one off the data directory; `server.lock` is
held by PostgreSQL and all its children, who inherit it, and says whether any of them still lives.
A process id in a file is believed only beside that lock: after a reboot it may be anyone's.

A server outlives a service that was killed, and the next service takes it over.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from enum import Enum, auto
from pathlib import Path

import asyncpg
import structlog
from sqlalchemy.engine import URL

from service.errors import DatabaseInUse, DatabaseUnavailable
from service.liveness import forget_recycled, hold, is_postmaster, written_pid
from service.postgres_files import (
    HAND_OUT_ROLES,
    LOGIN,
    MAKE_ROLES,
    OWNER,
    PORT,
    SUPERUSER,
    Installation,
    find_installation,
    make_cluster,
    passwords,
    socket_directory,
    write_configuration,
)
from service.unprivileged import Launcher, find_launcher, readable_copy

DATABASE = "mabar"
_PATIENCE_SECONDS = 300.0  # crash recovery on a slow disk takes minutes, and cutting it short only starts it again
_SILENCE_SECONDS = 5.0
_STOP_SECONDS = 30.0
_WATCH_SECONDS = 1.0
_STEP_SECONDS = 0.05
_STEPS_A_SECOND = round(1 / _STEP_SECONDS)

log = structlog.get_logger(__name__)


class _State(Enum):
    READY = auto()
    BUSY = auto()  # starting, recovering or shutting down: it says so itself
    SILENT = auto()


class PostgresServer:
    """One PostgreSQL server on one data directory, reached through a socket that only we can open.

    `options` are PostgreSQL's own settings, over those of `postgres_files`.
    """

    def __init__(self, data_dir: Path, options: Mapping[str, str] | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self._home = self._data_dir / "postgres"
        self._cluster = self._home / "cluster"
        self._passwords_file = self._data_dir / "passwords.json"
        self._options = options or {}
        self._service_lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the server, or take over one that an earlier service left; returns when it answers.

        Raises:
            DatabaseInUse: another service works on this data directory.
            DatabaseUnavailable: the server cannot be started; the message says why.
        """
        self._occupy()
        try:
            self._find_way_in()
            await self._bring_up()
            await self._prepare()
        except BaseException:  # also a cancelled start: leave no server behind
            await self._end_server()
            self._vacate()
            raise
        self._keeper = asyncio.create_task(self._keep_up())

    async def join(self) -> bool:
        """Use the server that already runs on this data directory; False when none answers there.

        What is joined belongs to the service that runs it: do not stop it.
        """
        if not self._passwords_file.exists():
            return False
        self._find_way_in()
        return await self._state() is _State.READY

    async def stop(self) -> None:
        """Stop the server cleanly: connections end, and what was acknowledged is on disk."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._end_server()
        self._vacate()

    def url(self, role: str, database: str = DATABASE) -> URL:
        """The address of `database` for one of our roles, with its password."""
        return URL.create(
            "postgresql+asyncpg",
            username=role,
            password=self._passwords[role],
            database=database,
            query={"host": str(self._sockets), "port": str(PORT)},
        )

    def _occupy(self) -> None:
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._home.mkdir(mode=0o700, exist_ok=True)
            self._service_lock = hold(self._data_dir / "service.lock")
        except OSError as error:
            raise DatabaseUnavailable(
                f"{self._data_dir} cannot hold the data: {error.strerror}; set MABAR_DATA_DIR to another directory"
            ) from None
        if self._service_lock is None:
            raise DatabaseInUse(
                f"another Mabar service already works on {self._data_dir}; stop it, "
                "or give this one a MABAR_DATA_DIR of its own"
            )

    def _find_way_in(self) -> None:
        self._passwords = passwords(self._passwords_file)
        self._sockets = socket_directory(self._home)

    def _vacate(self) -> None:
        if self._service_lock is not None:
            os.close(self._service_lock)
            self._service_lock = None

    async def _bring_up(self) -> None:
        if await self._take_over():
            log.info("database_server_taken_over", cluster=str(self._cluster))
            return
        await self._end_server()  # left behind and deaf: it hangs
        await self._launch_and_wait()

    async def _take_over(self) -> bool:
        """Whether a server that was left behind answers, once it has recovered."""
        clock = asyncio.get_running_loop().time
        give_up = clock() + _SILENCE_SECONDS
        while self._is_alive() and ((state := await self._state()) is not _State.SILENT or clock() < give_up):
            if state is _State.READY:
                return True
            await asyncio.sleep(_STEP_SECONDS)
        return False

    async def _launch_and_wait(self) -> None:
        await _in_thread(self._launch)
        give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while await self._state() is not _State.READY:
            if not self._is_alive():
                raise DatabaseUnavailable(f"PostgreSQL ended while it was starting: {self._last_words()}")
            if asyncio.get_running_loop().time() > give_up:
                raise DatabaseUnavailable(f"PostgreSQL did not answer in {_PATIENCE_SECONDS:.0f} s; see {self._home}")
            await asyncio.sleep(_STEP_SECONDS)

    def _launch(self) -> None:
        installation, launcher = self._equip()
        if not self._cluster.exists():
            make_cluster(self._cluster, installation, launcher, self._passwords[SUPERUSER])
        places = {"unix_socket_directories": str(self._sockets), "log_directory": str(self._home / "log")}
        write_configuration(self._cluster, {**places, **self._options})
        lock = hold(self._home / "server.lock")
        if lock is None:
            raise DatabaseUnavailable(f"a PostgreSQL server on {self._cluster} neither answers nor ends; stop it")
        try:
            forget_recycled(self._cluster / "postmaster.pid", self._cluster)
            forget_recycled(self._sockets / f".s.PGSQL.{PORT}.lock", self._cluster)
            with (self._home / "start.log").open("wb") as output:
                arguments = [str(installation.postgres), "-D", str(self._cluster)]
                self._process = launcher.start(arguments, output=output.fileno(), pass_fds=(lock,))
        finally:
            os.close(lock)  # the server has its own copy, and with it the lock

    def _equip(self) -> tuple[Installation, Launcher]:
        """PostgreSQL and the way to run it; what it is to write in is made over to the user it runs as."""
        installation = find_installation(self._cluster)
        launcher = find_launcher(installation.postgres)
        if launcher.uid is not None:
            self._data_dir.chmod(0o711)  # that user passes through it, and can list nothing
            for path in (self._home, *self._home.rglob("*"), self._sockets):
                launcher.give(path)
        postgres = readable_copy(launcher, installation.postgres, self._home / "programs")
        return Installation(postgres.parent, installation.version), launcher

    async def _keep_up(self) -> None:
        """Start the server again whenever it is gone, for as long as the service lives."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if self._is_alive():
                continue
            log.error("database_server_gone", last_words=self._last_words())
            try:
                await self._launch_and_wait()
            except (DatabaseUnavailable, OSError) as error:
                log.error("database_server_not_restarted", reason=str(error))

    def _is_alive(self) -> bool:
        """Whether any process of a server that we started, now or in an earlier life, is left."""
        if self._process:
            self._process.poll()  # bury it, if it is dead
        lock = hold(self._home / "server.lock")
        if lock is None:
            return True
        os.close(lock)
        return False

    async def _state(self) -> _State:
        """What the server says to us; that it is ready counts only from our own cluster, to our password."""
        try:
            async with self._connected("postgres") as connection:
                cluster = await connection.fetchval("SHOW data_directory")
        except asyncpg.CannotConnectNowError:
            return _State.BUSY
        except asyncpg.InvalidPasswordError:
            raise DatabaseUnavailable(
                f"{self._passwords_file} does not hold the passwords of {self._cluster}; restore the file that belongs "
                "to it from a backup"
            ) from None
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return _State.SILENT
        return _State.READY if Path(cluster) == self._cluster else _State.SILENT

    @contextlib.asynccontextmanager
    async def _connected(self, database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        connection = await asyncpg.connect(
            host=str(self._sockets),
            port=PORT,
            user=SUPERUSER,
            password=self._passwords[SUPERUSER],
            database=database,
            timeout=_SILENCE_SECONDS,
        )
        try:
            yield connection
        finally:
            await connection.close()

    def _last_words(self) -> str:
        """The end of what PostgreSQL wrote before its own log began."""
        written = self._home / "start.log"
        return written.read_text("utf-8", "replace").strip()[-500:] if written.exists() else ""

    async def _prepare(self) -> None:
        """Our roles with the passwords that we hold, and the database; again at every start, changing nothing then."""
        async with self._connected("postgres") as connection:
            for role in (OWNER, LOGIN):
                known = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
                verb = "ALTER" if known else "CREATE"
                await connection.execute(f"{verb} ROLE {role} LOGIN NOINHERIT PASSWORD '{self._passwords[role]}'")
            await connection.execute(MAKE_ROLES)
            await connection.execute(HAND_OUT_ROLES)
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
            # What fails in a session is its client's to log: PostgreSQL's own message may quote a value.
            await connection.execute("ALTER ROLE ALL SET log_min_messages = 'log'")
            await connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {LOGIN}")

    async def _end_server(self) -> None:
        """End the server if there is one: cleanly, and if that takes too long, at once (it recovers next time).

        It is told so every second: one that has only just begun to start loses a SIGINT, where the service was itself
        started with that signal ignored (by a shell in the background, by `nohup`) and PostgreSQL inherited that.
        """
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            for step in range(int(_STOP_SECONDS / _STEP_SECONDS)):
                if step % _STEPS_A_SECOND == 0 and (pid := self._postmaster()):
                    os.kill(pid, how)
                if not self._is_alive():
                    return
                await asyncio.sleep(_STEP_SECONDS)

    def _postmaster(self) -> int | None:
        """The process to signal; None where there is none of ours: one started by hand is not ours to end."""
        if not self._is_alive():
            return None
        if self._process and self._process.poll() is None:
            return self._process.pid
        pid = written_pid(self._cluster / "postmaster.pid")
        return pid if pid and is_postmaster(pid, self._cluster) else None


async def _in_thread(work: Callable[[], None]) -> None:
    """Run blocking work in a thread and see it through: a thread goes on when the wait for it is cancelled."""
    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise

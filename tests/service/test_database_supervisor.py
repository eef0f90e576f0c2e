"""The server that we bring along, by doing: killed, crowded, deceived, starved, as root and as nobody."""

# The tests start processes and look at files, and nothing else waits meanwhile.
# ruff: noqa: ASYNC110, ASYNC220, ASYNC221, ASYNC240

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import canaries
from service import database as service_database
from service import postgres as supervisor
from service import unprivileged
from service.acting import SERVICE
from service.database import Database, open_database
from service.errors import DatabaseInUse, DatabaseUnavailable
from service.liveness import is_postmaster, written_pid
from service.outage import SUSPECTS, is_outage
from service.postgres import PostgresServer
from service.postgres_files import PORT, find_installation, make_cluster, socket_directory
from service.settings import Settings
from service.unprivileged import Launcher

ROOT = Path(__file__).parents[2]

# A service that writes facts and says so after each commit.
WRITER = """
import asyncio, sys
from pathlib import Path
import sqlalchemy as sa
from service.database import open_database
from service.settings import Settings

async def main():
    async with open_database(Settings(data_dir=Path(sys.argv[1]))) as database:
        for number in range(int(sys.argv[2])):
            async with database.sessions.begin() as session:
                await session.execute(
                    sa.text("INSERT INTO audit (actor, actor_kind, action, subject) "
                            "VALUES ('writer', 'service', 'write', :number)"), {"number": str(number)})
            print(number, flush=True)

asyncio.run(main())
"""
SUBJECTS = sa.text("SELECT subject FROM audit WHERE actor = 'writer'")


def _end_leftover(data_dir: Path) -> None:
    cluster = data_dir / "postgres" / "cluster"
    pid = written_pid(cluster / "postmaster.pid")
    if pid and is_postmaster(pid, cluster):
        os.kill(pid, signal.SIGQUIT)


def _postmaster(data_dir: Path) -> int:
    pid = written_pid(data_dir / "postgres" / "cluster" / "postmaster.pid")
    assert pid
    return pid


@pytest.fixture
def data_dir(data_template: Path) -> Iterator[Path]:
    """A data directory with a migrated database, for one test."""
    with tempfile.TemporaryDirectory(prefix="mabar-", ignore_cleanup_errors=True) as home:
        copy = Path(home) / "data"
        shutil.copytree(data_template, copy, ignore=shutil.ignore_patterns("*.lock"))
        yield copy
        _end_leftover(copy)


def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, database_url=None)


async def test_a_server_that_lost_the_signal_is_told_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one does that had not yet said what it does on a signal, and was started with this one ignored."""
    said, kill = list[int](), os.kill

    def deaf_once(pid: int, how: int) -> None:
        if how:  # 0 only asks whether the process lives
            said.append(how)
        if said != [signal.SIGINT]:
            kill(pid, how)

    server = PostgresServer(data_dir)
    await server.start()
    monkeypatch.setattr(os, "kill", deaf_once)
    await server.stop()
    assert len(said) > 1
    assert set(said) == {signal.SIGINT}  # and nothing harsher


@pytest.mark.parametrize("server_too", [False, True], ids=["the service", "the service and the server"])
async def test_what_was_acknowledged_survives_kill_9(data_dir: Path, server_too: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data_dir), "100000"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        acknowledged = {writer.stdout.readline().strip() for _ in range(50)}
        before = _postmaster(data_dir)
        if server_too:
            os.kill(before, signal.SIGKILL)
        writer.kill()
        acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    assert len(acknowledged) >= 50

    async with open_database(_settings(data_dir), acting=SERVICE) as database, database.sessions() as session:
        kept = set(await session.scalars(SUBJECTS))
        assert (_postmaster(data_dir) == before) is not server_too  # a server left behind is taken over
    assert acknowledged <= kept


async def test_a_second_service_is_told_that_there_is_one(data_dir: Path) -> None:
    async with open_database(_settings(data_dir)) as database:
        with pytest.raises(DatabaseInUse, match="another Mabar service already works on"):
            async with open_database(_settings(data_dir)):
                pass
        async with database.sessions() as session:
            assert (await session.scalars(SUBJECTS)).all() == []


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that is no PostgreSQL."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


async def test_a_pid_file_that_names_a_stranger_is_not_believed(
    data_dir: Path, stranger: subprocess.Popen[bytes]
) -> None:
    """As after a reboot: the number that the dead server had now belongs to somebody of the same user."""
    cluster, sockets = data_dir / "postgres" / "cluster", socket_directory(data_dir / "postgres")
    lines = [stranger.pid, cluster, 1_700_000_000, PORT, sockets, "", "", ""]
    for path in (cluster / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
        path.write_text("\n".join(map(str, lines)))
    async with open_database(_settings(data_dir), acting=SERVICE) as database, database.sessions() as session:
        assert (await session.scalars(SUBJECTS)).all() == []
        assert _postmaster(data_dir) != stranger.pid
    assert stranger.poll() is None


async def test_a_server_started_by_hand_is_left_alone(data_dir: Path) -> None:
    cluster = data_dir / "postgres" / "cluster"
    installation = find_installation(cluster)
    launcher = unprivileged.find_launcher(installation.postgres)
    options = ["-c", f"unix_socket_directories={data_dir}"]
    by_hand = launcher.start([str(installation.postgres), "-D", str(cluster), *options], output=subprocess.DEVNULL)
    while by_hand.poll() is None and not is_postmaster(written_pid(cluster / "postmaster.pid") or 0, cluster):
        await asyncio.sleep(0.05)
    with pytest.raises(DatabaseUnavailable, match=rf"process {by_hand.pid}\) was started .* by hand"):
        await PostgresServer(data_dir).start()
    assert by_hand.poll() is None
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait()


async def test_a_server_that_dies_is_started_again(data_dir: Path) -> None:
    async with open_database(_settings(data_dir)) as database:
        before = _postmaster(data_dir)
        os.kill(before, signal.SIGKILL)
        while True:
            try:
                async with database.sessions() as session:
                    assert await session.scalar(sa.text("SELECT 1")) == 1
            except SUSPECTS as error:
                assert is_outage(error)
                await asyncio.sleep(0.05)
            else:
                if _postmaster(data_dir) != before:
                    break


async def test_a_server_that_hangs_is_ended_and_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_SILENCE_SECONDS", 0.5)
    monkeypatch.setattr(supervisor, "_STOP_SECONDS", 0.5)
    subprocess.run([sys.executable, "-c", WRITER, str(data_dir), "1"], cwd=ROOT, check=True)
    first = PostgresServer(data_dir)
    await first.start()
    hung = _postmaster(data_dir)
    assert first._keeper
    first._keeper.cancel()
    first._vacate()  # as if the service had been killed
    os.kill(hung, signal.SIGSTOP)
    async with open_database(_settings(data_dir), acting=SERVICE) as database, database.sessions() as session:
        assert set(await session.scalars(SUBJECTS)) == {"0"}
        assert _postmaster(data_dir) != hung


async def test_a_server_that_is_halted_is_an_outage_and_then_goes_on(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds in ("_CONNECT_SECONDS", "_STATEMENT_SECONDS"):
        monkeypatch.setattr(service_database, seconds, 0.5)

    async def answer(database: Database) -> int | None:
        async with database.sessions() as session:
            return await session.scalar(sa.text("SELECT 1"))

    async with open_database(_settings(data_dir)) as database:
        assert await answer(database) == 1
        halted = list(canaries.descendants(_postmaster(data_dir)))
        for pid in halted:
            os.kill(pid, signal.SIGSTOP)
        with pytest.raises(SUSPECTS) as caught:
            await answer(database)
        assert is_outage(caught.value)
        for pid in halted:
            os.kill(pid, signal.SIGCONT)
        for _ in range(100):
            try:
                assert await answer(database) == 1
                break
            except SUSPECTS as error:
                assert is_outage(error)
                await asyncio.sleep(0.05)
        assert await answer(database) == 1
        assert _postmaster(data_dir) == halted[0]


async def test_stopping_leaves_nothing_behind(data_dir: Path) -> None:
    server = PostgresServer(data_dir)
    await server.start()
    pid = _postmaster(data_dir)
    await server.stop()
    assert not Path(f"/proc/{pid}/cwd").exists()
    assert not (data_dir / "postgres" / "cluster" / "postmaster.pid").exists()
    assert list((data_dir / "postgres" / "socket").iterdir()) == []
    async with open_database(_settings(data_dir)):
        pass  # and the directory is free again


async def test_a_cancelled_start_leaves_no_server(data_dir: Path) -> None:
    server = PostgresServer(data_dir)
    start = asyncio.create_task(server.start())
    await asyncio.sleep(0.1)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert not server._is_alive()
    async with open_database(_settings(data_dir)):
        pass


async def test_lost_passwords_are_said_and_not_replaced(data_dir: Path) -> None:
    (data_dir / "passwords.json").unlink()
    with pytest.raises(DatabaseUnavailable, match="does not hold the passwords"):
        await PostgresServer(data_dir).start()


async def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match="set MABAR_DATA_DIR"):
        await PostgresServer(tmp_path / "file").start()


async def test_files_of_another_version_are_not_touched(data_dir: Path) -> None:
    (data_dir / "postgres" / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match="was written by PostgreSQL 9"):
        await PostgresServer(data_dir).start()


def test_only_we_can_read_what_is_secret(data_dir: Path) -> None:
    passwords = json.loads((data_dir / "passwords.json").read_text())
    assert len(set(passwords.values())) == 3
    assert min(map(len, passwords.values())) == 48
    for path in (data_dir / "passwords.json", data_dir, data_dir / "postgres", data_dir / "postgres" / "cluster"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_long_path_gets_a_short_socket_that_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    home = tmp_path / ("long" * 30)
    home.mkdir()
    chosen = socket_directory(home)
    assert chosen.parent == tmp_path
    assert chosen == socket_directory(home)
    chosen.chmod(0o777)
    with pytest.raises(DatabaseUnavailable, match="belongs to somebody else"):
        socket_directory(home)


def test_a_cluster_that_could_not_be_made_is_not_taken_for_one(tmp_path: Path) -> None:
    installation = find_installation(tmp_path / "none")
    broken = Launcher(prefix=("false",))
    with pytest.raises(DatabaseUnavailable, match="could not lay out"):
        make_cluster(tmp_path / "cluster", installation, broken, "secret")
    assert [path.name for path in tmp_path.iterdir()] == ["cluster.new"]


async def test_the_log_holds_no_data(data_dir: Path) -> None:
    async with open_database(_settings(data_dir)) as database:
        for _ in range(2):
            with pytest.raises(DBAPIError):
                async with database.sessions.begin() as session:
                    await session.execute(sa.text("INSERT INTO watchlist VALUES ('ERIKSSON', 'x'), ('ERIKSSON', 'y')"))
    written = "".join(path.read_text() for path in (data_dir / "postgres" / "log").iterdir())
    assert "starting PostgreSQL" in written
    assert "duplicate key" not in written  # what fails is the service's to log: the message itself may quote
    assert "ERIKSSON" not in written


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about being root")


@as_root
async def test_root_without_user_namespaces_drops_to_nobody(
    data_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The programs are copied too: as in a closed home, that user may not read where they are."""
    monkeypatch.setattr(unprivileged, "_mapped", lambda: Launcher(prefix=("false",)))
    original = Launcher.can_run
    monkeypatch.setattr(
        Launcher, "can_run", lambda self, program: "programs" in program.parts and original(self, program)
    )
    with tempfile.TemporaryDirectory(prefix="mabar-") as home:
        Path(home).chmod(0o755)
        data_dir = Path(shutil.copytree(data_template, Path(home) / "data"))
        async with open_database(_settings(data_dir), acting=SERVICE) as database, database.sessions() as session:
            assert await session.scalar(sa.text("SELECT 1")) == 1
            owner = Path(f"/proc/{_postmaster(data_dir)}").stat().st_uid
        assert owner == pwd.getpwnam("nobody").pw_uid
        assert (data_dir / "passwords.json").stat().st_mode & 0o077 == 0


@as_root
async def test_root_that_can_do_neither_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unprivileged, "_mapped", lambda: Launcher(prefix=("false",)))
    monkeypatch.setattr(Launcher, "can_run", lambda self, program: False)
    with pytest.raises(DatabaseUnavailable, match="start the service as an ordinary user"):
        await PostgresServer(tmp_path).start()


def test_an_ordinary_user_needs_none_of_that(data_dir: Path) -> None:
    """Under root, an ordinary user is one inside a user namespace, where this checkout can still be read."""
    nobody = pwd.getpwnam("nobody").pw_uid
    become = [] if os.geteuid() else ["unshare", "--user", f"--map-user={nobody}", f"--map-group={nobody}", "--"]
    if become and subprocess.run([*become, "true"], check=False).returncode:
        pytest.skip("no user namespaces here")
    script = "import os; assert os.geteuid()" + WRITER
    command = [*become, sys.executable, "-c", script, str(data_dir), "3"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.stdout.split()[-3:], ran.stderr) == (["0", "1", "2"], "")

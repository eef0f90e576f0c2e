"""Backups: the whole database, encrypted to a key that this machine does not hold, and proven by restoring it.

A backup is PostgreSQL's own archive (`pg_dump --format=custom`) inside an age file (age-encryption.org/v1), so that any
age tool opens it without us. What stands beside the database is not in it: the keys of protection and of the audit
trail, and the settings, are kept apart on purpose.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pyrage
import sqlalchemy as sa
from pyrage.x25519 import Identity, Recipient
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from service import envelope
from service.canonical import link
from service.confinement import MAINTAINING
from service.database import Access, migrate
from service.errors import BackupRefused
from service.postgres_files import find_installation, write_private
from service.vault import Vault

_COUNTED = ("movement", "finding", "decision", "outbox", "audit", "list_entry", "account")
_GENESIS = bytes(32)
_DUMP = ("--enable-row-security", "--format=custom", "--compress=6")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found in a backup that was restored: rows by table, and what does not hold."""

    rows: dict[str, int]
    wrong: list[str]


def new_key(path: Path) -> str:
    """Make the key that opens backups, for our eyes alone, and give its public half, to which they are written.

    Raises:
        BackupRefused: there is a file of that name.
    """
    if path.exists():
        raise BackupRefused(f"{path} is there already; a key is never written over")
    identity = Identity.generate()
    write_private(path, f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


async def back_up(url: URL, recipients: Sequence[str], path: Path) -> None:
    """Write a backup of the database at `url`, which goes on working, for the holders of the recipients' keys.

    The file appears under its name when it is whole and on disk.

    Raises:
        BackupRefused: a recipient is none, or PostgreSQL's program failed; the message says why.
    """
    try:
        keys = [Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise BackupRefused(f"a recipient is not of the form age1…: {error}") from None
    await asyncio.to_thread(_write, url, keys, path)


def _write(url: URL, keys: Sequence[Recipient], path: Path) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            with _program("pg_dump", url, *_DUMP, stdout=subprocess.PIPE) as dump:
                pyrage.encrypt_io(dump.stdout, file, keys)
            file.flush()
            os.fsync(descriptor)
        Path(draft).rename(path)
    finally:
        Path(draft).unlink(missing_ok=True)


async def restore(url: URL, identity: Path, path: Path) -> None:
    """Bring a backup back into the database at `url`, which must be empty: all of it or nothing.

    Raises:
        BackupRefused: the key does not open it, the database is not empty, or the archive is damaged.
    """
    with _opened(identity, path) as archive:
        async with _connected(url) as connection:
            if await connection.scalar(sa.text("SELECT to_regclass('public.movement')")) is not None:
                raise BackupRefused("the database is not empty: a backup is restored into a fresh one")
        await _restore(url, archive)
    await asyncio.to_thread(migrate, url)  # an older backup meets a newer program


async def prove(access: Access, identity: Path, path: Path, vault: Vault | None = None) -> Proof:
    """Restore a backup into a database of its own beside ours, look it through, and take it away again.

    With a `vault` it is tried whether every data key in it can be opened with the keys at hand.

    Raises:
        BackupRefused: it cannot be restored at all, or the user of the database may not make another one.
    """
    name = f"mabar_restored_{uuid4().hex[:12]}"
    url, owner = access.owner.set(database=name), access.owner.username
    with _opened(identity, path) as archive:
        async with _connected(access.maker, autocommit=True) as connection:
            try:
                await connection.execute(sa.text(f'CREATE DATABASE {name} OWNER "{owner}" TEMPLATE template0'))
            except DBAPIError as error:
                raise BackupRefused(f"no database could be made to try the backup in: {error.orig}") from None
            try:
                await _restore(url, archive)
                return await _look_through(url, vault)
            finally:
                await connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _opened(identity: Path, path: Path) -> Iterator[Path]:
    """The archive in a backup, in a file of our own while it is needed: half of one must not reach a database."""
    key = _identity(identity)
    with tempfile.NamedTemporaryFile(prefix="mabar-restore-") as opened:
        try:
            with path.open("rb") as file:
                pyrage.decrypt_io(file, opened, [key])
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk's fault, not the backup's
                raise
            raise BackupRefused(f"{path} cannot be opened with this key, or is damaged: {error}") from None
        opened.flush()
        yield Path(opened.name)


async def _restore(url: URL, archive: Path) -> None:
    def run() -> None:
        options = ("--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={url.database}", str(archive))
        with _program("pg_restore", url, *options):
            pass

    await asyncio.to_thread(run)


async def _look_through(url: URL, vault: Vault | None) -> Proof:
    async with _connected(url) as connection:
        rows = {table: await connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in _COUNTED}  # noqa: S608
        wrong = [*await _broken_outboxes(connection), *await _broken_chains(connection)]
        return Proof(rows, [*wrong, *await _lost_keys(connection, vault)])


async def _lost_keys(connection: AsyncConnection, vault: Vault | None) -> list[str]:
    """Data keys that the keys at hand do not open: what they sealed could not be read after a restore."""
    rows = await connection.execute(sa.text("SELECT guarded, month, id, kek_id, wrapped FROM data_key"))
    return [
        f"what was sealed of {row.guarded} in {row.month:%Y-%m} needs key {row.kek_id}, which is not at hand"
        for row in rows
        if vault is not None and row.wrapped is not None and not envelope.opens(vault, *row)
    ]


async def _broken_outboxes(connection: AsyncConnection) -> list[str]:
    """Posts whose facts do not follow from each other."""
    broken: set[str] = set()
    last: dict[str, tuple[int, bytes]] = {}
    facts = sa.text(
        "SELECT crossing_point, seq, body, previous, digest, erased_at FROM outbox ORDER BY crossing_point, seq"
    )
    async for post, seq, body, previous, digest, erased_at in await connection.stream(facts):
        number, head = last.get(post, (0, _GENESIS))
        said = digest if erased_at else link(previous, body)  # what was erased keeps its place and its digest
        if seq != number + 1 or previous != head or digest != said:
            broken.add(post)
        last[post] = (seq, digest)
    return [f"the facts of {post} are not a chain" for post in sorted(broken)]


async def _broken_chains(connection: AsyncConnection) -> list[str]:
    """Chains of the trail whose events are not those that were chained. Their checkpoints are the verifier's affair."""
    found = await connection.execute(
        sa.text(
            """
            SELECT DISTINCT coalesce(chain, '-') FROM audit FULL JOIN audit_link ON event_id = audit.id
            WHERE event_id IS NULL OR (audit.id IS NULL AND audit_link.erased_at IS NULL)
               OR leaf <> sha256('\\x00'::bytea || convert_to(audit_event(audit), 'UTF8'))
            """
        )
    )
    return [f"the trail of {chain} is not what was chained" for chain in sorted(found.scalars())]


def _identity(path: Path) -> Identity:
    try:
        lines = path.read_text("ascii").splitlines()
        return Identity.from_str(next(line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except (UnicodeDecodeError, StopIteration, pyrage.IdentityError):
        raise BackupRefused(f"{path} holds no key that opens backups (AGE-SECRET-KEY-…)") from None


@contextmanager
def _program(name: str, url: URL, *options: str, stdout: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's programs at work on `url`. Its password goes through the environment, not the arguments."""
    host, port = url.query.get("host") or url.host or "", url.query.get("port") or url.port or 5432
    environment = {"PGPASSWORD": url.password or "", "PGHOST": str(host), "PGPORT": str(port), "LC_ALL": "C"}
    environment |= {"PGUSER": url.username or "", "PGDATABASE": url.database or ""}
    environment |= {"PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in MAINTAINING.items())}
    with tempfile.TemporaryFile() as said:
        program = find_installation(Path()).programs / name
        process = subprocess.Popen([program, *options], stdout=stdout, stderr=said, env=os.environ | environment)  # noqa: S603
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                process.wait()
        if process.returncode:
            raise BackupRefused(f"{name} failed: {_last_line(said)}")


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


@asynccontextmanager
async def _connected(url: URL, *, autocommit: bool = False) -> AsyncIterator[AsyncConnection]:
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    options["connect_args"] = {"server_settings": dict(MAINTAINING)}
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True, **options)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()

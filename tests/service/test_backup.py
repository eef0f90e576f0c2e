"""Backups are proven by restoring them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from uuid import uuid4

import asyncpg
import pyrage
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from made_up import NOON, OFFICER
from service import audit, backup, contact_store, envelope
from service.confinement import MAINTAINING
from service.database import Access, Database
from service.errors import BackupRefused
from service.facts import next_fact
from service.policy import default_policy
from service.postgres import PostgresServer
from service.postgres_files import SUPERUSER, find_installation
from service.sealed import new_key
from service.settings import Settings
from service.vault import Guarded, Vault, install


@pytest.fixture
async def access(clone: Database, clone_url: str, postgres: PostgresServer) -> Access:
    """A database with facts of two posts and a trail, and the ways into it."""
    for number in range(6):
        async with clone.sessions.begin() as session:
            post = ("IQ-ZUR", "IQ-SHL")[number % 2]
            await next_fact(session, post, "movement", {"name": "ÁÇ \\ ناو", "number": number, "share": 0.25}, NOON)
            await audit.record(session, OFFICER, "inspect", post=post)
    url = make_url(clone_url)
    return Access(owner=url, service=url, maker=postgres.url(SUPERUSER, "postgres"))


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A key's file and its public half."""
    return tmp_path / "backup.key", backup.new_key(tmp_path / "backup.key")


async def test_a_backup_is_encrypted_and_comes_back_whole(
    access: Access, key: tuple[Path, str], tmp_path: Path
) -> None:
    path = tmp_path / "tonight.age"
    await backup.back_up(access.owner, [key[1]], path)
    written = path.read_bytes()  # small
    assert written.startswith(b"age-encryption.org/v1\n")
    assert b"PGDMP" not in written
    assert b"IQ-ZUR" not in written
    proof = await backup.prove(access, key[0], path)
    assert proof.wrong == []
    assert (proof.rows["outbox"], proof.rows["audit"]) == (6, 6)
    with pytest.raises(BackupRefused, match="not empty"):
        await backup.restore(access.owner, key[0], path)


async def test_a_backup_of_a_spoilt_database_says_so(access: Access, key: tuple[Path, str], tmp_path: Path) -> None:
    url = access.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, server_settings=dict(MAINTAINING))
    await connection.execute(
        """
        UPDATE outbox SET body = body || '{"number": 9}' WHERE crossing_point = 'IQ-SHL' AND seq = 2;
        DELETE FROM outbox WHERE crossing_point = 'IQ-ZUR' AND seq = 2;
        UPDATE audit SET action = 'nothing' WHERE crossing_point = 'IQ-ZUR'
        """
    )
    await connection.close()
    await backup.back_up(access.owner, [key[1]], tmp_path / "b.age")
    wrong = (await backup.prove(access, key[0], tmp_path / "b.age")).wrong
    said = ["the facts of IQ-SHL are", "the facts of IQ-ZUR are", "the trail of IQ-ZUR is not what"]
    assert [one[: len(start)] for one, start in zip(wrong, said, strict=True)] == said


async def test_what_cannot_be_opened_is_not_restored(access: Access, key: tuple[Path, str], tmp_path: Path) -> None:
    path = tmp_path / "b.age"
    await backup.back_up(access.owner, [key[1]], path)
    whole = path.read_bytes()
    other = tmp_path / "other.key"
    backup.new_key(other)
    with pytest.raises(BackupRefused, match="cannot be opened"):
        await backup.prove(access, other, path)
    for damaged in (whole[:-1], whole[:-200] + bytes(200), b"", whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(BackupRefused, match="cannot be opened"):
            await backup.prove(access, key[0], path)


async def test_a_backup_that_fails_leaves_no_file(access: Access, key: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="pg_dump failed"):
        await backup.back_up(access.owner.set(database="nowhere"), [key[1]], tmp_path / "b.age")
    with pytest.raises(BackupRefused, match="age1"):
        await backup.back_up(access.owner, ["age1nobody"], tmp_path / "b.age")
    assert [path.name for path in tmp_path.iterdir()] == ["backup.key"]  # noqa: ASYNC240


def test_a_key_is_private_and_never_written_over(key: tuple[Path, str]) -> None:
    assert key[0].stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefused, match="there already"):
        backup.new_key(key[0])


async def test_a_backup_reveals_nothing_sealed_without_its_key_and_says_when_that_is_missing(
    access: Access, clone: Database, key: tuple[Path, str], tmp_path: Path
) -> None:
    known, strange = (Settings(data_keys=SecretStr(new_key()), data_dir=tmp_path / name) for name in "ab")
    install(clone.sessions, Vault(known))
    async with clone.sessions.begin() as session:
        said = {"phone": "+964 750 123 4567", "address": "12 Quay Street"}
        await contact_store.hide_changes(session, uuid4(), "IQ-ZUR", said, default_policy(), NOON)
        for guarded in (Guarded.IMAGE, Guarded.PROTECTION):
            await envelope.seal(session, guarded, "x", b"a face, a fear", NOON)
    await backup.back_up(access.owner, [key[1]], tmp_path / "b.age")
    archive = tmp_path / "opened"
    with (tmp_path / "b.age").open("rb") as sealed, archive.open("wb") as file:
        pyrage.decrypt_io(sealed, file, [pyrage.x25519.Identity.from_str(key[0].read_text().splitlines()[1])])
    pg_restore = find_installation(Path()).programs / "pg_restore"
    text = subprocess.run([pg_restore, "--file=-", archive], capture_output=True, check=True).stdout  # noqa: ASYNC221
    assert b"COPY public.contact" in text
    for secret in (b"123 4567", b"7501234567", b"501234567", b"Quay", b"a fear"):
        assert secret not in text
        assert secret.hex().encode() not in text
    assert (await backup.prove(access, key[0], tmp_path / "b.age", Vault(known))).wrong == []
    wrong = (await backup.prove(access, key[0], tmp_path / "b.age", Vault(strange))).wrong
    assert {one.split(" in ")[0] for one in wrong} == {
        f"what was sealed of {name}" for name in ("contact", "contact_index", "image", "protection")
    }

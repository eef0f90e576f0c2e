"""Where the keys of protection come from: the environment, a file, or a file made at the first start.

Sessions carry them (`install`), so that whatever writes a finding of protection seals it, and nothing else can.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.errors import SettingsRefused
from service.protection_tables import ProtectionKeyRow
from service.sealed import Keyring, new_key, read_keys
from service.settings import Settings

FILE = "protection.key"
_INFO = "protection_keys"


class ProtectionKeys:
    """The keys that `settings` name, looked up when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def ring(self) -> Keyring:
        """The keys. Raises SettingsRefused where there are none that can be used."""
        settings = self._settings
        if settings.protection_keys is not None:
            return _read(settings.protection_keys.get_secret_value(), "MABAR_PROTECTION_KEYS")
        if settings.protection_key_file is not None:
            return _read(_text(settings.protection_key_file), "MABAR_PROTECTION_KEY_FILE")
        path = settings.data_dir / FILE
        if not path.exists():
            _make(path)
        return _read(_text(path), str(path))


def install(sessions: async_sessionmaker[AsyncSession], keys: ProtectionKeys) -> None:
    """Give every session that is made from now on the keys."""
    sessions.configure(info={_INFO: keys})


def keyring_of(session: AsyncSession) -> Keyring:
    """The keys of a session."""
    keys: ProtectionKeys = session.info[_INFO]
    return keys.ring


async def agree(sessions: async_sessionmaker[AsyncSession]) -> None:
    """See that every key that ever sealed a record in this database is known here, and name the current one there.

    Raises:
        SettingsRefused: one is missing; two services would seal what the other cannot read.
    """
    async with sessions.begin() as session:
        ring = keyring_of(session)
        await session.execute(insert(ProtectionKeyRow).values(id=ring.current).on_conflict_do_nothing())
        used = list(await session.scalars(select(ProtectionKeyRow.id)))
        if missing := sorted(set(used) - set(ring.keys)):
            raise SettingsRefused(
                f"records of protection in this database need the keys {', '.join(missing)}, which are not known "
                "here; hand them over in MABAR_PROTECTION_KEY_FILE or MABAR_PROTECTION_KEYS"
            )


def _read(text: str, source: str) -> Keyring:
    try:
        return read_keys(text)
    except ValueError as error:
        raise SettingsRefused(f"{source}: {error}; expected keys of 32 bytes in base64, one a line") from None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsRefused(f"the keys of protection in {path} cannot be read: {reason}") from None


def _make(path: Path) -> None:
    """Write a fresh key for our eyes alone: whole or not at all, and never over one that another process made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".protection-")  # mkstemp's files are 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{new_key()}\n")
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            Path(path).hardlink_to(draft)
    finally:
        Path(draft).unlink()

"""Where the keys are that wrap all others: the environment, a file, a PKCS#11 token, or a file made at the first start.

There are two rings, so that who may open the one cannot open the other: that of protection, and that of all else.
Sessions carry them (`install`), so that whatever writes a sealed record can seal it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.errors import SettingsRefused
from service.pkcs11_keys import TokenKeys
from service.sealed import KeyEncryption, Keyring, new_key, read_keys
from service.settings import Settings

PROTECTION_FILE, DATA_FILE = "protection.key", "data.key"
_INFO = "vault"


class Guarded(StrEnum):
    """What is sealed. Each has data keys of its own, one a month; `contact_index` has one, which finds contacts."""

    PROTECTION = "protection"
    CONTACT = "contact"
    CONTACT_INDEX = "contact_index"
    IMAGE = "image"


class Vault:
    """The key-encryption keys that `settings` name, looked up when they are first needed.

    `opened` holds the data keys that were unwrapped before, by their id.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.opened: dict[str, bytes] = {}

    @cached_property
    def protection(self) -> KeyEncryption:
        """The keys of protection. Raises SettingsRefused where there are none that can be used."""
        given = self._settings
        if given.pkcs11_protection_keys:
            return _token(given, given.pkcs11_protection_keys)
        return _keys(given.protection_keys, given.protection_key_file, "PROTECTION", given.data_dir / PROTECTION_FILE)

    @cached_property
    def data(self) -> KeyEncryption:
        """The keys of all else. Raises SettingsRefused where there are none that can be used."""
        given = self._settings
        if given.pkcs11_data_keys:
            return _token(given, given.pkcs11_data_keys)
        return _keys(given.data_keys, given.data_key_file, "DATA", given.data_dir / DATA_FILE)

    def ring(self, guarded: Guarded) -> KeyEncryption:
        """The keys that wrap the data keys of a class."""
        return self.protection if guarded is Guarded.PROTECTION else self.data


def install(sessions: async_sessionmaker[AsyncSession], vault: Vault) -> None:
    """Give every session that is made from now on the keys."""
    sessions.configure(info={**sessions.kw.get("info", {}), _INFO: vault})


def vault_of(session: AsyncSession) -> Vault:
    """The keys of a session."""
    vault: Vault = session.info[_INFO]
    return vault


def require_known(vault: Vault, needed: Mapping[Guarded, set[str]]) -> None:
    """See that every key by which something is sealed is known here.

    Raises:
        SettingsRefused: one is missing; two services would seal what the other cannot read.
    """
    for guarded, ids in needed.items():
        if missing := sorted(ids - set(vault.ring(guarded).known)):
            name = "PROTECTION" if guarded is Guarded.PROTECTION else "DATA"
            raise SettingsRefused(
                f"records of {guarded} in this database need the keys {', '.join(missing)}, which are not known "
                f"here; hand them over in MABAR_{name}_KEY_FILE or MABAR_{name}_KEYS"
            )


def _token(given: Settings, labels: tuple[str, ...]) -> TokenKeys:
    if given.pkcs11_module is None or given.pkcs11_pin_file is None:
        raise SettingsRefused("keys in a token need MABAR_PKCS11_MODULE and MABAR_PKCS11_PIN_FILE")
    return TokenKeys(given.pkcs11_module, given.pkcs11_token, _text(given.pkcs11_pin_file).strip(), labels)


def _keys(text: SecretStr | None, file: Path | None, name: str, made: Path) -> Keyring:
    if text is not None:
        return _read(text.get_secret_value(), f"MABAR_{name}_KEYS")
    if file is not None:
        return _read(_text(file), f"MABAR_{name}_KEY_FILE")
    return keys_in(made)


def keys_in(path: Path) -> Keyring:
    """The keys of a file; where there is none it is made, with one key, for our eyes alone.

    Raises:
        SettingsRefused: it cannot be read, or holds no keys.
    """
    if not path.exists():
        _make(path)
    return _read(_text(path), str(path))


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
        raise SettingsRefused(f"the keys in {path} cannot be read: {reason}") from None


def _make(path: Path) -> None:
    """Write a fresh key: whole or not at all, and never over one that another process made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mkstemp's files are 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{new_key()}\n")
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            Path(path).hardlink_to(draft)
    finally:
        Path(draft).unlink()

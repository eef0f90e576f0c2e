"""Records that only who has the key can read: sealed with AES-256-GCM, each bound to what it is about.

Several keys may be known at once: the first seals, and every record names the one that opens it, so that keys are
changed without touching what was sealed before (NIST SP 800-38D; a nonce is made anew for every record). A key that
seals other keys, and nothing else, is a key-encryption key (NIST SP 800-57, part 1).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import Unavailable

KEY_BYTES, NONCE_BYTES = 32, 12
_STEP = 512  # bytes: a record's length shall not tell what it says


class SealBroken(Unavailable):  # a refusal, as those of service.errors
    """A sealed record cannot be opened: its key is not known here, or the record was altered or moved."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it is kept. `key_id` is the fingerprint of the key that opens it."""

    key_id: str
    nonce: bytes
    text: bytes


class KeyEncryption(Protocol):
    """Keys that wrap other keys, wherever they are: `current` wraps, all of `known` unwrap."""

    @property
    def current(self) -> str: ...

    @property
    def known(self) -> Collection[str]: ...

    def wrap(self, key: bytes, about: str) -> bytes:
        """A key of 32 bytes as it may be stored, bound to what it is for."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes, about: str) -> bytes:
        """The key again. Raises SealBroken."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys, by fingerprint; `current` seals."""

    current: str
    keys: Mapping[str, AESGCM]

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> Keyring:
        """The ring of keys of 32 bytes each, the current one first. Raises ValueError where that is not so."""
        given = list(keys)
        if not given or any(len(key) != KEY_BYTES for key in given):
            raise ValueError(f"expected keys of {KEY_BYTES} bytes, at least one")
        return cls(fingerprint(given[0]), {fingerprint(key): AESGCM(key) for key in given})

    @property
    def known(self) -> Collection[str]:
        return self.keys.keys()

    def seal(self, body: bytes, about: str, *, padded: bool = True) -> Sealed:
        """Seal with the current key; what it is `about` must be named again to open it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        if padded:
            body = body.ljust(-(-len(body) // _STEP) * _STEP)
        return Sealed(self.current, nonce, self.keys[self.current].encrypt(nonce, body, about.encode()))

    def open(self, sealed: Sealed, about: str) -> bytes:
        """What was sealed, perhaps with spaces after it.

        Raises:
            SealBroken: the key is not known here, or this is not what was sealed about that.
        """
        if sealed.key_id not in self.keys:
            raise SealBroken(f"a sealed record needs key {sealed.key_id}, which is not known here")
        try:
            return self.keys[sealed.key_id].decrypt(sealed.nonce, sealed.text, about.encode())
        except InvalidTag:
            raise SealBroken("a sealed record was altered, or stands where it was not written") from None

    def wrap(self, key: bytes, about: str) -> bytes:
        """As `KeyEncryption`: the nonce, then the sealed key."""
        sealed = self.seal(key, about, padded=False)
        return sealed.nonce + sealed.text

    def unwrap(self, key_id: str, wrapped: bytes, about: str) -> bytes:
        """As `KeyEncryption`."""
        return self.open(Sealed(key_id, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]), about)


def fingerprint(key: bytes) -> str:
    """What names a key without telling it."""
    return sha256(b"mabar protection key\0" + key).hexdigest()[:16]


def new_key() -> str:
    """A fresh key, as it is written in a file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(text: str) -> Keyring:
    """Keys as they are written: base64, one a line, the current one first; what follows a # is a remark.

    Raises:
        ValueError: a line is no key, or there is none. The line itself is not repeated.
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    try:
        return Keyring.of(base64.b64decode(line, validate=True) for line in lines if line)
    except binascii.Error:
        raise ValueError("a line is not base64") from None

"""Signed checkpoints of the trail: what a witness keeps, so that the trail cannot be rewritten behind its back.

The text is that of public transparency logs (C2SP tlog-checkpoint in a signed note, c2sp.org), with two lines more:
when it was sealed, and the head of the hash chain. Any tool for such logs can read and check it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.canonical import plain

_ED25519 = b"\x01"  # the note format's number for this kind of signature


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `size` events of a chain: the root of their tree and the head of the chain, which `origin` names."""

    origin: str
    size: int
    root: bytes
    head: bytes
    at: datetime

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\nsealed {plain(self.at)}\nhead {_base64(self.head)}\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs checkpoints under a `name`, without spaces or plus signs."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> str:
        """The public half, as witnesses note it down: name, hash and key with plus signs between."""
        public = _raw(self.key.public_key())
        return f"{self.name}+{_key_hash(self.name, public).hex()}+{_base64(_ED25519 + public)}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        signature = _key_hash(self.name, _raw(self.key.public_key())) + self.key.sign(checkpoint.text.encode())
        return f"{checkpoint.text}\n— {self.name} {_base64(signature)}\n"


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
